// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// Which scans are taken in which order, and where everything truly was.
public struct ScanPlan: Sendable {
  /// One scan of the acquisition.
  public struct Scan: Sendable {
    /// Which scan it is.
    public var identity: ScanIdentity
    /// The place of its tilt, counted from 0.
    public var tiltIndex: Int
    /// The place of its energy, counted from 0.
    public var energyIndex: Int
    /// The positions that are told, [point].
    public var positions: [ScanPosition]
    /// Where the probe was relative to the sample's axis, [point]: with position errors and
    /// drift, the tilt's shift taken out.
    public var truePositions: [ScanPosition]
    /// What each exposure meets, [point][exposure].
    public var exposures: [[Exposure]]
  }

  /// What an exposure meets.
  public struct Exposure: Sendable, Hashable {
    /// How long it is, seconds.
    public var time: Double
    /// Photons that fall on the sample in it.
    public var incidentPhotons: Double
    /// Whether the shutter stays open while the lower half is read.
    public var shutterFails: Bool
  }

  /// The scans, in order of taking.
  public var scans: [Scan]
  /// How far the sample sits off the axis in the image at each tilt, voxels, [tilt].
  public var sampleShifts: [PixelShift]

  /// Plans an acquisition.
  public init(_ parameters: SimulationParameters) {
    var generator = SeededGenerator(seed: parameters.seed &* 3 &+ 101)
    let jitter = parameters.shiftJitter
    var shifts = (0..<parameters.tiltCount).map { _ in
      PixelShift(
        rows: jitter * (2 * generator.uniform() - 1),
        columns: jitter * (2 * generator.uniform() - 1)
      )
    }
    Self.addStageMotion(to: &shifts, parameters)
    sampleShifts = shifts
    var beam = BeamHistory(parameters)
    scans = Self.order(parameters).map { tilt, energy in
      Self.scan(
        parameters,
        tiltIndex: tilt,
        energyIndex: energy,
        shift: shifts[tilt],
        exposures: (0..<parameters.pointCount).map { _ in beam.exposures() }
      )
    }
  }

  /// Adds the wobble of the axis and the drift of the series.
  private static func addStageMotion(
    to shifts: inout [PixelShift],
    _ parameters: SimulationParameters
  ) {
    var generator = SeededGenerator(seed: parameters.seed &* 17 &+ 5)
    let (first, second) = (2 * Double.pi * generator.uniform(), 2 * Double.pi * generator.uniform())
    let direction = 2 * Double.pi * generator.uniform()
    for (place, tilt) in parameters.tilts.enumerated() {
      let angle = tilt.degrees * .pi / 180
      let progress = Double(place) / Double(max(parameters.tiltCount - 1, 1)) - 0.5
      shifts[place].rows +=
        parameters.axisWobble * cosine(angle - first)
        + parameters.seriesDrift * progress * sine(direction)
      shifts[place].columns +=
        parameters.axisWobble * cosine(2 * angle - second)
        + parameters.seriesDrift * progress * cosine(direction)
    }
  }

  /// Tilt and energy of each scan, in order of taking.
  static func order(_ parameters: SimulationParameters) -> [(tilt: Int, energy: Int)] {
    let tilts = 0..<parameters.tiltCount
    let energies = parameters.energies.indices
    return parameters.isInterleaved
      ? tilts.flatMap { tilt in energies.map { (tilt, $0) } }
      : energies.flatMap { energy in tilts.map { ($0, energy) } }
  }

  private static func scan(
    _ parameters: SimulationParameters,
    tiltIndex: Int,
    energyIndex: Int,
    shift: PixelShift,
    exposures: [[Exposure]]
  ) -> Scan {
    let place = UInt64(tiltIndex * parameters.energies.count + energyIndex)
    var generator = SeededGenerator(seed: parameters.seed &* 7919 &+ place)
    let direction = 2 * Double.pi * generator.uniform()
    let voxel = parameters.voxelSize.meters
    var told: [ScanPosition] = []
    var real: [ScanPosition] = []
    for index in 0..<parameters.pointCount {
      let column = Double(index % parameters.scanColumns) - Double(parameters.scanColumns - 1) / 2
      let row = Double(index / parameters.scanColumns) - Double(parameters.scanRows - 1) / 2
      let jitter = parameters.positionJitter.meters
      let position = ScanPosition(
        x: column * parameters.step.meters + jitter * (2 * generator.uniform() - 1),
        y: row * parameters.step.meters + jitter * (2 * generator.uniform() - 1)
      )
      told.append(position)
      let error = parameters.positionError.meters
      let progress = Double(index) / Double(max(parameters.pointCount - 1, 1)) - 0.5
      let drift = parameters.drift.meters * progress
      real.append(
        ScanPosition(
          x: position.x + error * generator.normal() - drift * cosine(direction)
            - shift.columns * voxel,
          y: position.y + error * generator.normal() - drift * sine(direction)
            - shift.rows * voxel
        )
      )
    }
    return Scan(
      identity: identity(parameters, tiltIndex: tiltIndex, energyIndex: energyIndex),
      tiltIndex: tiltIndex,
      energyIndex: energyIndex,
      positions: told,
      truePositions: real,
      exposures: exposures
    )
  }

  private static func identity(
    _ parameters: SimulationParameters,
    tiltIndex: Int,
    energyIndex: Int
  ) -> ScanIdentity {
    let digits = String(tiltIndex)
    let number = String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    return ScanIdentity(
      scan: "\(parameters.tomogram)_tilt\(number)_energy\(energyIndex)",
      tomogram: parameters.tomogram,
      tilt: parameters.tilts[tiltIndex],
      tiltIndex: tiltIndex,
      energy: parameters.energies[energyIndex],
      energyIndex: energyIndex
    )
  }
}
