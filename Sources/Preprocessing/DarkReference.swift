// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// The frames taken with the shutter closed, summed by exposure time.
///
/// Sums are of whole words, so that the control bits cancel in the subtraction; words of lost
/// packets take no part.
public struct DarkReference: Sendable {
  /// The layout of the frames.
  public let geometry: FastCCDGeometry
  private var sums: [ExposureKey: DarkSum] = [:]
  /// The scan whose darks were added last by `addOfLatestScan`.
  private var scan: String?

  /// Starts without any darks.
  public init(geometry: FastCCDGeometry) {
    self.geometry = geometry
  }

  /// The exposure times of the darks in hand, seconds, shortest first; nil stands for unsaid.
  public var exposureTimes: [Double?] {
    sums.keys.sorted { ($0.microseconds ?? -1) < ($1.microseconds ?? -1) }.map(\.seconds)
  }

  /// Adds one dark.
  ///
  /// - Parameter frame: A raw frame with role `dark`.
  /// - Throws: `PreprocessingError` where the frame is no dark or does not fit the geometry.
  public mutating func add(_ frame: DetectorFrame) throws {
    guard frame.header.role == .dark else {
      throw PreprocessingError(
        problem: .role,
        frame: frame.header,
        actual: frame.header.role.rawValue,
        expected: "dark"
      )
    }
    try PreprocessingError.requireRaw(frame, geometry)
    let key = ExposureKey(frame.header.exposureTime)
    // Taken out while it is changed, so that its arrays stay the only copy.
    var sum = sums.removeValue(forKey: key) ?? DarkSum(geometry: geometry)
    var assembly: [WordOrder: WordAssembly] = [:]
    frame.withPicture(&assembly, geometry) { sum.add($0, geometry) }
    sums[key] = sum
  }

  /// Adds one dark; those of a later scan replace those of an earlier one, because the detector
  /// drifts.
  ///
  /// - Parameter frame: A raw frame with role `dark`.
  /// - Throws: `PreprocessingError` where the frame is no dark or does not fit the geometry.
  public mutating func addOfLatestScan(_ frame: DetectorFrame) throws {
    if scan != frame.header.scan {
      sums = [:]
      scan = frame.header.scan
    }
    try add(frame)
  }

  /// The number of darks taken at an exposure time.
  ///
  /// - Parameter exposureTime: Seconds; nil for darks that did not say.
  /// - Returns: 0 where none were taken.
  public func count(exposureTime: Double?) -> Int {
    sums[ExposureKey(exposureTime)]?.count ?? 0
  }

  /// The darks that belong to a frame: those of its exposure time; where either side does not
  /// say its time, the only ones in hand.
  func key(for frame: FrameHeader) throws(PreprocessingError) -> ExposureKey {
    let wanted = ExposureKey(frame.exposureTime)
    if sums[wanted] != nil { return wanted }
    if sums.count == 1, let only = sums.keys.first,
      only.microseconds == nil || wanted.microseconds == nil
    {
      return only
    }
    let known = exposureTimes.map { $0.map { "\($0) s" } ?? "an unsaid time" }
    throw PreprocessingError(
      problem: .darks,
      frame: frame,
      actual: known.isEmpty ? "missing" : "taken at " + known.joined(separator: ", "),
      expected: "darks at " + (frame.exposureTime.map { "\($0) s" } ?? "one exposure time only")
    )
  }

  /// The mean dark of one exposure time.
  func mean(of key: ExposureKey, noiseLimit: Double?) -> MeanDark? {
    sums[key]?.mean(geometry, noiseLimit: noiseLimit)
  }
}

/// An exposure time as a key: to the microsecond.
public struct ExposureKey: Hashable, Sendable {
  /// Whole microseconds; nil where the time was not said.
  let microseconds: Int?

  /// Makes the key of a time, seconds; nil for one that was not said.
  public init(_ seconds: Double?) {
    microseconds = seconds.flatMap {
      $0.isFinite && abs($0) < 1e9 ? Int(($0 * 1e6).rounded()) : nil
    }
  }

  /// The time in seconds.
  var seconds: Double? { microseconds.map { Double($0) / 1e6 } }
}
