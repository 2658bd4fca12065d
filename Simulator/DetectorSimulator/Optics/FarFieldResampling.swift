// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// Resamples an intensity from the transform's grid onto detector pixels, one axis at a time.
///
/// First along qy for every column of the grid, at the qy that each detector row has there, then
/// along qx (Catmull and Smith, SIGGRAPH 1980, doi 10.1145/965105.807485).
struct FarFieldResampling: Sendable {
  /// Grid samples along each side of the intensity, DC in the middle.
  let frequencySide: Int
  private let side: Int
  private let interpolation: PixelInterpolation
  /// Places along qy, [grid column, detector row].
  private let rowPlaces: [UInt32]
  /// Places along qx, [detector row, detector column].
  private let columnPlaces: [UInt32]
  /// Photons for each unit of intensity, [detector row, detector column].
  private let efficiency: [Float]
  private var scratch: [Float]

  /// Tabulates the places.
  ///
  /// - Parameters:
  ///   - map: Which frequencies the pixels see.
  ///   - side: Pixels along each side of the detector.
  ///   - middle: Where the direct beam falls, [row, column] in pixels.
  ///   - window: The extent of the transformed grid, metres.
  ///   - efficiency: The part of the photons that each pixel counts, [row, column].
  ///   - scale: What turns |transform|² into √photon² · m², m².
  init(
    map: PixelMap,
    side: Int,
    middle: (row: Double, column: Double),
    window: Double,
    efficiency: Image,
    scale: Double
  ) {
    self.side = side
    interpolation = PixelInterpolation(width: map.pitch * window)
    let far = max(
      middle.row,
      middle.column,
      Double(side) - middle.row,
      Double(side) - middle.column
    )
    let reach = map.frequency(x: far, y: 0).x * window
    let radius = min(Int(reach) + 4, FarField.gridSide / 2 - 1)
    frequencySide = 2 * radius + 1
    let highest = Double(frequencySide - PixelInterpolation.taps / 2 - 1)
    func place(_ frequency: Double) -> UInt32 {
      PixelInterpolation.packed(min(max(frequency * window + Double(radius), 2), highest))
    }
    var rowPlaces: [UInt32] = []
    rowPlaces.reserveCapacity(frequencySide * side)
    for column in 0..<frequencySide {
      let qx = Double(column - radius) / window
      for row in 0..<side {
        rowPlaces.append(
          place(map.rowFrequency(y: Double(row) - middle.row, columnFrequency: qx))
        )
      }
    }
    self.rowPlaces = rowPlaces
    var columnPlaces: [UInt32] = []
    var counted: [Float] = []
    columnPlaces.reserveCapacity(side * side)
    counted.reserveCapacity(side * side)
    for row in 0..<side {
      for column in 0..<side {
        let x = Double(column) - middle.column
        let y = Double(row) - middle.row
        columnPlaces.append(place(map.frequency(x: x, y: y).x))
        counted.append(
          Float(map.solidArea(x: x, y: y) * scale) * efficiency[row, column]
        )
      }
    }
    self.columnPlaces = columnPlaces
    self.efficiency = counted
    scratch = [Float](repeating: 0, count: frequencySide * side)
  }

  /// Resamples an intensity, [grid column, grid row], onto the detector, [row, column].
  mutating func resample(_ density: Image, into photons: inout Image) {
    Self.resampleRows(density, rowPlaces, interpolation.weights, side: side, into: &scratch)
    resampleColumns(into: &photons)
  }

  private static func resampleRows(
    _ density: Image,
    _ rowPlaces: [UInt32],
    _ tabulated: [Float],
    side: Int,
    into scratch: inout [Float]
  ) {
    let source = density.values.span
    let places = rowPlaces.span
    let weights = tabulated.span
    var target = scratch.mutableSpan
    let frequencySide = density.shape.rows
    for column in 0..<frequencySide {
      let line = column * frequencySide
      for i in column * side..<(column + 1) * side {
        let start = line + Int(places[i] >> 8)
        let w = Int(places[i] & 255) * 8
        let low = weights[w] * source[start] + weights[w + 1] * source[start + 1]
        let mid = weights[w + 2] * source[start + 2] + weights[w + 3] * source[start + 3]
        let high = weights[w + 4] * source[start + 4] + weights[w + 5] * source[start + 5]
        target[i] = low + mid + high
      }
    }
  }

  private func resampleColumns(into photons: inout Image) {
    let weights = interpolation.weights.span
    let source = scratch.span
    let places = columnPlaces.span
    let efficiency = efficiency.span
    var target = photons.values.mutableSpan
    for row in 0..<side {
      for i in row * side..<(row + 1) * side {
        let start = Int(places[i] >> 8) * side + row
        let w = Int(places[i] & 255) * 8
        let low = weights[w] * source[start] + weights[w + 1] * source[start + side]
        let mid =
          weights[w + 2] * source[start + 2 * side]
          + weights[w + 3] * source[start + 3 * side]
        let high =
          weights[w + 4] * source[start + 4 * side]
          + weights[w + 5] * source[start + 5 * side]
        target[i] = max(low + mid + high, 0) * efficiency[i]
      }
    }
  }
}
