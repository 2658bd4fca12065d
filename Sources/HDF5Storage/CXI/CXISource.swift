// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// What a result file says of where the result came from: the scan's geometry, its positions
/// and frames, and how it was reconstructed.
public struct CXISource: Sendable {
  /// From sample to detector.
  public var detectorDistance: Length
  /// Where the probe sat in each frame that took part, as told or as refined, [frame].
  public var positions: [ScanPosition]
  /// Where it was told to sit, [frame].
  public var toldPositions: [ScanPosition]
  /// Which frames of the scan took part, in the order of `positions`; nil where that is unknown.
  public var frames: [Int]?
  /// The frames themselves, where they are to stand in the file too.
  public var scan: CXIScan?
  /// The parameters of the reconstruction, as text.
  public var parameters: String
  /// The version of the program.
  public var version: String

  /// Makes a source without frames.
  ///
  /// - Parameters:
  ///   - detectorDistance: From sample to detector.
  ///   - positions: Where the probe sat in each frame.
  ///   - toldPositions: Where it was told to sit; nil where nothing was refined.
  ///   - frames: Which frames of the scan took part; nil where that is unknown.
  ///   - parameters: How it was reconstructed, as text.
  ///   - version: The version of the program.
  public init(
    detectorDistance: Length,
    positions: [ScanPosition],
    toldPositions: [ScanPosition]? = nil,
    frames: [Int]? = nil,
    parameters: String = "",
    version: String = ""
  ) {
    self.detectorDistance = detectorDistance
    self.positions = positions
    self.toldPositions = toldPositions ?? positions
    self.frames = frames
    self.parameters = parameters
    self.version = version
  }

  /// Makes a source with the frames, mask and start probe of a scan.
  public init(scan: CXIScan, parameters: String = "", version: String = "") {
    self.init(
      detectorDistance: scan.detectorDistance,
      positions: scan.positions,
      parameters: parameters,
      version: version
    )
    self.scan = scan
  }
}
