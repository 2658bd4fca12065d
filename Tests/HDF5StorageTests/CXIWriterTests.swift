// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import TestSupport
import Testing

@Suite struct CXIWriterTests {
  let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  static let identity = ScanIdentity(
    scan: "NS_180101007",
    tomogram: "plates",
    tilt: TiltAngle(degrees: -33.5),
    tiltIndex: 4,
    energy: PhotonEnergy(electronVolts: 710.2),
    energyIndex: 1
  )

  static let object = ComplexImage(
    shape: Shape2D(rows: 5, columns: 7),
    values: (0..<35).map { Complex64(Float($0) / 35, 1 - Float($0) / 70) }
  )
  static let probe = ComplexImage(
    shape: Shape2D(square: 4),
    values: (0..<16).map { Complex64(Float($0), -3) }
  )

  static let result = ReconstructedObject(
    identity: identity,
    transmission: object,
    probe: probe,
    coverage: Image(shape: object.shape, values: (0..<35).map { Float($0) * 2 }),
    pixelSize: Length(nanometers: 6.7),
    origin: ScanPosition(x: -1.5e-7, y: -2.5e-7),
    background: Image(shape: probe.shape, filledWith: 0.25),
    iteration: 300,
    frameCount: 2,
    dataError: 0.11,
    overlapError: 0.02
  )

  static let patterns: [DiffractionPattern] = {
    var first = Image(shape: Shape2D(square: 4), values: (0..<16).map { Float($0) })
    var second = first
    first[0, 0] = -1
    second[0, 0] = -1
    second[2, 3] = -1
    // Not about their own middle: the planned scan had more points than these.
    return [
      DiffractionPattern(index: 0, position: ScanPosition(x: 1e-7, y: -2e-7), amplitudes: first),
      DiffractionPattern(index: 1, position: ScanPosition(x: 3e-7, y: 5e-7), amplitudes: second),
    ]
  }()

  static let scan = CXIScan(
    identity: identity,
    patterns: patterns,
    detectorDistance: Length(meters: 0.08),
    detectorPixelSize: Length(micrometers: 163),
    probe: probe
  )

  @Test func mapsGaugeAndCorrelationStandBesideTheObject() throws {
    let path = scratch.file("maps.cxi")
    var result = Self.result
    let shape = Self.object.shape
    let maps = ObjectMaps(
      opticalDensity: Image(shape: shape, values: (0..<35).map { Float($0) / 50 }),
      opticalDensityError: Image(shape: shape, filledWith: 0.02),
      phase: Image(shape: shape, values: (0..<35).map { -Float($0) }),
      noiseExcess: 1.25
    )
    result.maps = maps
    var gauge = ObjectGauge()
    (gauge.shiftRows, gauge.rampColumns, gauge.scale) = (0.5, -0.01, 1.03)
    gauge.isVacuumInView = true
    result.gauge = gauge
    result.halves = HalfScanCorrelation(
      frequencies: [0.1, 0.2],
      correlations: [0.9, 0.3],
      halfBitThreshold: [0.5, 0.4],
      halfPeriodAtHalfBit: Length(nanometers: 20),
      halfPeriodAtOneHalf: Length(nanometers: 22),
      iterations: 40
    )
    try writeCXI(
      result: result,
      source: CXISource(scan: Self.scan, parameters: "", version: "0.1"),
      to: path
    )
    let back = try #require(try readCXIResult(path).maps)
    #expect(back.opticalDensity == maps.opticalDensity)
    #expect(back.opticalDensityError == maps.opticalDensityError)
    #expect(back.phase == maps.phase)
    #expect(back.noiseExcess == 1.25)
    let file = try StorageFile(reading: path)
    let process = "/entry_1/image_1/process_1/gauge"
    #expect(try file.read(Double.self, at: "\(process)/shift").values == [0.5, 0])
    #expect(try file.read(Double.self, at: "\(process)/ramp").values == [0, -0.01])
    #expect(try file.readValue(Double.self, at: "\(process)/vacuum_modulus") == 1.03)
    #expect(try file.readValue(Int32.self, at: "\(process)/vacuum_in_view") == 1)
    let halves = "/entry_1/image_1/frc_1"
    #expect(try file.read(Double.self, at: "\(halves)/correlation").values == [0.9, 0.3])
    #expect(
      try file.readValue(Double.self, at: "\(halves)/half_period_at_0.5")
        == Length(nanometers: 22).meters
    )
  }

  @Test func aResultComesBackExactly() throws {
    let path = scratch.file("scan.cxi")
    try writeCXI(
      result: Self.result,
      source: CXISource(scan: Self.scan, parameters: "beta: 0.75", version: "0.1"),
      to: path
    )
    let back = try readCXIResult(path)
    #expect(back.transmission == Self.object)
    #expect(back.probe == Self.probe)
    #expect(back.coverage == Self.result.coverage)
    #expect(back.background == Self.result.background)
    #expect(back.origin == Self.result.origin)
    #expect(abs(back.pixelSize.nanometers - 6.7) < 1e-12)
    #expect(back.iteration == 300)
    #expect(back.frameCount == 2)
    #expect(back.dataError == 0.11)
    #expect(back.overlapError == 0.02)
    #expect(back.identity.scan == Self.identity.scan)
    #expect(back.identity.tomogram == "plates")
    #expect(back.identity.tilt == Self.identity.tilt)
    #expect(back.identity.tiltIndex == 4)
    #expect(back.identity.energyIndex == 1)
    #expect(abs(back.identity.energy.electronVolts - 710.2) < 1e-9)
  }

  @Test func theScanOfAResultComesBackWithItsMasksAndPositions() throws {
    let path = scratch.file("scan.cxi")
    try writeCXI(result: Self.result, source: CXISource(scan: Self.scan), to: path)
    let back = try readCXI(path)
    #expect(back.positions == Self.patterns.map(\.position))
    for (index, pattern) in Self.patterns.enumerated() {
      #expect(back.pattern(index).amplitudes == pattern.amplitudes)
    }
    #expect(back.probe == Self.probe)
    #expect(abs(back.detectorPixelWidth.micrometers - 163) < 1e-9)
    #expect(abs(back.detectorDistance.meters - 0.08) < 1e-12)
  }

  @Test func aScanWithoutResultComesBack() throws {
    let path = scratch.file("scan.cxi")
    var scan = Self.scan
    scan.nearField = true
    try writeCXI(scan: scan, to: path)
    let back = try readCXI(path)
    #expect(back.nearField)
    #expect(back.frames == scan.frames)
    #expect(back.positions == scan.positions)
  }

  @Test func theGeometryGivesTheObjectsPixelSize() throws {
    // Readers of SHARP's results take λ / 2 NA from the corner and λz / (N p) from the pixels.
    let path = scratch.file("scan.cxi")
    let source = CXISource(
      detectorDistance: Length(meters: 0.08),
      positions: Self.patterns.map(\.position)
    )
    try writeCXI(result: Self.result, source: source, to: path)
    let file = try StorageFile(reading: path)
    let detector = "/entry_1/instrument_1/detector_1"
    let corner = try file.read(Double.self, at: "\(detector)/corner_position").values
    let wavelength = Self.identity.energy.wavelength.meters
    let aperture = (corner[0] * corner[0] + corner[1] * corner[1]).squareRoot()
    let numericalAperture = aperture / 2.0.squareRoot() / corner[2]
    #expect(abs(wavelength / 2 / numericalAperture - 6.7e-9) < 1e-15)
    let pixel = try file.readValue(Double.self, at: "\(detector)/x_pixel_size")
    #expect(abs(wavelength * 0.08 / (4 * pixel) - 6.7e-9) < 1e-15)
    #expect(
      try file.read(Double.self, at: "/entry_1/image_1/process_1/positions").values.count == 4
    )
  }

  @Test(.enabled(if: RealData.isPresent, Comment(rawValue: RealData.reason)))
  func aRealScanComesBackAsItWasRead() throws {
    let scan = try readCXI(try #require(RealData.path("ptychography/siemens_star.cxi")))
    let path = scratch.file("star.cxi")
    try writeCXI(scan: scan, to: path)
    let back = try readCXI(path)
    #expect(back.frames == scan.frames)
    #expect(back.positions == scan.positions)
    #expect(back.probe == scan.probe)
  }

  @Test(.enabled(if: PythonInterpreter.hasH5py, "python3 with h5py is not installed"))
  func h5pyFindsTheLatestImageProbeAndDefaultPlot() throws {
    let path = scratch.file("scan.cxi")
    try writeCXI(result: Self.result, source: CXISource(scan: Self.scan), to: path)
    let printed = try PythonInterpreter.run(
      """
      import h5py, sys
      f = h5py.File(sys.argv[1])
      e = f[f.attrs['default']]; d = e[e.attrs['default']]
      print(d.name, d.attrs['NX_class'], list(d.attrs['axes']), d[d.attrs['signal']].dtype)
      print(f['entry_1/image_latest/process_1/final_illumination'][0, 1])
      print(f['entry_1/data_1/data'].shape, f['entry_1/data_1/translation'][1].tolist())
      bare = []
      f.visititems(lambda n, o: bare.append(n) if isinstance(o, h5py.Dataset) and
        o.dtype.kind in 'fc' and 'units' not in o.attrs else None)
      print(bare)
      """,
      path
    )
    #expect(
      printed == """
        /entry_1/image_1 NXdata ['y', 'x'] complex64
        (1-3j)
        (2, 4, 4) [3e-07, 5e-07, 0.0]
        []

        """
    )
  }
}
