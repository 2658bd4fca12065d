// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging
public import AcquisitionModel

extension IncrementalReconstruction {
  /// Compares the patterns with those of probe times object as they are; one transform per frame.
  public mutating func measureDataError() {
    let scale = 1 / Float(plan.shape.count)
    var residual = 0.0
    var total = 0.0
    for k in frames.indices {
      transformModel(of: k)
      let frame = frames[k]
      residual += modulusResidual(scratch.span, frame.moduli.span, scale: scale)
      total += frame.targetPhotons
    }
    let pixels = Double(plan.shape.count)
    dataError = total > 0 ? (residual * pixels / total).squareRoot() : .nan
  }

  /// The object, the probe and what is needed to judge them, as they are now.
  public mutating func result() -> ReconstructedObject {
    measureDataError()
    return ReconstructedObject(
      identity: identity,
      transmission: object,
      probe: illumination.probe,
      coverage: currentCoverage(),
      pixelSize: grid.pixelSize,
      origin: grid.origin,
      background: background.map { retrieved in
        let pixels = Float(grid.patternShape.count)
        return cornerToCenter(
          Image(
            shape: grid.patternShape,
            values: retrieved.background.map { pixels * $0 }
          )
        )
      },
      iteration: iteration,
      frameCount: frames.count,
      dataError: dataError,
      overlapError: overlapError
    )
  }

  /// Retrieves the background when its turn has come.
  mutating func updateBackgroundIfDue() {
    guard
      var retrieval = background,
      settledIterations >= parameters.backgroundStart,
      (settledIterations - parameters.backgroundStart).isMultiple(of: parameters.backgroundPeriod)
    else { return }
    background = nil
    for k in frames.indices {
      transformModel(of: k)
      retrieval.add(model: scratch, measured: frames[k].measured)
    }
    retrieval.update()
    for k in frames.indices { retrieval.subtract(from: &frames[k]) }
    background = retrieval
  }

  /// Leaves the unscaled transform of a frame's probe times object in `scratch`.
  private mutating func transformModel(of k: Int) {
    let frame = frames[k]
    FrameSweep.transformModel(
      illumination.copies[frame.slot],
      object,
      at: frame.placement,
      plan: plan,
      into: &scratch
    )
  }

  /// Σ|P|² over the frames that are there, photons.
  private func currentCoverage() -> Image {
    var coverage = Image(shape: grid.objectShape)
    let columns = grid.patternShape.columns
    var sum = coverage.values.mutableSpan
    for frame in frames {
      let copy = illumination.copies[frame.slot]
      let probe = copy.span
      for row in 0..<grid.patternShape.rows {
        let first = row * columns
        let place =
          (frame.placement.row + row) * grid.objectShape.columns + frame.placement.column
        var target = sum.elements(place..<place + columns)
        addIntensity(of: probe.extracting(first..<first + columns), to: &target)
      }
    }
    return coverage
  }
}
