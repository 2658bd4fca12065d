// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
public import Imaging

extension CXIReader {
  /// The part of the aperture that the probe's own writer lit, DC at [N/2, N/2], 1 is lit.
  ///
  /// Writers keep it as they transform it, DC in the corner, or as it is looked at, DC in the middle;
  /// the light of the mean frame decides which.
  static func readIlluminationMask(
    _ file: borrowing StorageFile,
    mean: Image
  ) -> Image? {
    for path in CXIPaths.illuminationMasks {
      guard let array = try? file.read(Float.self, at: path),
        array.shape == [mean.shape.rows, mean.shape.columns]
      else { continue }
      let stored = Image(shape: mean.shape, values: array.values.map { $0 == 0 ? 0 : 1 })
      // A mask that lets everything or nothing through says nothing.
      let lit = sum(stored.values.span)
      guard lit > 0, lit < Double(stored.values.count) else { continue }
      let shifted = stored.rolledByHalf
      let asStored = innerProduct(stored.values.span, mean.values.span)
      return innerProduct(shifted.values.span, mean.values.span) > asStored ? shifted : stored
    }
    return nil
  }
}

extension Image {
  /// The image with DC moved from the corner to [N/2, N/2].
  fileprivate var rolledByHalf: Image {
    var rolled = self
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let target = ((row + shape.rows / 2) % shape.rows) * shape.columns
        rolled.values[target + (column + shape.columns / 2) % shape.columns] = self[row, column]
      }
    }
    return rolled
  }
}

extension CXIScan {
  /// The mean of a sample of the frames, [row, column], photons, as they stand.
  public var meanFrame: Image {
    var mean = Image(shape: frames.shape)
    let step = max(1, frames.count / 256)
    var taken = 0
    for frame in Swift.stride(from: 0, to: frames.count, by: step) {
      let start = frame * frames.shape.count
      for i in mean.values.indices {
        let value = frames.values[start + i]
        mean.values[i] += value.isNaN ? 0 : value
      }
      taken += 1
    }
    for i in mean.values.indices { mean.values[i] /= Float(max(taken, 1)) }
    return mean
  }

  /// Whether the median distance to the nearest neighbour exceeds half of the far-field window.
  ///
  /// A far-field pattern samples only probes narrower than half of λz/p, so that neighbours
  /// further apart than that share no sample.
  var stepsBeyondFarField: Bool {
    guard positions.count > 1 else { return false }
    // A few hundred positions tell the step; all pairs of a large scan would take long.
    let stride = max(1, positions.count / 256)
    var nearest: [Double] = []
    for index in Swift.stride(from: 0, to: positions.count, by: stride) {
      var smallest = Double.infinity
      for other in positions.indices where other != index {
        let dx = positions[other].x - positions[index].x
        let dy = positions[other].y - positions[index].y
        smallest = min(smallest, dx * dx + dy * dy)
      }
      nearest.append(smallest.squareRoot())
    }
    let step = nearest.sorted()[nearest.count / 2]
    let windowX = objectPixelWidth.meters * Double(frames.shape.columns)
    let windowY = objectPixelHeight.meters * Double(frames.shape.rows)
    return step > min(windowX, windowY) / 2
  }
}
