// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// What a simulated FastCCD does to photons.
public struct FastCCDParameters: Sendable, Hashable {
  /// ADU for each electron volt of a photon's energy; 25 ADU a photon at 708 eV.
  public var aduPerElectronVolt = 25.0 / 708
  /// The read noise, ADU RMS.
  public var readNoise = 5.0
  /// The mean dark current of a pixel that sees light, ADU per second.
  ///
  /// Pixels differ by up to half of it. Overscan columns and dark rows have none.
  public var darkCurrent = 0.0
  /// The RMS of an offset that each row of each half draws anew in each frame, ADU, the same in
  /// overscan and data columns.
  public var rowStripes = 0.0
  /// The part of what a word could not hold that comes out with the next word of its channel, and
  /// again from there with the one after, 0 to 0.9: saturation so reaches the overscan columns.
  public var blooming = 0.0
  /// Pixels whose dark current is so high that they stand out of any dark frame: 5000 to 50 000
  /// ADU per second each.
  public var hotPixelCount = 0
  /// Pixels that see no light.
  public var deadPixelCount = 0

  /// A camera without defects.
  public init() {}

  /// Throws where a value lies outside what can be simulated.
  public func validate() throws(ParameterError) {
    try ParameterError.require(aduPerElectronVolt, in: 1e-4...1, key: "adu_per_eV")
    try ParameterError.require(readNoise, in: 0...200, key: "read_noise_adu")
    try ParameterError.require(darkCurrent, in: 0...10_000, key: "dark_current_adu_per_s")
    try ParameterError.require(rowStripes, in: 0...100, key: "row_stripes_adu")
    try ParameterError.require(blooming, in: 0...0.9, key: "blooming")
    try ParameterError.require(hotPixelCount, in: 0...100_000, key: "hot_pixels")
    try ParameterError.require(deadPixelCount, in: 0...100_000, key: "dead_pixels")
  }
}

/// A pixel of the 960 x 960 picture that does not do as the others.
public struct DefectivePixel: Sendable, Hashable {
  /// Its row in the picture as seen looking downstream.
  public var row: Int
  /// Its column.
  public var column: Int
  /// Its own dark current, ADU per second; 0 for a dead pixel.
  public var darkCurrent: Double
}
