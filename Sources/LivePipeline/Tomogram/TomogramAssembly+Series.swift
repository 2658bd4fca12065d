// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging
public import Registration

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
  ///   - isAligned: Whether they lie on the volume's axes already.
  ///   - progress: Hears how many are through.
  /// - Returns: How they were placed.
  public mutating func take(
    _ series: [Projection],
    isAligned: Bool = false,
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
    if isAligned {
      for position in tilts.indices {
        tilts[position].isAccepted = true
        tilts[position].confidence = 1
      }
      progress(series.count)
      return SeriesPlacement(refused: refused)
    }
    if let alignment = alignmentByMass() {
      for position in tilts.indices {
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

  /// A first alignment of all tilts by the mass of their slices, in the first energy that each has.
  private func alignmentByMass() -> SeriesAlignment? {
    SeriesAlignment(
      tilts: tilts.map(\.angle),
      maximumShift: registration.maximumShift
    ) { position in
      guard let energy = tilts[position].scans.keys.min(),
        let scan = tilts[position].scans[energy]
      else { preconditionFailure("a tilt has no projection") }
      return (scan.opticalDensity, scan.weights)
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
