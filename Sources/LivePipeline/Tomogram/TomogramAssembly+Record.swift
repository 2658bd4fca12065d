// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import Registration
import Tomography

extension TomogramAssembly {
  /// Everything that a file keeps of a tomogram, energies from the lowest up.
  ///
  /// - Parameters:
  ///   - reports: How its tilts stand, as `finish` has said.
  ///   - parameters: The configuration, as text.
  /// - Returns: The record, without chemistry and resolution.
  func record(_ reports: [TiltReport], parameters: String) -> TomogramRecord {
    let order = energies.indices.sorted { energies[$0] < energies[$1] }
    var projections: [ImageStack] = []
    var coverage: [ImageStack] = []
    for energy in order {
      let aligned = Dictionary(
        alignedProjections(energy: energy).map { ($0.tiltIndex, $0) },
        uniquingKeysWith: { first, _ in first }
      )
      var stack = ImageStack(count: reports.count, shape: projectionShape)
      var weights = stack
      for (place, report) in reports.enumerated() {
        guard let projection = aligned[report.tiltIndex] else { continue }
        stack[place] = projection.opticalDensity
        weights[place] = projection.weights
      }
      projections.append(stack)
      coverage.append(weights)
    }
    var record = TomogramRecord(
      name: name,
      voxelSize: tomography.voxelSize,
      tilts: reports.map(\.tilt),
      energies: order.map { energies[$0] },
      projections: projections,
      coverage: coverage,
      volumes: order.map { volumes[$0] },
      shifts: reports.map(\.shift),
      residuals: order.map { energy in reports.map { $0.residuals[energy] ?? .nan } },
      accepted: reports.map(\.accepted),
      parameters: parameters,
      version: tiltfoldVersion
    )
    record.tiltIndices = reports.map(\.tiltIndex)
    record.confidence = reports.map(\.confidence)
    if reports.contains(where: { $0.heldBackReason != nil }) {
      record.heldBackReasons = reports.map { $0.heldBackReason ?? "" }
    }
    record.imageRotations = reports.map(\.rotation)
    record.imageScales = reports.map(\.scale)
    record.energyShifts = order.map { energy in
      reports.map { $0.energyOffsets[energy] ?? PixelShift(rows: .nan, columns: .nan) }
    }
    record.sweepResiduals = order.map { sweepResiduals[$0] }
    let arrival = Dictionary(
      tilts.enumerated().map { ($0.element.index, $0.offset) },
      uniquingKeysWith: { first, _ in first }
    )
    record.acquisition = reports.map { arrival[$0.tiltIndex] ?? 0 }
    record.axis = record.measuredAxis
    return record
  }
}

extension TomogramRecord {
  /// What a tilt's projections went through, as far as it is known.
  func transform(ofTilt tilt: Int) -> SimilarityTransform {
    SimilarityTransform(
      shift: tilt < shifts.count ? shifts[tilt] : .zero,
      rotation: tilt < imageRotations.count ? imageRotations[tilt] * .pi / 180 : 0,
      scale: tilt < imageScales.count ? imageScales[tilt] : 1
    )
  }

  /// What the shifts say of the stage, from the tilts that take part.
  var stageMotion: StageMotion {
    let taking = takingTilts
    return StageMotion(
      shifts: taking.map { shifts[$0] },
      tilts: taking.map { tilts[$0] },
      places: taking.map { acquisition.count == tilts.count ? acquisition[$0] : $0 }
    )
  }

  /// The places of the tilts that take part.
  var takingTilts: [Int] { tilts.indices.filter { accepted[$0] } }

  /// Where the rotation axis was in the projections as they were measured; nil for too few tilts.
  var measuredAxis: RotationAxis? {
    let taking = takingTilts
    guard taking.count > 2 else { return nil }
    let turns = taking.map { imageRotations[$0] }
    return RotationAxis(
      tilt: turns.reduce(0, +) / Double(turns.count),
      offset: stageMotion.axisOffset
    )
  }
}
