// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// The sample in the beam and the detector behind it: takes a scan's frames one by one.
public struct SimulatedDetector: Sendable {
  /// What is simulated.
  public let parameters: SimulationParameters
  /// The sample.
  public let phantom: Phantom
  /// The order of scans and where everything truly is.
  public let plan: ScanPlan

  private let probes: [ZonePlateProbe]
  private var farFields: [FarField]
  /// The camera, with its defects.
  public private(set) var camera: FastCCDModel
  private let attenuation: [Image]
  private var means: Image
  private var tilt: (index: Int, transmissions: [ComplexImage])?

  /// Object pixels are so many times finer than the voxels.
  public static let oversampling = 2
  /// Pixels along each side of a cleaned pattern.
  public static let cleanedSide = 128
  /// Samples along each side of a cleaned pattern's pixel.
  static let cleanedSamples = 5

  /// Builds sample, optics and detector; some hundred milliseconds.
  ///
  /// - Parameters:
  ///   - parameters: What to simulate.
  ///   - phantom: The sample; by default the ensemble that the parameters ask for.
  /// - Throws: `ParameterError` where a parameter is out of range.
  public init(
    _ parameters: SimulationParameters,
    phantom: Phantom? = nil
  ) throws(ParameterError) {
    try parameters.validate()
    self.parameters = parameters
    self.phantom = phantom ?? Phantom(parameters)
    plan = ScanPlan(parameters)
    camera = FastCCDModel(seed: parameters.seed &+ 0xCCD, parameters.camera)
    let probes = parameters.energies.map { ZonePlateProbe(parameters, energy: $0) }
    let geometry = parameters.energies.indices.map { PatternGeometry(parameters, energyIndex: $0) }
    let sampling = Length(meters: parameters.voxelSize.meters / Double(Self.oversampling))
    self.probes = probes
    farFields = zip(geometry, probes).map { geometry, probe in
      FarField(
        map: geometry.map,
        side: geometry.side,
        middle: geometry.middle,
        efficiency: geometry.efficiency,
        sampling: sampling,
        probe: probe
      )
    }
    attenuation = geometry.map(\.attenuation)
    means = Image(shape: Shape2D(square: geometry[0].side))
  }

  /// The sample's transmission at one tilt, one for each energy, [row, column], at half the
  /// voxel size, the axis at (N − 1) / 2.
  public func transmissions(tiltIndex: Int) -> [ComplexImage] {
    let paths = phantom.paths(
      tilt: parameters.tilts[tiltIndex],
      side: parameters.volumeSide * Self.oversampling,
      pixelSize: Length(meters: parameters.voxelSize.meters / Double(Self.oversampling))
    )
    return parameters.energies.indices.map { energyIndex in
      let density = paths.opticalDensity(energyIndex: energyIndex, matrix: parameters.absorption)
      let phase = Float(parameters.phaseToDensity)
      let pixels = density.values.map { density in
        density == 0
          ? .one : Complex64(modulus: exponential(-density / 2), phase: phase * density)
      }
      return ComplexImage(shape: density.shape, values: pixels)
    }
  }

  /// The photons that each pixel of the pattern catches on average, [row, column], behind the
  /// attenuator: 960 x 960 raw pixels as seen looking downstream, or a 128 x 128 pattern.
  public mutating func expectedPhotons(_ scan: ScanPlan.Scan, point: Int) -> Image {
    let transmissions = tilt?.index == scan.tiltIndex ? tilt?.transmissions : nil
    let turned = transmissions ?? self.transmissions(tiltIndex: scan.tiltIndex)
    tilt = (scan.tiltIndex, turned)
    farFields[scan.energyIndex].expectedPhotons(
      through: turned[scan.energyIndex],
      probe: probes[scan.energyIndex],
      at: scan.truePositions[point],
      into: &means
    )
    guard parameters.frames == .cleaned else { return means }
    var sums = means.binned(by: Self.cleanedSamples)
    let samples = Float(Self.cleanedSamples * Self.cleanedSamples)
    for i in sums.values.indices {
      sums.values[i] *= samples * attenuation[scan.energyIndex].values[i]
    }
    return sums
  }

  /// Takes the frame of one scan point.
  public mutating func exposure(_ scan: ScanPlan.Scan, point: Int) -> DetectorFrame {
    let expected = expectedPhotons(scan, point: point)
    let place = scan.tiltIndex * parameters.energies.count + scan.energyIndex
    let seed = parameters.seed &* 0x9E37_79B9 &+ UInt64(place * parameters.pointCount + point)
    var header = header(scan, index: point, role: .exposure)
    header.position = scan.positions[point]
    let pixels =
      parameters.frames == .raw
      ? rawPixels(expected, energy: scan.identity.energy, seed: seed)
      : cleanedPixels(expected, energyIndex: scan.energyIndex, seed: seed)
    return DetectorFrame(header: header, pixels: pixels)
  }

  /// Takes a frame with the shutter closed; nil where cleaned patterns are sent.
  public mutating func dark(_ scan: ScanPlan.Scan, index: Int) -> DetectorFrame? {
    guard parameters.frames == .raw else { return nil }
    return DetectorFrame(
      header: header(scan, index: index, role: .dark),
      pixels: rawPixels(
        nil,
        energy: scan.identity.energy,
        seed: parameters.seed &* 0x51ED_270B &+ UInt64(index)
      )
    )
  }

  private func header(_ scan: ScanPlan.Scan, index: Int, role: FrameRole) -> FrameHeader {
    let isRaw = parameters.frames == .raw
    return FrameHeader(
      scan: scan.identity.scan,
      index: index,
      role: role,
      exposureTime: parameters.exposureTime,
      shape: isRaw ? FastCCDLayout.rawShape : Shape2D(square: Self.cleanedSide),
      sampleType: isRaw ? .uint16 : .float32
    )
  }

  private mutating func rawPixels(
    _ photons: Image?,
    energy: PhotonEnergy,
    seed: UInt64
  ) -> SharedBytes {
    SharedBytes(count: FastCCDLayout.rawShape.count) { words in
      camera.read(
        photons,
        exposureTime: parameters.exposureTime,
        energy: energy,
        seed: seed,
        into: &words
      )
    }
  }

  private func cleanedPixels(_ photons: Image, energyIndex: Int, seed: UInt64) -> SharedBytes {
    var counter = PhotonCounter(seed: seed)
    let passed = attenuation[energyIndex]
    return SharedBytes(count: photons.shape.count) { (counts: inout MutableSpan<Float>) in
      for i in counts.indices {
        counts[i] = Float(counter.photons(mean: photons.values[i])) / passed.values[i]
      }
    }
  }
}

extension Phantom {
  /// The ensemble that an acquisition asks for.
  public init(_ parameters: SimulationParameters) {
    self.init(
      plateCount: parameters.plateCount,
      diameter: parameters.sampleDiameter,
      seed: parameters.seed
    )
  }
}

extension ZonePlateProbe {
  /// The illumination of one exposure of an acquisition.
  public init(_ parameters: SimulationParameters, energy: PhotonEnergy) {
    let scan = parameters.step.meters * Double(max(parameters.scanColumns, parameters.scanRows))
    let sample = parameters.voxelSize.meters * Double(parameters.volumeSide)
    self.init(
      outerZone: parameters.outerZone,
      centralStop: parameters.centralStop,
      defocus: parameters.defocus,
      energy: energy,
      photons: parameters.photonsPerExposure,
      reach: Length(meters: scan + 1.5 * sample)
    )
  }
}
