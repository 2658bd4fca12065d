// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// A series of tilts whose projections are laid on the volume's axes when their turn comes.
///
/// A projection on the volume's axes is as large as the one that was measured, and its ray table
/// four times that; so neither is kept. Tilts may stand in any order, at uneven steps and more
/// than once.
public struct TiltSeries: Sendable {
  /// The tilts, in any order.
  public let tilts: [TiltAngle]
  /// Lays the projection at a place of `tilts` on the volume's axes.
  public let projection: @Sendable (Int) -> AlignedProjection

  /// Makes a series of tilts and what lays their projections on the volume's axes.
  ///
  /// - Parameters:
  ///   - tilts: The tilts, in any order.
  ///   - projection: Called with a place in `tilts`, once in every sweep, from one thread at a
  ///     time.
  public init(tilts: [TiltAngle], projection: @escaping @Sendable (Int) -> AlignedProjection) {
    self.tilts = tilts
    self.projection = projection
  }

  /// Makes a series of projections that lie on the volume's axes already.
  public init(_ projections: [AlignedProjection]) {
    self.init(tilts: projections.map(\.tilt)) { projections[$0] }
  }
}
