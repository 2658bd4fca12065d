// SPDX-License-Identifier: BSD-3-Clause

/// What the numbers of a tilt series are.
public enum ProjectionQuantity: String, Sendable, Hashable, CaseIterable {
  /// Line integrals, such as optical densities: taken as they are.
  case opticalDensity = "od"
  /// What came through: −ln(I / I₀) is the line integral.
  case intensity
  /// What was scattered, such as a dark-field signal: proportional to the line integral above a
  /// background.
  case signal

  /// What a person calls it.
  var inWords: String {
    switch self {
    case .opticalDensity: "line integrals, taken as they are"
    case .intensity: "intensities, turned into -ln(I/I0)"
    case .signal: "a signal proportional to thickness"
    }
  }
}

/// The direction of the rotation axis in images.
public enum AxisDirection: String, Sendable, Hashable, CaseIterable {
  /// From row to row: down the image, as in our own files.
  case rows
  /// From column to column: across the image.
  case columns
}
