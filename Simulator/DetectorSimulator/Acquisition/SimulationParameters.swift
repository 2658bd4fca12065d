// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// Everything that decides what the simulated instrument and sample do.
public struct SimulationParameters: Sendable, Hashable {
  /// How frames are sent.
  public enum FrameKind: String, Sendable, Hashable, CaseIterable {
    /// Raw FastCCD words, 1040 x 1152.
    case raw
    /// Photon counts without detector, 128 x 128.
    case cleaned
  }

  /// Which plates are placed.
  public enum Ensemble: String, Sendable, Hashable, CaseIterable {
    /// Alike in size, many compositions: for demonstrations.
    case assorted
    /// As harvested from a half-charged electrode, after Yu et al. (2018).
    case harvested
  }

  /// Starts all random numbers.
  public var seed: UInt64 = 1
  /// The tomogram's name.
  public var tomogram = "simulated"

  /// Which plates.
  public var ensemble = Ensemble.assorted
  /// Plates to place.
  public var plateCount = 32
  /// The diameter, and height, of the cylinder that holds them.
  public var sampleDiameter = Length(nanometers: 360)
  /// Voxels along each side of the true volume.
  public var volumeSide = 80
  /// The size of a voxel and of an object pixel.
  public var voxelSize = Length(nanometers: 6.7)
  /// Absorption of the pure phases, per µm, at 708.2 and at 710.2 eV; between and beside them follow
  /// model spectra (`IronEdgeSpectra`).
  public var absorption = AbsorptionMatrix(rows: [[11.80, 5.33], [5.45, 11.86]])
  /// The phase of the transmission over its optical density.
  public var phaseToDensity = -0.4

  /// Tilts from the first to the last angle.
  public var tiltCount = 24
  /// The first angle.
  public var firstAngle = TiltAngle(degrees: -80)
  /// The last angle.
  public var lastAngle = TiltAngle(degrees: 77)
  /// The photon energies.
  public var energies = [PhotonEnergy(electronVolts: 708.2), PhotonEnergy(electronVolts: 710.2)]
  /// Whether energies alternate at each tilt; where not, each is a whole series.
  public var isInterleaved = true

  /// Scan points along x.
  public var scanColumns = 7
  /// Scan points along y.
  public var scanRows = 7
  /// The distance between neighbouring points.
  public var step = Length(nanometers: 70)
  /// Points lie up to this far from their place on the grid, along each axis; it is told.
  public var positionJitter = Length(nanometers: 10)
  /// The RMS error of each coordinate that is not told.
  public var positionError = Length(meters: 0)
  /// How far the sample drifts in the course of a scan, in a direction that each scan draws.
  public var drift = Length(meters: 0)
  /// The sample sits up to so many voxels off the axis at each tilt, along each image axis.
  public var shiftJitter = 3.0

  /// The amplitude of what repeats with the tilt angle t: cos t and sin t in rows, cos 2t and sin 2t
  /// in columns, voxels.
  public var axisWobble = 0.0
  /// How far the sample drifts from the first tilt to the last, voxels, in a direction that is drawn.
  public var seriesDrift = 0.0

  /// Photons on the sample each second.
  public var photonsPerSecond = 2e7
  /// The exposure time, seconds; of the shorter exposure where there are two.
  public var exposureTime = 0.2
  /// How many times longer the second exposure of each point is; nil for one exposure.
  public var exposureRatio: Double?
  /// Whether the longer exposure comes first.
  public var longExposureComesFirst = false
  /// The time in which the beam current falls to 1/e, seconds; nil where it is kept up.
  public var beamLifetime: Double?
  /// The RMS of the beam current from one exposure to the next, relative.
  public var beamFlicker = 0.0
  /// The part of the exposures in which the shutter stays open while the lower half is read.
  public var shutterFailureFraction = 0.0
  /// The width of the zone plate's outermost zone.
  public var outerZone = Length(nanometers: 100)
  /// The diameter of the zone plate; it sets the focal length only.
  public var zonePlateDiameter = Length(micrometers: 240)
  /// The central stop's diameter over the zone plate's.
  public var centralStop = 0.4
  /// How far the sample stands downstream of the focus.
  public var defocus = Length(micrometers: 10)

  /// Sample to detector.
  public var detectorDistance = Length(meters: 0.08)
  /// The size of a raw detector pixel.
  public var detectorPixel = Length(micrometers: 30)
  /// Where the direct beam falls, pixels from the middle of the 960 x 960 picture.
  public var beamOffset = PixelShift.zero
  /// The disc over the middle of the pattern.
  public var attenuator = Attenuator()
  /// What the camera does to photons.
  public var camera = FastCCDParameters()
  /// Dark frames of each exposure time before the first scan.
  public var darkCount = 10
  /// Whether darks are taken before every scan.
  public var takesDarksEachScan = false
  /// How frames are sent.
  public var frames = FrameKind.raw
  /// The place of a tilt that is sent as raw frames where `frames` are cleaned; nil for none.
  public var rawTilt: Int?

  /// The demo's acquisition.
  public init() {}

  /// Absorption of the pure phases at one of the energies, per µm.
  public func absorption(energyIndex: Int) -> PhaseAbsorption {
    IronEdgeSpectra(through: absorption).absorption(at: energies[energyIndex])
  }
  /// What passes the attenuator at one of the energies.
  public func attenuatorTransmission(energyIndex: Int) -> Double {
    attenuator.transmission(energyIndex: energyIndex, of: energies)
  }
  /// Photons on the sample in one exposure, the shorter one where there are two, at full current.
  public var photonsPerExposure: Double { photonsPerSecond * exposureTime }
  /// The exposure times of each point in order of taking, seconds.
  public var exposureTimes: [Double] {
    guard let exposureRatio else { return [exposureTime] }
    let times = [exposureTime, exposureTime * exposureRatio]
    return longExposureComesFirst ? times.reversed() : times
  }
  /// The focal length of the zone plate at one energy, D Δr / λ.
  public func focalLength(at energy: PhotonEnergy) -> Length {
    Length(meters: zonePlateDiameter.meters * outerZone.meters / energy.wavelength.meters)
  }
  /// Scan points of each scan.
  public var pointCount: Int { scanColumns * scanRows }
  /// Exposures of the whole acquisition.
  public var exposureCount: Int {
    tiltCount * energies.count * pointCount * exposureTimes.count
  }

  /// The tilts, in order of taking.
  public var tilts: [TiltAngle] {
    (0..<tiltCount).map { index in
      let fraction = tiltCount > 1 ? Double(index) / Double(tiltCount - 1) : 0
      return TiltAngle(
        degrees: firstAngle.degrees + fraction * (lastAngle.degrees - firstAngle.degrees)
      )
    }
  }
}
