// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging
public import Registration

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
  ///   - progress: Hears how many are through.
  /// - Returns: How they were placed.
  public mutating func take(
    _ series: [Projection],
    standing: SeriesStanding = .unknown,
    heldBack: Set<Int> = [],
    progress: (Int) -> Void = { _ in }
  ) -> SeriesPlacement {
    var refused: [FoldReport] = []
    var placed: [Projection] = []
    for projection in series {
      switch place(projection) {
      case .refused(let report): refused.append(report)
      case .placed: placed.append(projection)
      }
    }
    let alignment = standing == .final ? nil : alignmentByMass()
    // Where mass cannot tell, or finds them in place, they stay.
    if standing != .unknown, alignment.map({ isInPlace($0) }) ?? true {
      for position in tilts.indices {
        tilts[position].isAccepted = !heldBack.contains(tilts[position].index)
        tilts[position].confidence = tilts[position].isAccepted ? 1 : 0
      }
      progress(series.count)
      return SeriesPlacement(refused: refused)
    }
    if let alignment {
      for position in tilts.indices {
        // Tilts that show something else are tried again on the volume.
        guard !alignment.outliers.contains(position) else { continue }
        tilts[position].transform = alignment.transforms[position]
        tilts[position].anchor = alignment.transforms[position].shift
        tilts[position].isAccepted = true
      }
      for position in tilts.indices {
        for energy in tilts[position].scans.keys.sorted().dropFirst() {
          layOnOtherEnergy(position, energy: energy)
        }
      }
      progress(series.count)
      return SeriesPlacement(
        refused: refused,
        sliceCount: alignment.sliceCount,
        residual: alignment.residual
      )
    }
    tilts.removeAll()
    let outwards = placed.sorted {
      abs($0.identity.tilt?.degrees ?? 0) < abs($1.identity.tilt?.degrees ?? 0)
    }
    for (number, projection) in outwards.enumerated() {
      let report = fold(projection)
      if !report.accepted { refused.append(report) }
      progress(number + 1)
    }
    return SeriesPlacement(refused: refused)
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

  /// What the shifts say of the stage and the rotation axis, in the order in which the tilts came.
  public var stageMotion: StageMotion {
    let accepted = tilts.filter(\.isAccepted)
    return StageMotion(shifts: accepted.map(\.transform.shift), tilts: accepted.map(\.angle))
  }

  /// How far the rotation axis leans from the images' columns, its lower end to the right, degrees.
  public var axisLean: Double {
    let accepted = tilts.filter(\.isAccepted)
    guard !accepted.isEmpty else { return 0 }
    return accepted.reduce(0) { $0 + $1.transform.rotationDegrees } / Double(accepted.count)
  }
}
