// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// What a source says of a scan when it starts.
public struct ScanDescription: Sendable, Equatable {
  /// Which scan it is.
  public var identity: ScanIdentity
  /// The planned positions by scan point, [point]; empty where the source does not plan.
  public var positions: [ScanPosition]
  /// Whether the positions, here and in the frames, are already relative to the middle of the
  /// planned scan; where not, the reader subtracts the middle of their bounding box.
  public var positionsAreCentered: Bool
  /// The number of exposure frames to expect over all exposure times, where known.
  public var expectedFrames: Int?
  /// The exposures of each scan point, seconds, in order of taking; empty where unknown.
  ///
  /// A time that is taken twice stands twice.
  public var exposureTimes: [Double]
  /// The number of tilts of the tomogram, where known.
  public var tiltCount: Int?
  /// The number of energies of each tilt, where known.
  public var energyCount: Int?
  /// The sample-detector distance, where said.
  public var detectorDistance: Length?
  /// The pixel size of the frames that will follow (raw or cleaned), where said.
  public var detectorPixelSize: Length?
  /// The illumination that the source proposes as a start, [row, column], centre at [N/2, N/2].
  public var illumination: ComplexImage?

  /// Makes a description of which only the identity and positions are known.
  public init(identity: ScanIdentity, positions: [ScanPosition]) {
    self.identity = identity
    self.positions = positions
    self.positionsAreCentered = true
    self.exposureTimes = []
  }

  /// The exposures to expect at each scan point: 1 where the source does not say.
  public var exposuresPerPoint: Int { max(1, exposureTimes.count) }

  /// The exposure frames to expect in all; 0 where unknown.
  public var expectedExposures: Int { expectedFrames ?? positions.count * exposuresPerPoint }

  /// The scan points to expect; 0 where unknown.
  public var expectedPoints: Int {
    positions.isEmpty ? expectedExposures / exposuresPerPoint : positions.count
  }

  /// The middle of the bounding box of the planned positions; the origin where none are planned.
  public var middleOfPositions: ScanPosition {
    guard let first = positions.first else { return ScanPosition(x: 0, y: 0) }
    var low = first
    var high = first
    for position in positions {
      low = ScanPosition(x: min(low.x, position.x), y: min(low.y, position.y))
      high = ScanPosition(x: max(high.x, position.x), y: max(high.y, position.y))
    }
    return ScanPosition(x: (low.x + high.x) / 2, y: (low.y + high.y) / 2)
  }
}
