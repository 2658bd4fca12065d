// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
public import ArgumentParser
public import DetectorSimulator

/// What is simulated, as options.
struct SimulationOptions: ParsableArguments {
  @Option(help: "Starts all random numbers.")
  var seed: UInt64 = 1
  @Option(help: "Name of the tomogram.")
  var tomogram = "simulated"
  @Option(help: "Nano-plates to place.")
  var plates = 32
  @Option(help: "Diameter and height of the cylinder that holds them, nm.")
  var diameterNm = 360.0
  @Option(help: "Voxels along each side of the true volume.")
  var volumeSide = 80
  @Option(help: "Size of voxels and object pixels, nm.")
  var voxelNm = 6.7

  @Option(help: "Number of tilts.")
  var tilts = 24
  @Option(help: "First tilt, degrees.")
  var firstAngle = -80.0
  @Option(help: "Last tilt, degrees.")
  var lastAngle = 77.0
  @Option(help: "Photon energies, eV, separated by commas.")
  var energies = "708.2,710.2"
  @Flag(
    exclusivity: .exclusive,
    help: "Both energies at each tilt, or one whole series after the other."
  )
  var order: EnergyOrder = .interleaved

  @Option(help: "Scan points, COLUMNSxROWS.")
  var scan = "7x7"
  @Option(help: "Distance between scan points, nm.")
  var stepNm = 70.0
  @Option(help: "Points are moved by up to this, and it is told, nm.")
  var jitterNm = 10.0
  @Option(help: "RMS error of positions that is not told, nm.")
  var positionErrorNm = 0.0
  @Option(help: "Drift of the sample in the course of each scan, nm.")
  var driftNm = 0.0
  @Option(help: "The sample sits up to this far off the axis at each tilt, voxels.")
  var shiftJitterPx = 3.0

  @Option(help: "Photons on the sample each second.")
  var photonsPerSecond = 2e7
  @Option(help: "Exposure time, s.")
  var exposureS = 0.2
  @Option(help: "How far the sample stands downstream of the focus, um.")
  var defocusUm = 10.0
  @Option(help: "Central stop's diameter over the zone plate's.")
  var centralStop = 0.4
  @Option(help: "Transmission of the attenuator at each energy, separated by commas.")
  var attenuator = "0.015,0.0159"
  @Option(help: "Read noise, ADU.")
  var readNoise = 5.0
  @Option(help: "Dark current, ADU each second.")
  var darkCurrentAduPerS = 0.0
  @Option(help: "RMS of an offset of each row of each half in each frame, ADU.")
  var rowStripesAdu = 0.0
  @Option(help: "Part of what a word cannot hold that comes out with the next of its channel.")
  var blooming = 0.0
  @Option(help: "Pixels of high dark current.")
  var hotPixels = 0
  @Option(help: "Pixels that see no light.")
  var deadPixels = 0
  @Option(help: "The direct beam falls so far off the picture's middle, px, ROWS,COLUMNS.")
  var beamOffsetPx = "0,0"
  @Option(help: "Dark frames before the first scan.")
  var darks = 10
  @Option(help: "Raw FastCCD words (raw) or 128x128 photon counts (cleaned).")
  var frames: SimulationParameters.FrameKind = .raw

  enum EnergyOrder: String, EnumerableFlag {
    case interleaved
    case series
  }

  /// The options as parameters.
  ///
  /// - Throws: `ValidationError` for what cannot be read, `ParameterError` for what is out of
  ///   range.
  func parameters() throws -> SimulationParameters {
    var parameters = SimulationParameters()
    parameters.seed = seed
    parameters.tomogram = tomogram
    parameters.plateCount = plates
    parameters.sampleDiameter = Length(nanometers: diameterNm)
    parameters.volumeSide = volumeSide
    parameters.voxelSize = Length(nanometers: voxelNm)
    parameters.tiltCount = tilts
    parameters.firstAngle = TiltAngle(degrees: firstAngle)
    parameters.lastAngle = TiltAngle(degrees: lastAngle)
    parameters.energies = try numbers(energies, "--energies").map(PhotonEnergy.init(electronVolts:))
    parameters.isInterleaved = order == .interleaved
    let extent = scan.split(separator: "x").compactMap { Int($0) }
    guard extent.count == 2 else {
      throw ValidationError("--scan is \(scan); expected COLUMNSxROWS, as 7x7")
    }
    parameters.scanColumns = extent[0]
    parameters.scanRows = extent[1]
    parameters.step = Length(nanometers: stepNm)
    parameters.positionJitter = Length(nanometers: jitterNm)
    parameters.positionError = Length(nanometers: positionErrorNm)
    parameters.drift = Length(nanometers: driftNm)
    parameters.shiftJitter = shiftJitterPx
    parameters.photonsPerSecond = photonsPerSecond
    parameters.exposureTime = exposureS
    parameters.defocus = Length(micrometers: defocusUm)
    parameters.centralStop = centralStop
    parameters.attenuator.transmissions = try numbers(attenuator, "--attenuator")
    parameters.camera.readNoise = readNoise
    parameters.camera.darkCurrent = darkCurrentAduPerS
    parameters.camera.rowStripes = rowStripesAdu
    parameters.camera.blooming = blooming
    parameters.camera.hotPixelCount = hotPixels
    parameters.camera.deadPixelCount = deadPixels
    let offset = try numbers(beamOffsetPx, "--beam-offset-px")
    guard offset.count == 2 else {
      throw ValidationError("--beam-offset-px is \(beamOffsetPx); expected ROWS,COLUMNS, as 3.4,-2")
    }
    parameters.beamOffset = PixelShift(rows: offset[0], columns: offset[1])
    parameters.darkCount = darks
    parameters.frames = frames
    try parameters.validate()
    return parameters
  }

  private func numbers(_ text: String, _ option: String) throws -> [Double] {
    try text.split(separator: ",").map { part in
      guard let number = Double(part) else {
        throw ValidationError("\(option): \(part) is not a number")
      }
      return number
    }
  }
}

extension SimulationParameters.FrameKind: ExpressibleByArgument {}

/// What goes wrong, as options.
struct FaultOptions: ParsableArguments {
  @Option(help: "Part of the frames that get lost.")
  var dropFraction = 0.0
  @Option(help: "Part of the frames that are sent twice.")
  var duplicate = 0.0
  @Option(help: "Part of the frames that change places with the next.")
  var outOfOrder = 0.0
  @Option(help: "Part of the frames that arrive with half of their pixels.")
  var truncate = 0.0
  @Flag(help: "Scans start unannounced.")
  var noStart = false
  @Flag(help: "Scans end unannounced.")
  var noStop = false

  func plan(seed: UInt64) -> FaultPlan {
    var plan = FaultPlan()
    plan.dropFraction = dropFraction
    plan.duplicateFraction = duplicate
    plan.swapFraction = outOfOrder
    plan.truncateFraction = truncate
    plan.omitsStart = noStart
    plan.omitsStop = noStop
    plan.seed = seed
    return plan
  }
}
