// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Foundation

/// A rectangle of scan positions: what lies outside is left out.
public struct ScanRegion: Sendable, Hashable {
  /// Along x, metres.
  public var x: ClosedRange<Double>
  /// Along y, metres.
  public var y: ClosedRange<Double>

  /// Reads "X0,X1,Y0,Y1", micrometres; nil where these are not four finite numbers.
  ///
  /// - Parameter micrometers: Four numbers, the ends of each axis in either order.
  public init?(micrometers: String) {
    let parts = micrometers.split(separator: ",", omittingEmptySubsequences: false)
    let ends = parts.compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }
    guard parts.count == 4, ends.count == 4, ends.allSatisfy(\.isFinite) else { return nil }
    x = min(ends[0], ends[1]) * 1e-6...max(ends[0], ends[1]) * 1e-6
    y = min(ends[2], ends[3]) * 1e-6...max(ends[2], ends[3]) * 1e-6
  }

  /// Whether a position lies within, its edges among it.
  public func contains(_ position: ScanPosition) -> Bool {
    x.contains(position.x) && y.contains(position.y)
  }

  /// The smallest region of all positions; nil where there is none.
  init?(around positions: [ScanPosition]) {
    let (xs, ys) = (positions.map(\.x), positions.map(\.y))
    guard let left = xs.min(), let right = xs.max(), let top = ys.min(), let bottom = ys.max()
    else { return nil }
    x = left...right
    y = top...bottom
  }

  /// The ends in words, micrometres.
  var inWords: String {
    String(
      format: "x %.3f to %.3f um, y %.3f to %.3f um",
      x.lowerBound * 1e6,
      x.upperBound * 1e6,
      y.lowerBound * 1e6,
      y.upperBound * 1e6
    )
  }
}
