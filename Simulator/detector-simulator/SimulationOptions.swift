// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
public import ArgumentParser
public import DetectorSimulator

/// What is simulated, as options.
///
/// Whatever is not given is the instrument's; the numbers in brackets are those of `demo`.
struct SimulationOptions: ParsableArguments {
  @Option(help: "Settings to start from: demo, paper-twin, als-5.3.2.1 or als-cosmic-7.0.1.")
  var instrument = Instrument.demo
  @OptionGroup var sample: SampleOptions
  @OptionGroup var scan: ScanOptions
  @OptionGroup var beam: BeamOptions
  @OptionGroup var camera: CameraOptions

  /// The options as parameters.
  ///
  /// - Throws: `ValidationError` for what cannot be read, `ParameterError` for what is out of
  ///   range.
  func parameters() throws -> SimulationParameters {
    var parameters = SimulationParameters(instrument)
    sample.apply(to: &parameters)
    try scan.apply(to: &parameters)
    try beam.apply(to: &parameters)
    try camera.apply(to: &parameters)
    try parameters.validate()
    return parameters
  }
}

/// The sample, as options.
struct SampleOptions: ParsableArguments {
  @Option(help: "Starts all random numbers. (1)")
  var seed: UInt64?
  @Option(help: "Name of the tomogram. (simulated)")
  var tomogram: String?
  @Option(help: "Plates of one size and many compositions, or as harvested. (assorted)")
  var ensemble: SimulationParameters.Ensemble?
  @Option(help: "Nano-plates to place. (32)")
  var plates: Int?
  @Option(help: "Diameter and height of the cylinder that holds them, nm. (360)")
  var diameterNm: Double?
  @Option(help: "Voxels along each side of the true volume. (80)")
  var volumeSide: Int?
  @Option(help: "Size of voxels and object pixels, nm. (6.7)")
  var voxelNm: Double?

  func apply(to parameters: inout SimulationParameters) {
    set(&parameters.seed, to: seed)
    set(&parameters.tomogram, to: tomogram)
    set(&parameters.ensemble, to: ensemble)
    set(&parameters.plateCount, to: plates)
    set(&parameters.sampleDiameter, to: diameterNm.map(Length.init(nanometers:)))
    set(&parameters.volumeSide, to: volumeSide)
    set(&parameters.voxelSize, to: voxelNm.map(Length.init(nanometers:)))
  }
}

/// Tilts, energies and scan points, as options.
struct ScanOptions: ParsableArguments {
  @Option(help: "Number of tilts. (24)")
  var tilts: Int?
  @Option(help: "First tilt, degrees. (-80)")
  var firstAngle: Double?
  @Option(help: "Last tilt, degrees. (77)")
  var lastAngle: Double?
  @Option(help: "Photon energies, eV, separated by commas. (708.2,710.2)")
  var energies: String?
  @Flag(
    exclusivity: .exclusive,
    help: "All energies at each tilt, or one whole series after the other. (interleaved)"
  )
  var order: EnergyOrder?
  @Option(help: "Scan points, COLUMNSxROWS. (7x7)")
  var scan: String?
  @Option(help: "Distance between scan points, nm. (70)")
  var stepNm: Double?
  @Option(help: "Points are moved by up to this, and it is told, nm. (10)")
  var jitterNm: Double?
  @Option(help: "RMS error of positions that is not told, nm. (0)")
  var positionErrorNm: Double?
  @Option(help: "Drift of the sample in the course of each scan, nm. (0)")
  var driftNm: Double?
  @Option(help: "The sample sits up to this far off the axis at each tilt, voxels. (3)")
  var shiftJitterPx: Double?
  @Option(help: "Amplitude of the rotation axis's wobble with the tilt, voxels. (0)")
  var wobblePx: Double?
  @Option(help: "Drift of the sample from the first tilt to the last, voxels. (0)")
  var seriesDriftPx: Double?

  enum EnergyOrder: String, EnumerableFlag {
    case interleaved
    case series
  }

  func apply(to parameters: inout SimulationParameters) throws {
    set(&parameters.tiltCount, to: tilts)
    set(&parameters.firstAngle, to: firstAngle.map(TiltAngle.init(degrees:)))
    set(&parameters.lastAngle, to: lastAngle.map(TiltAngle.init(degrees:)))
    if let energies {
      parameters.energies = try numbers(energies, "--energies").map(
        PhotonEnergy.init(electronVolts:)
      )
    }
    set(&parameters.isInterleaved, to: order.map { $0 == .interleaved })
    if let scan {
      let extent = scan.split(separator: "x").compactMap { Int($0) }
      guard extent.count == 2 else {
        throw ValidationError("--scan is \(scan); expected COLUMNSxROWS, as 7x7")
      }
      (parameters.scanColumns, parameters.scanRows) = (extent[0], extent[1])
    }
    set(&parameters.step, to: stepNm.map(Length.init(nanometers:)))
    set(&parameters.positionJitter, to: jitterNm.map(Length.init(nanometers:)))
    set(&parameters.positionError, to: positionErrorNm.map(Length.init(nanometers:)))
    set(&parameters.drift, to: driftNm.map(Length.init(nanometers:)))
    set(&parameters.shiftJitter, to: shiftJitterPx)
    set(&parameters.axisWobble, to: wobblePx)
    set(&parameters.seriesDrift, to: seriesDriftPx)
  }
}

/// Replaces a value where another one was given.
func set<Value>(_ target: inout Value, to value: Value?) {
  if let value { target = value }
}

/// Numbers separated by commas.
func numbers(_ text: String, _ option: String) throws -> [Double] {
  try text.split(separator: ",").map { part in
    guard let number = Double(part) else {
      throw ValidationError("\(option): \(part) is not a number")
    }
    return number
  }
}

extension Instrument: ExpressibleByArgument {}
extension SimulationParameters.Ensemble: ExpressibleByArgument {}
extension SimulationParameters.FrameKind: ExpressibleByArgument {}
