// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// Brings the scan points that lack the longest exposure to the counts of those that have it.
///
/// Merged exposures have the counts of the longest one that a point has. A point whose longest
/// exposure was lost, or left out because its shutter failed, would be darker than its neighbours.
public struct LongestExposure: Sendable {
  /// The longest exposure known so far, seconds; 0 where none is.
  public private(set) var seconds: Double

  /// Takes the times that a scan announces.
  ///
  /// - Parameter announced: Exposure times, seconds; empty where nothing is announced.
  public init(announced: [Double]) { seconds = announced.max() ?? 0 }

  /// Scales a point's pattern to the counts of its scan's longest exposure.
  ///
  /// - Parameters:
  ///   - pattern: The pattern, √photon; pixels of −1, not measured, stay.
  ///   - exposures: The frames that the point had.
  ///   - leftOut: Those of them that took no part, as `PreprocessingChain.setAside` says.
  /// - Returns: The pattern; as it is where no time is said or nothing is missing.
  public mutating func scale(
    _ pattern: DiffractionPattern,
    of exposures: [DetectorFrame],
    leftOut: [PreprocessingError] = []
  ) -> DiffractionPattern {
    var times = exposures.compactMap(\.header.exposureTime)
    seconds = max(seconds, times.max() ?? 0)
    // Of two exposures of equal time the one that is left may be enough.
    for time in leftOut.compactMap(\.exposureTime) {
      if let place = times.firstIndex(of: time) { times.remove(at: place) }
    }
    guard let present = times.max(), present > 0, present < 0.999 * seconds else { return pattern }
    var pattern = pattern
    let factor = Float((seconds / present).squareRoot())
    for i in pattern.amplitudes.values.indices where pattern.amplitudes.values[i] > 0 {
      pattern.amplitudes.values[i] *= factor
    }
    return pattern
  }
}
