// SPDX-License-Identifier: BSD-3-Clause

package import AcquisitionModel
import Imaging

/// The objects of finished scans, for scans of the same tilt at another energy to start from.
///
/// The sample has the same outline and the same neighbours at both energies; only how much it absorbs
/// differs, from place to place, which the iterations then find.
package struct ObjectShelf: Sendable {
  private struct Entry {
    var scan: String
    var object: ReconstructedObject
  }

  private var entries: [Entry] = []
  private var pixels = 0
  private let pixelLimit: Int

  /// Makes an empty shelf.
  ///
  /// - Parameter pixelLimit: Object pixels of all that is kept; the oldest give way.
  package init(pixelLimit: Int = 1 << 24) {
    self.pixelLimit = pixelLimit
  }

  /// Keeps a finished scan's object, without probe, background and maps; nothing is kept where
  /// nobody knows its tilt.
  package mutating func keep(_ object: ReconstructedObject, of scan: String) {
    guard object.identity.tilt != nil else { return }
    entries.append(Entry(scan: scan, object: Self.seed(of: object)))
    pixels += object.transmission.shape.count
    while pixels > pixelLimit, !entries.isEmpty {
      pixels -= entries.removeFirst().object.transmission.shape.count
    }
  }

  /// What `ScanGrid.seed(from:)` and the choice among objects need.
  private static func seed(of object: ReconstructedObject) -> ReconstructedObject {
    ReconstructedObject(
      identity: object.identity,
      transmission: object.transmission,
      probe: ComplexImage(shape: Shape2D(rows: 0, columns: 0)),
      coverage: object.coverage,
      pixelSize: object.pixelSize,
      origin: object.origin
    )
  }

  /// The scan whose object is to start from: the latest of the same tilt at another energy.
  package func best(
    for identity: ScanIdentity,
    pixelSize: Length,
    tiltTolerance: Double,
    energyTolerance: Double
  ) -> String? {
    guard let tilt = identity.tilt else { return nil }
    return entries.last { entry in
      let other = entry.object.identity
      guard let otherTilt = other.tilt, other.tomogram == identity.tomogram else { return false }
      return abs(otherTilt.degrees - tilt.degrees) <= tiltTolerance
        && abs(other.energy.electronVolts - identity.energy.electronVolts) > energyTolerance
        && abs(entry.object.pixelSize.meters / pixelSize.meters - 1) < 1e-3
    }?.scan
  }

  /// The object of a scan with its coverage and an empty probe, nil where it is not kept any more.
  package func object(of scan: String) -> ReconstructedObject? {
    entries.last { $0.scan == scan }?.object
  }
}
