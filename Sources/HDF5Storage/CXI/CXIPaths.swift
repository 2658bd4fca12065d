// SPDX-License-Identifier: BSD-3-Clause

/// Where everything stands in a CXI file of SHARP's layout (Docs/Reference/FileLayout.md).
enum CXIPaths {
  static let entry = "/entry_1"
  static let instrument = "/entry_1/instrument_1"
  static let source = "/entry_1/instrument_1/source_1"
  static let detector = "/entry_1/instrument_1/detector_1"
  static let sample = "/entry_1/sample_1"
  static let geometry = "/entry_1/sample_1/geometry_1"
  static let translation = "/entry_1/sample_1/geometry_1/translation"
  static let data = "/entry_1/data_1"
  static let latestImage = "/entry_1/image_latest"

  /// The attribute of a translation that is about the middle of the planned scan already.
  static let centeredAttribute = "centered_on_planned_scan"

  /// Where the lit part of the aperture may stand.
  static let illuminationMasks = [
    "\(detector)/Fillumination_mask", "\(source)/Fillumination_mask",
  ]

  /// A result.
  static func image(_ number: Int) -> String { "/entry_1/image_\(number)" }
}
