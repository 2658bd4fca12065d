// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Registration

extension ProjectionSeries {
  /// Reads the parts of a series and makes them what is to be reconstructed.
  ///
  /// - Parameters:
  ///   - paths: The parts, in any order.
  ///   - options: Which tilts and energies, how binned, which way the axis runs.
  ///   - tolerance: How far an angle that names a tilt may be off, degrees.
  /// - Returns: The series, its axis from row to row.
  /// - Throws: `PipelineError` where a file cannot be read, or too little is left.
  static func prepared(
    _ paths: [String],
    _ options: TomogramOptions,
    tolerance: Double
  ) throws(PipelineError) -> ProjectionSeries {
    guard let first = paths.first else { throw PipelineError(.data, "there is no file to read") }
    if options.tiltFile != nil, paths.count > 1 {
      throw PipelineError(
        .data,
        "--tilts is for one series; of several, each has its angles beside it"
      )
    }
    var series = try read(first, options)
    for path in paths.dropFirst() { try series.append(try read(path, options), path: path) }
    try series.choose(options, tolerance: tolerance, path: first)
    series.turn(options.axis ?? (series.hasAxisAlongRows ? .rows : nil))
    if options.binning > 1 { try series.bin(options.binning) }
    return series
  }

  private mutating func choose(
    _ options: TomogramOptions,
    tolerance: Double,
    path: String
  ) throws(PipelineError) {
    if !options.energies.isEmpty {
      let kept = energies.indices.filter { index in
        options.energies.contains { abs($0 - energies[index].electronVolts) <= 0.05 }
      }
      let known = Words.list(energies.map { "\(Words.number($0.electronVolts, 2)) eV" })
      guard kept.count == options.energies.count else {
        throw PipelineError(.data, "\(path) has the energies \(known); --energy names another one")
      }
      self = selecting(energies: kept)
    }
    for choice in options.removedTilts {
      let isThere = tilts.indices.contains {
        choice.includes(place: places[$0], tilt: tilts[$0], tolerance: tolerance)
      }
      guard isThere else {
        throw PipelineError(
          .data,
          "\(path) has no tilt \(choice.inWords), which --remove-tilts names; its tilts are 0 to "
            + "\(places.last ?? 0)"
        )
      }
    }
    let kept = tilts.indices.filter { tilt in
      !options.removedTilts.contains {
        $0.includes(place: places[tilt], tilt: tilts[tilt], tolerance: tolerance)
      }
    }
    if kept.count < tilts.count {
      remarks.append("\(Words.count(tilts.count - kept.count, "tilt")) left out on request")
      self = selecting(kept)
    }
    let span = (tilts.map(\.degrees).max() ?? 0) - (tilts.map(\.degrees).min() ?? 0)
    if span < 20, tilts.count > 1 {
      remarks.append(
        "the tilts span \(Words.number(span)) degrees only: are the angles in degrees?"
      )
    }
    let distinct = Set(tilts.map(\.degrees)).count
    guard distinct > 1 else {
      throw PipelineError(
        .data,
        distinct == 0
          ? "\(path): no tilt is left to reconstruct"
          : "\(path): there is only one tilt, of which no volume can be made"
      )
    }
  }

  /// Averages squares of pixels.
  private mutating func bin(_ side: Int) throws(PipelineError) {
    let shape = projections[0].shape
    guard side <= min(shape.rows, shape.columns) / 8 || side == 1 else {
      throw PipelineError(
        .data,
        "--bin \(side) leaves fewer than 8 of \(shape.rows) x \(shape.columns) pixels along a side"
      )
    }
    for energy in projections.indices {
      let trust = energy < coverage.count ? coverage[energy] : nil
      let binned = Self.binned(projections[energy], trust, by: side)
      projections[energy] = binned.values
      if let trust = binned.coverage { coverage[energy] = trust }
    }
    pixelSize = Length(meters: pixelSize.meters * Double(side))
    for tilt in transforms.indices {
      let shift = transforms[tilt].shift
      transforms[tilt].shift = PixelShift(
        rows: shift.rows / Double(side),
        columns: shift.columns / Double(side)
      )
    }
    remarks.append("\(side) x \(side) pixels averaged")
  }

  /// Means over squares about the middle, weighed by trust; the trust is that of the least trusted.
  private static func binned(
    _ stack: ImageStack,
    _ trust: ImageStack?,
    by side: Int
  ) -> (values: ImageStack, coverage: ImageStack?) {
    let shape = Shape2D(rows: stack.shape.rows / side, columns: stack.shape.columns / side)
    let top = (stack.shape.rows - shape.rows * side) / 2
    let left = (stack.shape.columns - shape.columns * side) / 2
    var values = ImageStack(count: stack.count, shape: shape)
    var coverage = trust.map { _ in values }
    let share = 1 / Float(side * side)
    for frame in 0..<stack.count {
      for row in 0..<shape.rows {
        for column in 0..<shape.columns {
          var (sum, least): (Float, Float) = (0, 1)
          for i in 0..<side * side {
            let place =
              (frame * stack.shape.rows + top + row * side + i / side) * stack.shape.columns
              + left + column * side + i % side
            sum += stack.values[place]
            if let trust { least = min(least, trust.values[place]) }
          }
          let target = (frame * shape.rows + row) * shape.columns + column
          values.values[target] = share * sum
          coverage?.values[target] = least
        }
      }
    }
    return (values, coverage)
  }

  /// Turns the images so that the axis runs from row to row, finding it where nobody says it.
  private mutating func turn(_ axis: AxisDirection?) {
    var direction = axis
    if direction == nil {
      direction = findAxis()
      switch direction {
      case .rows: remarks.append("the rotation axis runs down the images, by what stays the same")
      case .columns:
        remarks.append("the rotation axis runs across the images, by what stays the same")
      case nil:
        remarks.append(
          "which way the rotation axis runs cannot be told from the images; down is taken "
            + "(--axis-along columns for across)"
        )
      }
    }
    if direction == .columns {
      turnByAQuarter()
      remarks.append("the images are turned by a quarter, so that the axis runs down")
    }
  }
}
