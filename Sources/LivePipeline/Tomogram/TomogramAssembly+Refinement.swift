// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
public import Imaging
import Tomography

// What a volume gains while no tilt comes.
extension TomogramAssembly {
  /// Whether stored tilts have been folded again as often as that gains anything.
  public var isAtRest: Bool { nextToRefine == nil }

  /// Folds one stored tilt of one energy again, re-aligned by a small step.
  ///
  /// After the last new tilt some sweeps over all tilts follow, with the relaxation of so many final
  /// sweeps, which falls towards the end, so that the volume comes to where the series wants it; then it is at
  /// rest until the next tilt comes. Energies take turns.
  ///
  /// - Parameter work: Threads that share the slices.
  /// - Returns: Whether there was anything to do.
  public mutating func refine(sharing work: any WorkSharing = SerialWork()) -> Bool {
    guard let energy = nextToRefine else { return false }
    let stored = stored(energy: energy)
    let angles = Dictionary(uniqueKeysWithValues: stored.map { ($0, tilts[$0].angle) })
    guard let position = schedules[energy].replays(1, of: angles, besides: -1).first else {
      return false
    }
    let relaxation = tomography.relaxation(
      ofSweep: refinements[energy] / stored.count,
      of: Self.sweepsToRest
    )
    realign(position, energy: energy, sharing: work)
    foldIn(position, energy: energy, relaxation: relaxation, sharing: work)
    reconstructions[energy].lowerVariation(
      parameters: tomography,
      ofSweepOver: stored.count,
      sharing: work
    )
    refinements[energy] += 1
    return true
  }

  /// The energy that has been refined the least of those that are not at rest.
  private var nextToRefine: Int? {
    energies.indices
      .filter { energy in
        let count = stored(energy: energy).count
        return count > 1 && refinements[energy] < Self.sweepsToRest * count
      }
      .min { (refinements[$0], $0) < (refinements[$1], $1) }
  }

  /// The tilts that take part in an energy's volume.
  func stored(energy: Int) -> [Int] {
    tilts.indices.filter { tilts[$0].isAccepted(energy: energy) }
  }

  /// After so many the relative error of a series of 158 tilts is within 5 % of that after the final
  /// sweeps (Docs/Explanations/Tomography.md).
  private static let sweepsToRest = 6
}
