// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import FourierTransform
import Imaging

extension IncrementalReconstruction {
  /// Adds a frame; one that cannot take part is counted in `rejections`.
  ///
  /// - Parameters:
  ///   - pattern: Amplitudes with their place; negative or non-finite ones stay free.
  ///   - refined: Where an earlier refinement has found that the probe's centre sat; nil for the
  ///     place that the pattern tells, from which bounds count in either case.
  /// - Returns: Whether the frame takes part.
  @discardableResult
  public mutating func add(
    _ pattern: DiffractionPattern,
    refinedTo refined: ScanPosition? = nil
  ) -> Bool {
    guard pattern.amplitudes.shape == grid.patternShape else {
      rejections.wrongShape += 1
      return false
    }
    let size = grid.pixelSize.meters
    let place = refined ?? pattern.position
    let shift = (
      row: (place.y - pattern.position.y) / size,
      column: (place.x - pattern.position.x) / size
    )
    guard
      let placement = grid.placement(
        of: pattern.position,
        movedBy: shift,
        steps: parameters.subpixelSteps
      )
    else {
      rejections.outOfRange += 1
      return false
    }
    guard indices.insert(pattern.index).inserted else {
      rejections.duplicates += 1
      return false
    }
    let seat = ScanFrame.Seat(placement: placement, slot: illumination.slot(of: placement))
    var frame = ScanFrame(pattern, seat: seat, transform: transform)
    frame.shift = shift
    if frameCount == 0, !isResumed { scaleProbe(toPower: frame.photons) }
    join(frame)
    return true
  }

  /// Lets a frame take part at its seat.
  mutating func join(_ frame: ScanFrame) {
    let seat = frame.seat
    photons.append(frame.photons)
    incidentPhotonsSoFar = nil
    stagnation.restart()
    if parameters.retrievesBackground { background.add(measured: frame.intensities.span) }
    let group = group(for: seat.slot)
    require(seat.slot, in: group)
    var wave = AlignedArray<Complex64>()
    if parameters.engine.keepsWaves {
      let count = illumination.modes.count * grid.patternShape.count
      wave = AlignedArray(repeating: .zero, count: count)
      start(&wave, of: frame)
    }
    if parameters.engine == .differenceMap { extendWholeObject(under: seat.placement) }
    groups[group].waves.append(wave)
    places.append((group, groups[group].frames.count))
    groups[group].frames.append(frame)
    coverageIsStale = true
  }

  /// The group for one more frame: one that has room for the slot's sums already, unless another has
  /// less to do.
  private func group(for slot: Int) -> Int {
    let fewest = groups.reduce(.max) { min($0, $1.frames.count) }
    return groups.firstIndex { $0.frames.count <= fewest + 1 && !$0.sums.probe[slot].isEmpty }
      ?? groups.firstIndex { $0.frames.count == fewest } ?? 0
  }

  /// Sees to it that a slot has its copy of the probe, and room for its sums in a group.
  mutating func require(_ slot: Int, in group: Int) {
    if illumination.copies[slot].isEmpty {
      groups[0].newCopies = [AlignedArray()]
      groups[0].makeCopies(of: illumination.modes, at: [slot], illumination.shifts)
      illumination.put(groups[0].newCopies[0], at: slot)
      groups[0].newCopies = []
    }
    // Whatever stands here, a new wave's R makes up for it.
    if previousCopies[slot].isEmpty { previousCopies[slot] = illumination.copies[slot] }
    let (modes, pixels) = (illumination.modes.count, grid.patternShape.count)
    groups[group].sums.require(slot, modes: modes, pixels: pixels)
  }

  /// Starts a wave at ψ = P O: what it keeps is R for RAAR, ψ for the difference map.
  ///
  /// - Parameters:
  ///   - wave: Written over, [mode, row, column].
  ///   - frame: Its frame.
  func start(_ wave: inout AlignedArray<Complex64>, of frame: ScanFrame) {
    let (count, columns) = (grid.patternShape.count, grid.patternShape.columns)
    let (copies, previous) = (illumination.copies[frame.seat.slot], previousCopies[frame.seat.slot])
    let (probe, previousProbe) = (copies.span, previous.span)
    let completes = parameters.engine == .raar
    let (x, y) = (x.span, y.span)
    var target = wave.mutableSpan
    for i in probe.indices {
      let (row, column) = (i % count / columns, i % columns)
      let place =
        (frame.seat.placement.row + row) * grid.objectShape.columns
        + frame.seat.placement.column + column
      var value = probe[i] * object.values[place]
      if completes {
        value = value - probe[i] * x[place]
        if !y.isEmpty { value = value - previousProbe[i] * y[place] }
      }
      target[i] = value
    }
  }

  /// Has the difference map's waves begin with the object where no frame has been before, as the wave
  /// of a new one does; zero would draw it there.
  private mutating func extendWholeObject(under placement: Placement) {
    let floor = OverlapSolution.floor(under: litThreshold)
    let (values, coverage) = (object.values, coverage)
    let (shape, columns) = (grid.patternShape, grid.objectShape.columns)
    var target = x.mutableSpan
    for row in placement.row..<placement.row + shape.rows {
      let first = row * columns + placement.column
      for place in first..<first + shape.columns where coverage[place] <= floor {
        target[place] = values[place]
      }
    }
  }

  /// Sets Σ|P|² and divides the object accordingly; waves stay what they are.
  mutating func scaleProbe(toPower power: Double) {
    let present = illumination.power
    guard power > 0, present > 0 else { return }
    let factor = Float((power / present).squareRoot())
    background.scale(toPower: power)
    replaceProbe(by: illumination.modes.map { scaled($0, by: factor) })
    divideObject(by: factor)
    // Nothing is known of the power before the first frame.
    rememberCopies()
    let values = object.values
    set(x.mutableSpan, to: values.span, times: 1)
  }

  /// Divides what the probe multiplies by a factor; the object stays 1 where it is unlit.
  mutating func divideObject(by factor: Float) {
    let inverse = 1 / factor
    let threshold = litThreshold
    scaleLit(&object.values, coverage, threshold, by: inverse)
    var weights = coverage.mutableSpan
    scale(&weights, by: factor * factor)
  }

  func scaled(_ image: ComplexImage, by factor: Float) -> ComplexImage {
    ComplexImage(shape: image.shape, values: image.values.map { factor * $0 })
  }

  /// Coverage above which an object pixel counts as lit, photons.
  var litThreshold: Float {
    Float(parameters.litFraction) * largest(coverage.span)
  }

  /// Photons of an exposure without sample: as configured, else the mean of the brightest tenth.
  mutating func incidentPhotons() -> Double {
    if let photons = parameters.incidentPhotons ?? incidentPhotonsSoFar { return photons }
    let brightest = photons.sorted(by: >).prefix((photons.count + 9) / 10)
    let mean = brightest.isEmpty ? 0 : brightest.reduce(0, +) / Double(brightest.count)
    incidentPhotonsSoFar = mean
    return mean
  }
}

/// Multiplies an object where it is lit.
private func scaleLit(
  _ object: inout [Complex64],
  _ coverage: [Float],
  _ threshold: Float,
  by factor: Float
) {
  let weights = coverage.span
  var values = object.mutableSpan
  precondition(values.count == weights.count, "the coverage has another size")
  for i in values.indices { values[i] = (weights[i] > threshold ? factor : 1) * values[i] }
}
