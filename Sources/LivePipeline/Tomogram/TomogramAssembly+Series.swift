// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging
import Registration
import Tomography

/// What is known of where a series' projections lie.
public enum SeriesStanding: Sendable, Hashable {
  /// Nothing: they may lie anywhere.
  case unknown
  /// They should lie on the volume's axes; where the mass of their slices says otherwise, it counts.
  case checked
  /// They lie on the volume's axes, whatever anything says.
  case final
}

/// How a whole series was given its first places.
public struct SeriesPlacement: Sendable {
  /// The projections that could not be taken, with reasons.
  public var refused: [FoldReport]
  /// The slices whose mass placed the tilts; nil where too few are whole in view, and the tilts were laid
  /// on the growing volume one after the other, from the smallest angle outwards.
  public var sliceCount: Int?
  /// How far the slices' centres of mass lie from their paths, RMS, pixels; nil as above.
  public var residual: Double?
}

extension TomogramAssembly {
  /// Takes a whole series whose tilts may lie anywhere, as from a file; `finish` does the rest.
  ///
  /// - Parameters:
  ///   - series: The projections, in any order.
  ///   - standing: What is known of where they lie.
  ///   - heldBack: Tilts, by their index, that could not be laid on the others before.
  ///   - work: Threads that share the slices.
  ///   - progress: Hears how many are through and ends the work by `false`.
  /// - Returns: How they were placed.
  public mutating func take(
    _ series: [Projection],
    standing: SeriesStanding = .unknown,
    heldBack: Set<Int> = [],
    sharing work: any WorkSharing = SerialWork(),
    progress: (Int) -> Bool = { _ in true }
  ) -> SeriesPlacement {
    var refused: [FoldReport] = []
    var placed: [Projection] = []
    for projection in series {
      switch place(projection) {
      case .refused(let report): refused.append(report)
      case .placed(let position, let energy, let scan):
        tilts[position].scans[energy] = scan
        placed.append(projection)
      }
    }
    retriesHeldBack = standing != .final
    let alignment = standing == .final ? nil : alignmentByMass()
    // Where mass cannot tell, or finds them in place, they stay.
    if standing != .unknown, alignment.map({ isInPlace($0) }) ?? true {
      for position in tilts.indices where !heldBack.contains(tilts[position].index) {
        guard alignment?.outliers.contains(position) != true else { continue }
        accept(position)
      }
      _ = progress(series.count)
      return SeriesPlacement(refused: refused)
    }
    if let alignment {
      for position in tilts.indices {
        // Tilts that show something else are tried again on the volume.
        guard !alignment.outliers.contains(position) else { continue }
        tilts[position].transform = alignment.transforms[position]
        tilts[position].anchor = alignment.transforms[position].shift
        // The first energy is where the mass is; the others are laid on it.
        let energies = tilts[position].scans.keys.sorted()
        tilts[position].scans[energies[0]]?.isAccepted = true
        for energy in energies.dropFirst() {
          guard let scan = tilts[position].scans[energy] else { continue }
          if let mistrust = register(scan, of: position, energy: energy) {
            refused.append(.refused(mistrust.reason, remedy: mistrust.remedy))
          }
        }
      }
      _ = progress(series.count)
      return SeriesPlacement(
        refused: refused,
        sliceCount: alignment.sliceCount,
        residual: alignment.residual
      )
    }
    tilts.removeAll()
    func key(_ projection: Projection) -> (Double, Double, Int) {
      let degrees = projection.identity.tilt?.degrees ?? 0
      return (abs(degrees), degrees, projection.identity.tiltIndex ?? 0)
    }
    let outwards = placed.sorted { key($0) < key($1) }
    for (number, projection) in outwards.enumerated() {
      let report = fold(projection, sharing: work)
      if !report.accepted { refused.append(report) }
      guard progress(number + 1) else { break }
    }
    return SeriesPlacement(refused: refused)
  }

  /// Lets all scans of a tilt take part where they stand.
  private mutating func accept(_ position: Int) {
    for energy in tilts[position].scans.keys {
      tilts[position].scans[energy]?.isAccepted = true
      tilts[position].scans[energy]?.confidence = 1
    }
    tilts[position].confidence = 1
  }

  /// Whether a first alignment would move no tilt by more than a pixel, but for where the object is and
  /// for tilts that show something else.
  private func isInPlace(_ alignment: SeriesAlignment) -> Bool {
    let positions = tilts.indices.filter { !alignment.outliers.contains($0) }
    let ways = removeGauge(
      positions.map { alignment.transforms[$0].shift },
      tilts: positions.map { tilts[$0].angle }
    )
    return ways.allSatisfy { max(abs($0.rows), abs($0.columns)) < 1 }
  }

  /// A first alignment of all tilts by the mass of their slices, in the first energy that each has.
  private func alignmentByMass() -> SeriesAlignment? {
    SeriesAlignment(
      tilts: tilts.map(\.angle),
      maximumShift: registration.maximumShift
    ) { position in
      guard let energy = tilts[position].scans.keys.min(),
        let scan = tilts[position].scans[energy]
      else { preconditionFailure("a tilt has no projection") }
      return scan.cut(to: fieldShape)
    }
  }

  /// How far the rotation axis leans from the images' columns, its lower end to the right, degrees.
  public var axisLean: Double {
    let accepted = tilts.filter(\.isAccepted)
    guard !accepted.isEmpty else { return 0 }
    return accepted.reduce(0) { $0 + $1.transform.rotationDegrees } / Double(accepted.count)
  }

  /// Whether scans of all of some energies take part at a tilt.
  func isMeasured(energies: [Int], ofTilt place: Int) -> Bool {
    guard let tilt = tilts.first(where: { $0.index == place }) else { return false }
    return energies.allSatisfy { tilt.isAccepted(energy: $0) }
  }

  /// What was measured of a tilt at one energy, laid on the volume's axes: OD, [row, column], NaN where
  /// less than half lit; nil where no scan takes part.
  func measured(energy: Int, ofTilt place: Int) -> (density: Image, tilt: TiltAngle)? {
    guard let tilt = tilts.first(where: { $0.index == place }), tilt.isAccepted(energy: energy),
      let projection = tilt.aligned(energy: energy, shape: projectionShape)
    else { return nil }
    var density = projection.values
    for i in density.values.indices where projection.weights.values[i] < 0.5 {
      density.values[i] = .nan
    }
    return (density, tilt.angle)
  }
}
