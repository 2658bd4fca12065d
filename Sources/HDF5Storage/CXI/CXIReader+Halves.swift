// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// Reads how well two reconstructions of every other frame of a scan agree.
///
/// - Parameters:
///   - path: The file.
///   - number: Which result, N of `/entry_1/image_N`; nil for the latest.
/// - Returns: The correlation; nil where none was measured.
/// - Throws: `StorageError` where the file cannot be read or contradicts itself.
public func readCXIHalves(
  _ path: String,
  number: Int? = nil
) throws(StorageError) -> HalfScanCorrelation? {
  let file = try StorageFile(reading: path)
  let group = "\(number.map(CXIPaths.image) ?? CXIPaths.latestImage)/frc_1"
  guard file.exists("\(group)/correlation") else { return nil }
  let frequencies = try file.read(Double.self, at: "\(group)/frequency").values
  let correlations = try file.read(Double.self, at: "\(group)/correlation").values
  let threshold = try file.read(Double.self, at: "\(group)/half_bit").values
  guard frequencies.count == correlations.count, threshold.count == frequencies.count else {
    throw StorageError("the curves differ in length", file: path, path: group)
  }
  return HalfScanCorrelation(
    frequencies: frequencies,
    correlations: correlations,
    halfBitThreshold: threshold,
    halfPeriodAtHalfBit: Length(
      meters: try file.readValue(at: "\(group)/half_period_at_half_bit")
    ),
    halfPeriodAtOneHalf: Length(meters: try file.readValue(at: "\(group)/half_period_at_0.5")),
    iterations: Int(try file.readValue(at: "\(group)/iterations") as Int32)
  )
}
