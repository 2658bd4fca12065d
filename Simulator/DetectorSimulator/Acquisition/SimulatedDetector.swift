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
  /// Which point's photons `means` holds.
  private var current: (scan: String, point: Int)?
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

  /// The same sample and plan before a camera that sends raw frames.
  ///
  /// - Throws: `ParameterError` where that camera cannot be simulated.
  func withRawFrames() throws(ParameterError) -> SimulatedDetector {
    var parameters = parameters
    parameters.frames = .raw
    parameters.rawTilt = nil
    return try SimulatedDetector(parameters, phantom: phantom)
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
      let density = paths.opticalDensity(parameters.absorption(energyIndex: energyIndex))
      let phase = Float(parameters.phaseToDensity)
      let pixels = density.values.map { density in
        density == 0
          ? .one : Complex64(modulus: exponential(-density / 2), phase: phase * density)
      }
      return ComplexImage(shape: density.shape, values: pixels)
    }
  }

  /// The photons that each pixel catches on average, [row, column], behind the attenuator.
  ///
  /// 960 x 960 raw pixels as seen looking downstream, or a 128 x 128 pattern, for
  /// `photonsPerExposure` photons on the sample.
  public mutating func expectedPhotons(_ scan: ScanPlan.Scan, point: Int) -> Image {
    computeMeans(scan, point: point)
    guard parameters.frames == .cleaned else { return means }
    var sums = means.binned(by: Self.cleanedSamples)
    let samples = Float(Self.cleanedSamples * Self.cleanedSamples)
    for i in sums.values.indices {
      sums.values[i] *= samples * attenuation[scan.energyIndex].values[i]
    }
    return sums
  }

  private mutating func computeMeans(_ scan: ScanPlan.Scan, point: Int) {
    guard current?.scan != scan.identity.scan || current?.point != point else { return }
    current = (scan.identity.scan, point)
    let transmissions = tilt?.index == scan.tiltIndex ? tilt?.transmissions : nil
    let turned = transmissions ?? self.transmissions(tiltIndex: scan.tiltIndex)
    tilt = (scan.tiltIndex, turned)
    farFields[scan.energyIndex].expectedPhotons(
      through: turned[scan.energyIndex],
      probe: probes[scan.energyIndex],
      at: scan.truePositions[point],
      into: &means
    )
  }

  /// Takes a frame of one scan point.
  ///
  /// - Parameters:
  ///   - scan: The scan.
  ///   - point: The scan point.
  ///   - exposure: Which of the point's exposures, in order of taking.
  /// - Returns: The frame.
  public mutating func exposure(
    _ scan: ScanPlan.Scan,
    point: Int,
    exposure: Int = 0
  ) -> DetectorFrame {
    let conditions = scan.exposures[point][exposure]
    let place = scan.tiltIndex * parameters.energies.count + scan.energyIndex
    let seed =
      parameters.seed &* 0x9E37_79B9 &+ UInt64(place * parameters.pointCount + point)
      &+ UInt64(exposure) &* 0xA24B_AED4_963E_E407
    var header = header(scan, index: point, role: .exposure, time: conditions.time)
    header.position = scan.positions[point]
    let scale = conditions.incidentPhotons / parameters.photonsPerExposure
    guard parameters.frames == .raw else {
      let expected = expectedPhotons(scan, point: point)
      let pixels = cleanedPixels(
        expected,
        scaledBy: Float(scale),
        energyIndex: scan.energyIndex,
        seed: seed
      )
      return DetectorFrame(header: header, pixels: pixels)
    }
    computeMeans(scan, point: point)
    let photons = conditions.shutterFails ? ShutterFailure.smeared(means) : means
    let pixels = SharedBytes(count: FastCCDLayout.rawShape.count) { words in
      camera.read(
        photons,
        scaledBy: scale,
        exposureTime: conditions.time,
        energy: scan.identity.energy,
        seed: seed,
        into: &words
      )
    }
    return DetectorFrame(header: header, pixels: pixels)
  }

  /// Takes a frame with the shutter closed; nil where cleaned patterns are sent.
  ///
  /// - Parameters:
  ///   - scan: The scan that it is taken for.
  ///   - index: Its number among the darks of its exposure time.
  ///   - exposure: Which of the exposure times.
  /// - Returns: The frame.
  public mutating func dark(
    _ scan: ScanPlan.Scan,
    index: Int,
    exposure: Int = 0
  ) -> DetectorFrame? {
    guard parameters.frames == .raw else { return nil }
    let time = parameters.exposureTimes[exposure]
    let place = scan.tiltIndex * parameters.energies.count + scan.energyIndex
    let number = place * 1000 + index
    let seed =
      parameters.seed &* 0x51ED_270B &+ UInt64(number)
      &+ UInt64(exposure) &* 0xA24B_AED4_963E_E407
    let pixels = SharedBytes(count: FastCCDLayout.rawShape.count) { words in
      camera.read(
        nil,
        exposureTime: time,
        energy: scan.identity.energy,
        seed: seed,
        into: &words
      )
    }
    return DetectorFrame(
      header: header(scan, index: index, role: .dark, time: time),
      pixels: pixels
    )
  }

  private func header(
    _ scan: ScanPlan.Scan,
    index: Int,
    role: FrameRole,
    time: Double
  ) -> FrameHeader {
    let isRaw = parameters.frames == .raw
    return FrameHeader(
      scan: scan.identity.scan,
      index: index,
      role: role,
      exposureTime: time,
      shape: isRaw ? FastCCDLayout.rawShape : Shape2D(square: Self.cleanedSide),
      sampleType: isRaw ? .uint16 : .float32
    )
  }

  private func cleanedPixels(
    _ photons: Image,
    scaledBy scale: Float,
    energyIndex: Int,
    seed: UInt64
  ) -> SharedBytes {
    var counter = PhotonCounter(seed: seed)
    let passed = attenuation[energyIndex]
    return SharedBytes(count: photons.shape.count) { (counts: inout MutableSpan<Float>) in
      for i in counts.indices {
        counts[i] = Float(counter.photons(mean: scale * photons.values[i])) / passed.values[i]
      }
    }
  }
}

extension Phantom {
  /// The ensemble that an acquisition asks for.
  public init(_ parameters: SimulationParameters) {
    switch parameters.ensemble {
    case .assorted:
      self.init(
        plateCount: parameters.plateCount,
        diameter: parameters.sampleDiameter,
        seed: parameters.seed
      )
    case .harvested:
      var plates = HarvestedPlates(
        plateCount: parameters.plateCount,
        diameter: parameters.sampleDiameter,
        seed: parameters.seed
      )
      self.init(plates: plates.plates())
    }
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
