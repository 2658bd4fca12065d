// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import Ptychography
import Preprocessing
import Ptychography
import TestSupport
import Testing
import Tomography

/// Raw frames of the simulated detector through every file that holds them.
@Suite(.serialized) struct FileConversionTests {
  let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  /// The frames of one small scan at one tilt.
  struct Taken {
    var darks: [DetectorFrame] = []
    var exposures: [DetectorFrame] = []
    var positions: [ScanPosition]
    var energy: PhotonEnergy
    var parameters: SimulationParameters
  }

  static let taken: Taken? = {
    var parameters = SimulationParameters()
    parameters.tiltCount = 1
    parameters.energies = [PhotonEnergy(electronVolts: 708.2)]
    parameters.scanColumns = 3
    parameters.scanRows = 3
    parameters.darkCount = 3
    parameters.photonsPerSecond = 2e8
    parameters.volumeSide = 64
    parameters.sampleDiameter = Length(nanometers: 220)
    parameters.plateCount = 6
    guard var detector = try? SimulatedDetector(parameters) else { return nil }
    let scan = detector.plan.scans[0]
    var taken = Taken(
      positions: scan.positions,
      energy: scan.identity.energy,
      parameters: parameters
    )
    for index in 0..<3 {
      if let dark = detector.dark(scan, index: index) { taken.darks.append(dark) }
    }
    for point in scan.positions.indices {
      taken.exposures.append(detector.exposure(scan, point: point))
    }
    return taken
  }()

  static var configuration: PipelineConfiguration {
    get throws {
      var configuration = PipelineConfiguration()
      try configuration.apply([
        "compute.planning_effort=estimate", "ptychography.iterations=30",
        "source.connect=[\"tcp://127.0.0.1:37013\"]",
      ])
      return configuration
    }
  }

  /// Writes the frames as pystxmcontrol does; (y, x) in micrometres.
  func stxm(_ taken: Taken, motors: [String: Double] = [:]) throws -> String {
    let path = scratch.file("NS_231005012_ccdframes_0_0.stxm")
    let file = try StorageFile(creating: path)
    for (group, frames) in [("dark", taken.darks), ("exp", taken.exposures)] {
      for (number, frame) in frames.enumerated() {
        try Self.write(frame, as: "\(group)/\(number)", to: file)
      }
    }
    let translations = taken.positions.map { "[\($0.y * 1e6 + 3), \($0.x * 1e6 - 40)]" }
    try file.write(
      text: """
        {"energy": \(taken.energy.electronVolts), "dwell1": 200, "dwell2": 200,
         "geometry": {"distance": 80, "psize": 30}, "isDoubleExp": false,
         "translations": [\(translations.joined(separator: ", "))]}
        """,
      at: "/metadata"
    )
    for (name, place) in motors {
      try file.write(value: place, at: "/entry0/instrument/motors/\(name)", unit: "degree")
    }
    try file.close()
    return path
  }

  /// What preprocessing makes of the frames when nothing lies between.
  static func patterns(_ taken: Taken) throws -> [DiffractionPattern] {
    let configuration = try configuration
    var darks = DarkReference(geometry: configuration.detector)
    for dark in taken.darks { try darks.add(dark) }
    var chain = try PreprocessingChain(
      geometry: configuration.detector,
      parameters: configuration.preprocessing,
      energy: taken.energy
    )
    chain.setDarks(darks)
    let x = taken.positions.map(\.x)
    let y = taken.positions.map(\.y)
    let middle = (
      x: ((x.min() ?? 0) + (x.max() ?? 0)) / 2, y: ((y.min() ?? 0) + (y.max() ?? 0)) / 2
    )
    return try zip(taken.exposures, taken.positions).map { frame, position in
      try chain.process(
        [frame],
        position: ScanPosition(x: position.x - middle.x, y: position.y - middle.y)
      )
    }
  }

  static func expectEqual(
    _ scan: CXIScan,
    _ patterns: [DiffractionPattern],
    _ comment: Comment
  ) {
    #expect(scan.positions.count == patterns.count, comment)
    for (index, pattern) in patterns.enumerated() where index < scan.positions.count {
      #expect(abs(scan.positions[index].x - pattern.position.x) < 1e-13, comment)
      #expect(abs(scan.positions[index].y - pattern.position.y) < 1e-13, comment)
      let back = scan.pattern(index).amplitudes
      // A square and its root lose a few bits.
      let worst = zip(back.values, pattern.amplitudes.values)
        .map { abs($0 - $1) / max(abs($1), 1) }.max()
      #expect((worst ?? 1) < 1e-5, comment)
    }
  }

  func convert(
    _ source: String,
    _ target: String,
    _ change: (inout FileConversion.Options) -> Void = { _ in }
  ) throws -> [String] {
    var options = FileConversion.Options()
    change(&options)
    return try FileConversion(
      source,
      to: scratch.file(target),
      configuration: try Self.configuration,
      options: options
    ).run()
  }

  @Test func rawFramesKeepEveryByteAndGiveTheSamePatternsOnEveryWay() throws {
    let taken = try #require(Self.taken)
    let patterns = try Self.patterns(taken)
    let source = try stxm(taken)

    let direct = try OfflineScan.read(source, configuration: try Self.configuration)
    #expect(direct.title == "NS_231005012_ccdframes_0_0")
    Self.expectEqual(direct, patterns, "straight from .stxm")

    // .stxm -> .cxi: solver-ready.
    _ = try convert(source, "clean.cxi") { $0.tilt = TiltAngle(degrees: 12.5) }
    let clean = try readCXI(scratch.file("clean.cxi"))
    Self.expectEqual(clean, patterns, ".stxm -> .cxi")
    #expect(clean.identity.tilt?.degrees == 12.5)
    #expect(abs(clean.objectPixelWidth.nanometers - 6.7) < 1e-6)

    // .stxm -> recording: the words are the detector's.
    _ = try convert(source, "run.h5")
    do {
      let reader = try RecordingReader(path: scratch.file("run.h5"))
      #expect(reader.messageCount == 2 + taken.darks.count + taken.exposures.count)
      for (place, frame) in (taken.darks + taken.exposures).enumerated() {
        let payload = try #require(try reader.message(1 + place).parts.last)
        #expect(payload.array() == frame.pixels.array())
      }
      let rewritten = try PipelineConfiguration(yaml: reader.configuration, file: "run.h5")
      #expect(rewritten.ptychography.iterations == 30)
    }
    // recording -> .cxi, one scan and all of them.
    _ = try convert(scratch.file("run.h5"), "again.cxi")
    Self.expectEqual(try readCXI(scratch.file("again.cxi")), patterns, "recording -> .cxi")
    let all = try convert(scratch.file("run.h5"), "all/")
    #expect(all == [scratch.file("all/NS_231005012_ccdframes_0_0.cxi")])
    Self.expectEqual(try readCXI(all[0]), patterns, "recording -> folder")
    #expect(!scratch.names.contains { $0.hasPrefix(".") })
  }

  static func write(
    _ frame: DetectorFrame,
    as name: String,
    to file: borrowing StorageFile
  ) throws {
    try file.write(
      frame.pixels.elements(as: UInt16.self),
      shape: [frame.header.shape.rows, frame.header.shape.columns],
      at: "/entry0/ccd0/\(name)"
    )
  }

  @Test func theObjectIsTheSameFromTheRecordingAndFromItsCXI() throws {
    let taken = try #require(Self.taken)
    _ = try convert(try stxm(taken), "run.h5")
    _ = try convert(scratch.file("run.h5"), "scan.cxi")
    var options = ScanReconstruction.Options()
    options.measuresResolution = false
    let objects = try ["run.h5", "scan.cxi"].map { name -> ReconstructedObject in
      let path = scratch.file(name)
      var scan = try OfflineScan.read(path, configuration: try Self.configuration)
      // Any start will do, and a search takes long.
      let light = scan.meanFrame.values.map { Complex64(max($0, 0).squareRoot()) }
      scan.probe = ComplexImage(shape: scan.frames.shape, values: light)
      return try ScanReconstruction(
        scan: scan,
        path: path,
        configuration: try Self.configuration
      ).run(options).object
    }
    #expect(objects[0].transmission.shape == objects[1].transmission.shape)
    let difference = zip(objects[0].transmission.values, objects[1].transmission.values)
      .map { Double(($0 - $1).squaredModulus) }.reduce(0, +)
    let values = objects[0].transmission.values
    let scale = squaredNorm(values.span)
    #expect((difference / scale).squareRoot() < 2e-3)
    #expect(objects[0].frameCount == taken.exposures.count)

    // The pipeline replays it: every frame is cleaned and taken.
    var configuration = try Self.configuration
    configuration.previews.isEnabled = false
    configuration.results.pictures = false
    configuration.probe.searchesDefocus = false
    configuration.compute.wisdomPath = "/dev/null"
    var replay = Pipeline.Options(configuration)
    replay.results = scratch.file("replayed")
    let summary = try Pipeline(
      configuration: configuration,
      source: .recording(scratch.file("run.h5")),
      options: replay
    ).run()
    #expect(summary.counters.used == taken.exposures.count)
    #expect(summary.scans.map(\.scan) == ["NS_231005012_ccdframes_0_0"])
  }

  @Test func nothingIsWrittenOverUnlessAsked() throws {
    let taken = try #require(Self.taken)
    let source = try stxm(taken)
    let target = scratch.file("clean.cxi")
    try "mine".write(toFile: target, atomically: true, encoding: .utf8)
    #expect {
      _ = try convert(source, "clean.cxi")
    } throws: { error in
      (error as? PipelineError)?.kind == .output && "\(error)".contains("--force")
    }
    #expect(try String(contentsOfFile: target, encoding: .utf8) == "mine")
    _ = try convert(source, "clean.cxi") { $0.replaces = true }
    #expect(try readCXI(target).frames.count == taken.exposures.count)
  }

  @Test func aScanOfAnotherProgramTakesItsResultsAlong() throws {
    let scan = CommandLineTests.emptyPatch
    let first = scratch.file("first.cxi")
    try writeCXI(scan: scan, to: first)
    let object = ReconstructedObject(
      identity: scan.identity,
      transmission: ComplexImage(shape: Shape2D(square: 30)),
      probe: ComplexImage(shape: Shape2D(square: 16)),
      coverage: Image(shape: Shape2D(square: 30)),
      pixelSize: scan.objectPixelWidth,
      origin: ScanPosition(x: 0, y: 0),
      dataError: 0.5
    )
    try appendCXI(result: object, source: CXISource(scan: scan), to: first)
    try appendCXI(result: object, source: CXISource(scan: scan), to: first)
    _ = try convert(first, "second.cxi")
    let back = try readCXI(scratch.file("second.cxi"))
    #expect(back.frames == scan.frames)
    #expect(back.positions == scan.positions)
    #expect(try cxiResultNumbers(scratch.file("second.cxi")) == [1, 2])
    #expect(try readCXIResult(scratch.file("second.cxi")).dataError == 0.5)
  }

  @Test func aTomogramBecomesAVolumeForEachEnergy() throws {
    var volume = Volume(sizeX: 4, sizeZ: 2, sizeY: 3)
    for i in volume.values.indices { volume.values[i] = Float(i) }
    let record = TomogramRecord(
      name: "plates",
      voxelSize: Length(nanometers: 6.7),
      tilts: [TiltAngle(degrees: 0)],
      energies: [PhotonEnergy(electronVolts: 708.2), PhotonEnergy(electronVolts: 710.2)],
      volumes: [volume, volume]
    )
    try writeTomogram(record, to: scratch.file("tomogram.h5"))
    let written = try convert(scratch.file("tomogram.h5"), "volume.mrc")
    #expect(
      written == [scratch.file("volume-708.20-eV.mrc"), scratch.file("volume-710.20-eV.mrc")]
    )
    let summary = try readMRCSummary(written[0])
    let extents: [Int] = [summary.columns, summary.rows, summary.sections]
    #expect(extents == [4, 3, 2])
    #expect(abs((summary.voxelSize?.nanometers ?? 0) - 6.7) < 1e-5)
    #expect(summary.labels.first == "plates, OD per voxel at 708.20 eV")
    #expect(try readMRC(written[0], summary) == volume)
    let stacks = try convert(scratch.file("tomogram.h5"), "volume.tif")
    #expect(
      stacks == [scratch.file("volume-708.20-eV.tif"), scratch.file("volume-710.20-eV.tif")]
    )
    let bytes = try Data(contentsOf: URL(filePath: stacks[0]))
    #expect(bytes.prefix(4) == Data([0x49, 0x49, 42, 0]))
  }

  @Test func whatCannotBecomeAnotherSaysWhatCan() throws {
    let path = scratch.file("scan.cxi")
    try writeCXI(scan: CommandLineTests.emptyPatch, to: path)
    for target in ["scan.mrc", "scan.h5", "scan", "scan.cxi"] {
      #expect(throws: PipelineError.self) { try convert(path, target) }
    }
    #expect {
      _ = try convert(path, "scan.mrc")
    } throws: { error in
      let text = "\(error)"
      return text.contains("a scan (CXI)") && text.contains(".mrc") && text.contains("recording")
    }
  }
}
