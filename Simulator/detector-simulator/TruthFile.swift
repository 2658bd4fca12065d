// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import HDF5Storage
import Imaging

/// What was truly there, as a file (Docs/Reference/Simulator.md lists its datasets).
enum TruthFile {
  /// Writes everything that is known before the first frame.
  static func write(
    _ detector: SimulatedDetector,
    _ settings: StreamSettings,
    to path: String
  ) throws {
    let file = try StorageFile(creating: path)
    try file.makeGroup("/entry", nexusClass: "NXentry")
    try file.setAttribute("default", of: "/", to: "entry")
    try writeParameters(detector.parameters, to: file)
    try writePlates(detector.phantom, to: file)
    try writeVolumes(detector, to: file)
    try writeProjections(detector, to: file)
    try writeScans(detector, to: file)
    try writeCamera(detector, to: file)
    // A ring of fewer frames than a scan has points shows the first scan's over and over.
    let repeats = (settings.ring ?? .max) < detector.parameters.pointCount
    try file.setAttribute("frames_repeat", of: "/entry", to: Int64(repeats ? 1 : 0))
    try file.close()
  }

  /// Adds what was sent.
  static func append(_ summary: DetectorStream.Summary, to path: String) throws {
    let file = try StorageFile(updating: path)
    let counts = [
      ("exposures_sent", summary.exposures), ("darks_sent", summary.darks),
      ("frames_dropped_on_purpose", summary.dropped), ("scans_sent", summary.scans),
    ]
    for (name, count) in counts { try file.setAttribute(name, of: "/entry", to: Int64(count)) }
    try file.close()
  }

  private static func writeParameters(
    _ parameters: SimulationParameters,
    to file: borrowing StorageFile
  ) throws {
    let root = "/entry/parameters"
    try file.makeGroup(root)
    let numbers: [(String, Double)] = [
      ("seed", Double(parameters.seed)),
      ("voxel_size_m", parameters.voxelSize.meters),
      ("phase_to_density", parameters.phaseToDensity),
      ("step_m", parameters.step.meters),
      ("position_jitter_m", parameters.positionJitter.meters),
      ("position_error_m", parameters.positionError.meters),
      ("drift_m", parameters.drift.meters),
      ("wobble_px", parameters.axisWobble),
      ("series_drift_px", parameters.seriesDrift),
      ("raw_tilt", Double(parameters.rawTilt ?? -1)),
      ("photons_per_second", parameters.photonsPerSecond),
      ("exposure_s", parameters.exposureTime),
      ("outer_zone_m", parameters.outerZone.meters),
      ("zone_plate_diameter_m", parameters.zonePlateDiameter.meters),
      ("central_stop", parameters.centralStop),
      ("defocus_m", parameters.defocus.meters),
      ("detector_distance_m", parameters.detectorDistance.meters),
      ("detector_pixel_m", parameters.detectorPixel.meters),
      ("attenuator_radius_m", parameters.attenuator.radius.meters),
      ("adu_per_eV", parameters.camera.aduPerElectronVolt),
      ("read_noise_adu", parameters.camera.readNoise),
      ("dark_current_adu_per_s", parameters.camera.darkCurrent),
      ("row_stripes_adu", parameters.camera.rowStripes),
      ("blooming", parameters.camera.blooming),
      ("beam_lifetime_s", parameters.beamLifetime ?? 0),
      ("beam_flicker", parameters.beamFlicker),
      ("shutter_failures", parameters.shutterFailureFraction),
      ("exposures_planned", Double(parameters.exposureCount)),
    ]
    for (name, number) in numbers { try file.setAttribute(name, of: root, to: number) }
    try file.setAttribute(
      "attenuator_transmission",
      of: root,
      to: parameters.attenuator.transmissions
    )
    try file.setAttribute("exposure_times_s", of: root, to: parameters.exposureTimes)
    try file.setAttribute("frames", of: root, to: parameters.frames.rawValue)
    try file.write(
      parameters.energies.map(\.electronVolts),
      shape: [parameters.energies.count],
      at: "/entry/energy",
      unit: "eV"
    )
    let absorption = parameters.energies.indices.map { parameters.absorption(energyIndex: $0) }
    try file.write(
      absorption.flatMap { [$0.lithiated, $0.delithiated] },
      shape: [absorption.count, 2],
      at: "/entry/absorption",
      unit: "1/um"
    )
  }

  private static func writeCamera(
    _ detector: SimulatedDetector,
    to file: borrowing StorageFile
  ) throws {
    let pixels = [
      ("hot_pixel", detector.camera.hotPixels), ("dead_pixel", detector.camera.deadPixels),
    ]
    for (name, pixels) in pixels where !pixels.isEmpty {
      let path = "/entry/detector/\(name)"
      try file.write(
        pixels.flatMap { [Int32($0.row), Int32($0.column)] },
        shape: [pixels.count, 2],
        at: path
      )
      try file.setAttribute("axes", of: path, to: ["pixel", "row_column"])
    }
    let hot = detector.camera.hotPixels.map(\.darkCurrent)
    if !hot.isEmpty {
      try file.write(
        hot,
        shape: [hot.count],
        at: "/entry/detector/hot_pixel_current",
        unit: "ADU/s"
      )
    }
    let offset = detector.parameters.beamOffset
    let middle = Double(FastCCDLayout.side - 1) / 2
    try file.write(
      [middle + offset.rows, middle + offset.columns],
      shape: [2],
      at: "/entry/detector/direct_beam_px",
      unit: "1"
    )
  }

  private static func writePlates(_ phantom: Phantom, to file: borrowing StorageFile) throws {
    try file.write(
      phantom.plates.flatMap(\.row),
      shape: [phantom.plates.count, NanoPlate.columns.count],
      at: "/entry/plates"
    )
    try file.setAttribute("columns", of: "/entry/plates", to: NanoPlate.columns)
  }

  private static func writeVolumes(
    _ detector: SimulatedDetector,
    to file: borrowing StorageFile
  ) throws {
    let parameters = detector.parameters
    let side = parameters.volumeSide
    let shape = [side, side, side]
    let phases = detector.phantom.volumes(
      side: side,
      height: side,
      voxelSize: parameters.voxelSize
    )
    let layout = DatasetLayout(chunk: [side, side, side], deflate: 4)
    let root = "/entry/volume"
    try file.makeGroup(root, nexusClass: "NXdata")
    let densities = parameters.energies.indices.flatMap {
      phases.opticalDensity(parameters.absorption(energyIndex: $0)).values
    }
    try file.write(
      densities,
      shape: [parameters.energies.count] + shape,
      at: "\(root)/optical_density",
      unit: "1",
      layout: DatasetLayout(chunk: [1] + shape, deflate: 4)
    )
    let volumes = [
      ("lithiated", phases.lithiated), ("delithiated", phases.delithiated),
      ("iron", phases.iron), ("composition", phases.composition),
    ]
    for (name, volume) in volumes {
      try file.write(
        volume.values,
        shape: shape,
        at: "\(root)/\(name)",
        unit: "1",
        layout: layout
      )
    }
    try file.write(phases.plate, shape: shape, at: "\(root)/plate", layout: layout)
    try file.write(phases.phaseLabel(), shape: shape, at: "\(root)/phase", layout: layout)
    try file.setAttribute("signal", of: root, to: "iron")
    try file.setAttribute("axes", of: root, to: ["x", "z", "y"])
    let axis = (0..<side).map { (Double($0) - Double(side - 1) / 2) * parameters.voxelSize.meters }
    for name in ["x", "z", "y"] {
      try file.write(axis, shape: [side], at: "\(root)/\(name)", unit: "m")
    }
  }

  private static func writeProjections(
    _ detector: SimulatedDetector,
    to file: borrowing StorageFile
  ) throws {
    let parameters = detector.parameters
    let side = parameters.volumeSide
    let energies = parameters.energies.indices
    var stacks = energies.map { _ in [Float]() }
    for tilt in parameters.tilts {
      let paths = detector.phantom.paths(tilt: tilt, side: side, pixelSize: parameters.voxelSize)
      for energy in energies {
        let density = paths.opticalDensity(parameters.absorption(energyIndex: energy))
        stacks[energy] += density.values
      }
    }
    let count = parameters.tiltCount
    try file.makeGroup("/entry/projections", nexusClass: "NXdata")
    try file.write(
      stacks.flatMap { $0 },
      shape: [energies.count, count, side, side],
      at: "/entry/projections/optical_density",
      unit: "1",
      layout: DatasetLayout(chunk: [1, 1, side, side], deflate: 4)
    )
    try file.setAttribute("signal", of: "/entry/projections", to: "optical_density")
    let shifts = detector.plan.sampleShifts
    let pixels = shifts.flatMap { [$0.rows, $0.columns] }
    try file.write(
      parameters.tilts.map(\.degrees),
      shape: [count],
      at: "/entry/tilt_angle",
      unit: "deg"
    )
    try file.write(pixels, shape: [count, 2], at: "/entry/sample_shift_px", unit: "1")
    try file.setAttribute("axes", of: "/entry/sample_shift_px", to: ["tilt", "row_column"])
    try file.write(
      pixels.map { $0 * parameters.voxelSize.meters },
      shape: [count, 2],
      at: "/entry/sample_shift",
      unit: "m"
    )
  }

  private static func writeScans(
    _ detector: SimulatedDetector,
    to file: borrowing StorageFile
  ) throws {
    let scans = detector.plan.scans
    let points = detector.parameters.pointCount
    func write(_ name: String, _ positions: (ScanPlan.Scan) -> [ScanPosition]) throws {
      try file.write(
        scans.flatMap { positions($0).flatMap { [$0.x, $0.y] } },
        shape: [scans.count, points, 2],
        at: "/entry/scans/\(name)",
        unit: "m"
      )
    }
    try write("position", \.positions)
    try write("position_on_sample", \.truePositions)
    try writeExposures(scans, to: file)
    let indices = scans.flatMap { [Int32($0.tiltIndex), Int32($0.energyIndex)] }
    try file.write(indices, shape: [scans.count, 2], at: "/entry/scans/tilt_energy_index")
  }

  private static func writeExposures(
    _ scans: [ScanPlan.Scan],
    to file: borrowing StorageFile
  ) throws {
    let exposures = scans.flatMap { $0.exposures.flatMap { $0 } }
    let shape = [
      scans.count, scans.first?.exposures.count ?? 0, scans.first?.exposures.first?.count ?? 0,
    ]
    let root = "/entry/scans"
    try file.write(
      exposures.map(\.incidentPhotons),
      shape: shape,
      at: "\(root)/incident_photons",
      unit: "1"
    )
    try file.write(exposures.map(\.time), shape: shape, at: "\(root)/exposure_time", unit: "s")
    try file.write(
      exposures.map { Int32($0.shutterFails ? 1 : 0) },
      shape: shape,
      at: "\(root)/shutter_failed"
    )
    try file.setAttribute(
      "axes",
      of: "\(root)/incident_photons",
      to: ["scan", "point", "exposure"]
    )
  }
}
