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
    record.confidence = reports.map(\.confidence)
    record.imageRotations = reports.map(\.rotation)
    record.imageScales = reports.map(\.scale)
    record.energyShifts = order.map { energy in
      reports.map { $0.energyOffsets[energy] ?? PixelShift(rows: .nan, columns: .nan) }
    }
    record.sweepResiduals = order.map { sweepResiduals[$0] }
    if acceptedTiltCount > 2 {
      let motion = stageMotion
      record.axis = RotationAxis(tilt: axisLean, offset: motion.axisOffset)
    }
    return record
  }
}
