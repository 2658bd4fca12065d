// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import HDF5Storage
import Imaging

/// Lays the truth beside a tomogram: its energies, its place, its tilts.
enum TruthAlignment {
  /// The rows of the absorption matrix that belong to the record's energies.
  static func energyIndices(_ known: KnownTruth, _ record: TomogramRecord) -> [Int] {
    indices(of: record.energies, in: known.energies)
  }

  /// The places of the energies that lie nearest to each of several.
  static func indices(of energies: [PhotonEnergy], in known: [PhotonEnergy]) -> [Int] {
    energies.map { energy in
      known.indices.min {
        abs(known[$0].electronVolts - energy.electronVolts)
          < abs(known[$1].electronVolts - energy.electronVolts)
      } ?? 0
    }
  }

  static func alignment(_ known: KnownTruth, _ record: TomogramRecord) -> VolumeAlignment {
    // The sum of both energies sees all plates about alike.
    let indices = energyIndices(known, record)
    var volume = record.volumes[0]
    var sum = known.absorption[indices.first ?? 0]
    for (other, index) in zip(record.volumes, indices).dropFirst() {
      for i in volume.values.indices { volume.values[i] += other.values[i] }
      sum.lithiated += known.absorption[index].lithiated
      sum.delithiated += known.absorption[index].delithiated
    }
    return VolumeAlignment(
      of: known.phantom,
      onto: volume,
      voxelSize: record.voxelSize,
      absorption: sum
    )
  }

  /// How well the applied shifts undo the true ones; nil without an accepted tilt.
  static func registration(
    _ known: KnownTruth,
    _ record: TomogramRecord
  ) -> RegistrationComparison? {
    // Tilts are told by their angle; one that was held back has no shift to judge.
    var applied: [PixelShift] = []
    var sample: [PixelShift] = []
    var tilts: [TiltAngle] = []
    for (place, tilt) in record.tilts.enumerated() where place < record.shifts.count {
      guard record.accepted.indices.contains(place) ? record.accepted[place] : true else {
        continue
      }
      let match = known.tilts.firstIndex { abs($0.degrees - tilt.degrees) < 0.05 }
      guard let match else { continue }
      applied.append(record.shifts[place])
      sample.append(known.sampleShifts[match])
      tilts.append(tilt)
    }
    return applied.isEmpty
      ? nil : RegistrationComparison(applied: applied, sample: sample, tilts: tilts)
  }
}
