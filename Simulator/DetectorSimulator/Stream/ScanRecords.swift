// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// What the beamline's control system says of scans and frames, in its own units: micrometres,
/// millimetres, milliseconds, electron volts, positions as (y, x).
struct ScanRecords: Sendable {
  private let parameters: SimulationParameters
  private let settings: EventSettings
  private let names: [String: String]

  init(_ parameters: SimulationParameters, _ settings: EventSettings) {
    self.parameters = parameters
    self.settings = settings
    // Energies that alternate share the file of their tilt; whole series have their own.
    let count = parameters.tiltCount
    names = Dictionary(
      uniqueKeysWithValues: ScanPlan.order(parameters).map { tilt, energy in
        let number = parameters.isInterleaved ? tilt + 1 : energy * count + tilt + 1
        let digits = String(number)
        let padding = String(repeating: "0", count: max(0, 3 - digits.count))
        return ("\(tilt)/\(energy)", "NS_180101\(padding)\(digits)")
      }
    )
  }

  /// The file that the control system stores a scan in.
  func fileName(of scan: ScanPlan.Scan) -> String { fileStem(of: scan) + ".stxm" }

  /// Its name without the ending.
  func fileStem(of scan: ScanPlan.Scan) -> String {
    names["\(scan.tiltIndex)/\(scan.energyIndex)"] ?? "NS_180101000"
  }

  private func energyIndex(of scan: ScanPlan.Scan) -> Int {
    parameters.isInterleaved ? scan.energyIndex : 0
  }

  private var dwells: (long: Double, short: Double) {
    let times = parameters.exposureTimes.map { $0 * 1000 }
    return (times.max() ?? 0, times.count > 1 ? times.min() ?? 0 : 0)
  }

  private func micrometers(_ position: ScanPosition) -> (x: Double, y: Double) {
    (
      (position.x + settings.stageMiddle.x) * 1e6, (position.y + settings.stageMiddle.y) * 1e6
    )
  }

  // MARK: - Scans

  /// What the user asked for.
  func definition(of scan: ScanPlan.Scan) -> PickledValue {
    let middle = micrometers(ScanPosition(x: 0, y: 0))
    let step = parameters.step.micrometers
    let width = step * Double(parameters.scanColumns)
    let height = step * Double(parameters.scanRows)
    let region: PickledValue = .dictionary([
      ("xCenter", .number(middle.x)), ("yCenter", .number(middle.y)),
      ("xRange", .number(width)), ("yRange", .number(height)),
      ("xStep", .number(step)), ("yStep", .number(step)),
      ("xPoints", .integer(parameters.scanColumns)), ("yPoints", .integer(parameters.scanRows)),
    ])
    let energy = scan.identity.energy.electronVolts
    let energies: PickledValue = .dictionary([
      ("start", .number(energy)), ("stop", .number(energy)), ("step", .number(0)),
      ("nEnergies", .integer(1)), ("dwell", .number(dwells.long)),
    ])
    return .dictionary([
      ("type", .text("Ptychography Image")), ("mode", .text("ptychographyGrid")),
      ("proposal", .text("")), ("experimenters", .text("")), ("sample", .text("")),
      ("x", .text("SampleX")), ("y", .text("SampleY")),
      ("doubleExposure", .truth(parameters.exposureRatio != nil)),
      ("n_repeats", .integer(1)),
      ("scanRegions", .dictionary([("Region1", region)])),
      ("energyRegions", .dictionary([("EnergyRegion1", energies)])),
    ])
  }

  /// What the preprocessor needs.
  func metadata(of scan: ScanPlan.Scan) -> PickledValue {
    let middle = micrometers(ScanPosition(x: 0, y: 0))
    let step = parameters.step.micrometers
    let isDouble = parameters.exposureRatio != nil
    let points = parameters.pointCount * parameters.exposureTimes.count
    let translations = scan.positions.map { position -> PickledValue in
      let place = micrometers(position)
      return .tuple([.number(place.y), .number(place.x)])
    }
    // The control system plans 5 x 5 darks and takes 5; the number of darks is not to be trusted.
    return .dictionary([
      ("header", .text("2018/01/180101/\(fileName(of: scan))")),
      ("zonePlate", zonePlate), ("geometry", geometry),
      ("ptychography", .dictionary([("streaming", .truth(true))])),
      ("repetition", .integer(1)), ("n_repeats", .integer(1)),
      ("defocus", .number(parameters.defocus.micrometers)),
      ("isDoubleExp", .integer(isDouble ? 1 : 0)), ("double_exposure", .truth(isDouble)),
      ("pos_x", .number(middle.x)), ("pos_y", .number(middle.y)),
      ("step_size_x", .number(step)), ("step_size_y", .number(step)),
      ("num_pixels_x", .integer(parameters.scanColumns)),
      ("num_pixels_y", .integer(parameters.scanRows)),
      ("background_pixels_x", .integer(5)), ("background_pixels_y", .integer(5)),
      ("dwell1", .number(dwells.long)), ("dwell2", .number(dwells.short)),
      ("energy", .number(scan.identity.energy.electronVolts)),
      ("energyIndex", .integer(energyIndex(of: scan))), ("scanRegion", .text("Region1")),
      ("dark_num_x", .integer(5)), ("dark_num_y", .integer(5)),
      ("exp_num_x", .integer(parameters.scanColumns)),
      ("exp_num_y", .integer(parameters.scanRows)),
      ("exp_step_x", .number(step)), ("exp_step_y", .number(step)),
      ("exp_num_total", .integer(points)), ("translations", .list(translations)),
      ("scan", definition(of: scan)),
    ])
  }

  private var zonePlate: PickledValue {
    .dictionary([
      ("diameter", .number(parameters.zonePlateDiameter.micrometers)),
      ("outerZone", .number(parameters.outerZone.micrometers)),
      ("A0", .number(0)), ("A1", .number(0)),
    ])
  }

  private var geometry: PickledValue {
    .dictionary([
      ("distance", .number(parameters.detectorDistance.meters * 1e3)),
      ("psize", .number(parameters.detectorPixel.micrometers)),
      ("shape", .integer(FastCCDLayout.side)),
      ("resolution", .number(parameters.voxelSize.meters)),
      ("rebin", .integer(1)),
    ])
  }

  // MARK: - Frames

  /// What is said of a frame, pixels aside.
  func frame(_ taken: TakenFrame) -> [(String, PickledValue)] {
    let header = taken.frame.header
    let isDark = header.role == .dark
    let place = micrometers(header.position ?? ScanPosition(x: 0, y: 0))
    let isDouble = parameters.exposureRatio != nil
    let point = isDark ? 0 : header.index
    var motors: [(String, PickledValue)] = [
      ("SampleX", .number(place.x)), ("SampleY", .number(place.y)),
      ("Energy", .number(taken.scan.identity.energy.electronVolts)),
    ]
    if let motor = settings.tiltMotor, let tilt = taken.scan.identity.tilt {
      motors.append((motor, .number(tilt.degrees)))
    }
    return [
      ("mode", .text("ptychographyGrid")), ("type", .text("Ptychography Image")),
      ("scan", definition(of: taken.scan)),
      ("energy", .number(taken.scan.identity.energy.electronVolts)),
      ("energyIndex", .integer(energyIndex(of: taken.scan))), ("scanRegion", .text("Region1")),
      ("ccd_mode", .text(isDark ? "dark" : "exp")), ("ccd_frame_num", .integer(taken.number)),
      ("dwell", .number((header.exposureTime ?? 0) * 1000)), ("index", .integer(header.index)),
      ("xPos", .scalar(place.x)), ("yPos", .scalar(place.y)),
      ("lineIndex", .integer(point / parameters.scanColumns)),
      ("columnIndex", .integer(point % parameters.scanColumns)),
      ("isDoubleExposure", .truth(isDouble)), ("doubleExposure", .truth(isDouble)),
      ("n_repeats", .integer(1)), ("motorPositions", .dictionary(motors)),
      ("xVal", positions([place.x])), ("yVal", positions([place.y])),
      ("elapsedTime", .number(taken.elapsed)),
    ]
  }

  private func positions(_ values: [Double]) -> PickledValue {
    let bytes = values.flatMap { value in
      (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    return .array(NumPyArray(type: .float64, shape: [values.count], bytes: SharedBytes(bytes)))
  }
}
