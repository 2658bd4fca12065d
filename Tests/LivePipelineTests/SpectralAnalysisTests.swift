// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Foundation
import LivePipeline
import Registration
import HDF5Storage
import Imaging
import TestSupport
import Testing

@Suite struct SpectralAnalysisTests {
  let scratch: TemporaryFolder
  static let references = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "References").path(percentEncoded: false)

  init() throws { scratch = try TemporaryFolder() }

  /// Lines of a word and numbers.
  static func numbers(_ name: String) throws -> [(word: String, values: [Double])] {
    try String(contentsOfFile: "\(references)/\(name)", encoding: .utf8).split(separator: "\n")
      .map { line in
        let parts = line.split(separator: " ")
        return (String(parts[0]), parts.dropFirst().compactMap { Double($0) })
      }
  }

  func write(_ spectra: ReferenceSpectra, to name: String) throws -> String {
    var text = "energy_eV,\(spectra.names.map { "\($0)_per_um" }.joined(separator: ","))\n"
    for (place, energy) in spectra.energies.enumerated() {
      let values = spectra.absorption.map { "\($0[place])" }
      text += "\(energy.electronVolts),\(values.joined(separator: ","))\n"
    }
    try text.write(toFile: scratch.file(name), atomically: true, encoding: .utf8)
    return scratch.file(name)
  }

  /// MANTiS's own file, its calculate_optical_density and calc_svd_maps (Tests/References/mantis.py).
  @Test func aStackOfMANTiSIsReadAndFittedAsMANTiSDoes() throws {
    let lines = try Self.numbers("mantis.txt")
    func all(_ word: String) -> [[Double]] { lines.filter { $0.word == word }.map(\.values) }
    let energies = all("energy")[0].map { PhotonEnergy(electronVolts: $0) }
    let stored = try readStoredStack("\(Self.references)/mantis.hdf5")
    #expect(stored.layout == "DataExchange" && stored.quantity == .intensity)
    #expect(stored.energies == energies)
    #expect(maximumDifference(try #require(stored.incident), all("i0")[0]) < 1e-9)

    var options = SpectraOptions()
    options.references = [
      try write(
        ReferenceSpectra(
          energies: energies,
          names: ["LFP", "FP"],
          absorption: all("target")
        ),
        to: "targets.csv"
      )
    ]
    options.aligns = false
    let result = try SpectralAnalysis(
      paths: ["\(Self.references)/mantis.hdf5"],
      options: options
    ).run()
    let maps = try #require(result.maps)
    #expect(result.stack.shape == Shape2D(rows: 3, columns: 4))
    for x in 0..<4 {
      for y in 0..<3 {
        let density = all("od")[x * 3 + y]
        #expect(maximumDifference(result.stack.spectrum(row: y, column: x), density) < 1e-6)
        let amounts = all("svd")[x * 3 + y]
        let found = maps.coefficients.map { Double($0[y, x]) }
        #expect(maximumDifference(found, amounts) < 1e-6)
      }
    }
  }

  /// Finished scans as `live` and `reconstruct` leave them.
  func writeScans(_ truth: MovedStack, into folder: String) throws {
    try FileManager.default.createDirectory(
      atPath: "\(folder)/scans",
      withIntermediateDirectories: true
    )
    let input = try truth.input(noise: 0.015)
    var probe = ComplexImage(shape: Shape2D(square: 16))
    for row in 5...11 { for column in 5...11 { probe[row, column] = .one } }
    for (index, energy) in truth.energies.enumerated() {
      let density = input.stack.opticalDensity[index]
      let pixel = Length(nanometers: 10)
      let object = ReconstructedObject(
        identity: ScanIdentity(
          scan: "scan-\(index)",
          tilt: TiltAngle(degrees: 12),
          energy: energy
        ),
        transmission: ComplexImage(
          shape: truth.shape,
          values: density.values.map { Complex64($0.isFinite ? exponential(-$0 / 2) : 1) }
        ),
        probe: probe,
        coverage: input.weights[index],
        pixelSize: pixel,
        origin: ScanPosition(
          x: -Double(truth.shape.columns - 1) / 2 * pixel.meters,
          y: -Double(truth.shape.rows - 1) / 2 * pixel.meters
        )
      )
      try writeCXI(
        result: object,
        source: CXISource(
          detectorDistance: Length(meters: 0.08),
          positions: [ScanPosition(x: 0, y: 0)],
          parameters: "",
          version: "test"
        ),
        to: "\(folder)/scans/scan-\(index).cxi"
      )
    }
  }

  /// A tomogram whose projection at the stack's tilt is its sample, laid elsewhere.
  func writeTomogram(_ truth: MovedStack, moved: PixelShift, to path: String) throws {
    let (lithiated, delithiated) = truth.amounts(at: moved)
    let rows = try truth.references.absorption(
      at: [708.2, 710.2].map { PhotonEnergy(electronVolts: $0) }
    )
    let (columns, height) = (truth.shape.columns, truth.shape.rows)
    var volumes: [Volume] = []
    for energy in 0..<2 {
      // One layer, at z = (N − 1)/2 of an odd extent.
      var volume = Volume(sizeX: columns, sizeZ: 5, sizeY: height)
      for x in 0..<columns {
        for y in 0..<height {
          volume[x: x, z: 2, y: y] = Float(
            rows[0][energy] * Double(lithiated[y, x]) + rows[1][energy] * Double(delithiated[y, x])
          )
        }
      }
      volumes.append(volume)
    }
    try HDF5Storage.writeTomogram(
      TomogramRecord(
        name: "flat",
        voxelSize: Length(nanometers: 10),
        tilts: [],
        energies: [708.2, 710.2].map { PhotonEnergy(electronVolts: $0) },
        volumes: volumes
      ),
      to: path
    )
  }

  @Test func scansOfManyEnergiesBecomeAChemicalMapBesideTwoEnergiesAndATomogram() throws {
    let truth = try MovedStack()
    try writeScans(truth, into: scratch.file("run"))
    let tomogram = scratch.file("tomogram.h5")
    try writeTomogram(truth, moved: PixelShift(rows: 5.4, columns: -3.7), to: tomogram)
    var options = SpectraOptions()
    options.references = [try write(truth.references, to: "refs.csv")]
    options.tomogram = tomogram
    options.pixels = [(row: 22, column: 22), (row: 24, column: 48)]
    options.regions = [try #require(SpectraOptions.Region("20..24,18..22"))]
    // Seen along z, whatever the scans say.
    let analysis = SpectralAnalysis(paths: [scratch.file("run")], options: options)
    var result = try analysis.run()
    #expect(result.tilt?.degrees == 12)
    #expect(result.stack.energies == truth.energies)
    #expect(result.wellFittedPercent > 97, "\(result.inWords)")

    // The sample as it lies in the image that the others were laid on.
    let anchor = try #require(result.shifts.indices.first { result.shifts[$0] == .zero })
    let maps = try #require(result.maps)
    #expect(maps.phases == PhaseRoles(lithiated: 0, delithiated: 1))
    let (l, d) = truth.amounts(at: truth.places[anchor])
    let offset = (
      rows: (truth.shape.rows - result.stack.shape.rows) / 2,
      columns: (truth.shape.columns - result.stack.shape.columns) / 2
    )
    var squares = 0.0
    var count = 0
    for row in 0..<result.stack.shape.rows {
      for column in 0..<result.stack.shape.columns {
        let i = row * result.stack.shape.columns + column
        guard result.hasIron[i], maps.composition.values[i].isFinite else { continue }
        let (a, b) = (
          l[row + offset.rows, column + offset.columns],
          d[row + offset.rows, column + offset.columns]
        )
        let difference = Double(maps.composition.values[i] - a / (a + b))
        squares += difference * difference
        count += 1
      }
    }
    #expect(count > 300)
    #expect(
      (squares / Double(count)).squareRoot() < 0.06,
      "\((squares / Double(count)).squareRoot())"
    )
    let charge = d.values.reduce(0, +) / (d.values.reduce(0, +) + l.values.reduce(0, +))
    let fit = try #require(result.ironFit)
    #expect(abs(1 - fit.composition - Double(charge)) < 0.03)

    let two = try #require(result.twoEnergyComparison)
    #expect(two.pixelCount > 300 && two.rootMeanSquare < 0.15)
    let study = try #require(result.preEdge)
    #expect(abs(study.slope - 0.06) < 0.04, "\(study.slope)")

    let folder = scratch.file("results")
    let written = try result.write(to: folder)
    for name in [
      "spectra.h5", "spectra.csv", "mismatch.csv", "chemical-map.png", "spectra.png",
      "comparison.png", "pre-edge.png",
    ] {
      #expect(written.contains("\(folder)/\(name)"))
      #expect(FileManager.default.fileExists(atPath: "\(folder)/\(name)"))
    }
    let record = try readSpectra("\(folder)/spectra.h5")
    #expect(record.energies == truth.energies && record.shifts == result.shifts)
    #expect(record.figure("well_fitted_percent") == result.wellFittedPercent)
    #expect(
      record.map("r_factor")?.values.map(\.bitPattern) == maps.rFactor.values.map(\.bitPattern)
    )
    #expect(record.thresholds == PhaseSegmentation.publishedThresholds)
    #expect(record.mismatches.map(\.name) == ["mismatch_2d_2e", "mismatch_3d_2e"])
    #expect(record.spectra.map(\.name) == ["iron", "pixel_22_22", "pixel_24_48", "region_1"])
    #expect(record.terms == ["LFP", "FP"] && record.references.count == 2)
    let table = try String(contentsOfFile: "\(folder)/spectra.csv", encoding: .utf8)
    #expect(table.contains("energy_eV,iron,iron_fit,iron_residue,pixel_22_22"))
    #expect(table.split(separator: "\n").count == 4 + 1 + truth.energies.count)

    // Seen where it was laid, at no tilt, the tomogram says what the stack says.
    result = SpectraResult(result, tilt: TiltAngle(degrees: 0))
    try result.compare(withTomogram: tomogram, PipelineConfiguration())
    let three = try #require(result.tomogram)
    #expect(three.placement.confidence > 0.98)
    let shift = three.placement.transform.shift
    #expect(abs(shift.rows - (truth.places[anchor].rows - 5.4)) < 0.1, "\(shift)")
    #expect(abs(shift.columns - (truth.places[anchor].columns + 3.7)) < 0.1, "\(shift)")
    #expect(abs(three.placement.transform.scale - 1) < 0.01)
    #expect(three.comparison.rootMeanSquare < 0.08)
    #expect(three.comparison.mismatch(at: PhaseSegmentation(threshold: 30)) < 12)
  }

  @Test(.enabled(if: PythonInterpreter.has("h5py"), "python3 with h5py is not installed"))
  func h5pyFindsTheMapByDefaultAndAUnitOnEveryNumber() throws {
    let truth = try MovedStack()
    try writeScans(truth, into: scratch.file("run"))
    var options = SpectraOptions()
    options.references = [try write(truth.references, to: "refs.csv")]
    options.pixels = [(row: 22, column: 22)]
    options.aligns = false
    let result = try SpectralAnalysis(paths: [scratch.file("run")], options: options).run()
    _ = try result.write(to: scratch.file("results"), pictures: false)
    let printed = try PythonInterpreter.run(
      """
      import h5py, sys
      f = h5py.File(sys.argv[1])
      e = f[f.attrs['default']]; d = e[e.attrs['default']]
      print(d.name, d.attrs['NX_class'], d.attrs['signal'], list(d.attrs['axes']))
      print(d[d.attrs['signal']].shape == (d['y'].shape[0], d['x'].shape[0]))
      print(all(n in d for n in d.attrs['auxiliary_signals']))
      bare = []
      f.visititems(lambda n, o: bare.append(n) if isinstance(o, h5py.Dataset) and
        o.dtype.kind in 'iuf' and 'units' not in o.attrs else None)
      print(bare)
      """,
      scratch.file("results/spectra.h5")
    )
    #expect(
      printed == """
        /entry/maps NXdata composition ['y', 'x']
        True
        True
        []

        """
    )
  }

  @Test func whatDoesNotFitTogetherIsSaidInWords() throws {
    let truth = try MovedStack()
    try writeScans(truth, into: scratch.file("run"))
    let references = try write(truth.references, to: "refs.csv")
    func refusal(
      _ paths: [String],
      _ change: (inout SpectraOptions) -> Void = { _ in }
    ) -> String {
      var options = SpectraOptions()
      options.references = [references]
      options.aligns = false
      change(&options)
      do {
        _ = try SpectralAnalysis(paths: paths, options: options).run()
        return ""
      } catch { return "\(error)" }
    }
    let run = scratch.file("run")
    #expect(refusal([run]) == "")
    #expect(refusal([run]) { $0.references = [] }.contains("name a file with --references"))
    #expect(refusal([run]) { $0.references = ["no.csv"] }.contains("no.csv"))
    #expect(refusal([scratch.file("none")]).contains("there is no such file or folder"))
    #expect(refusal([run]) { $0.tilt = TiltAngle(degrees: 40) }.contains("none of the 15 results"))
    #expect(refusal([run]) { $0.pixels = [(row: 500, column: 1)] }.contains("outside the images"))
    #expect(
      refusal([run]) { $0.referenceNames = ["LFP", "XY"] }.contains("there is no reference XY")
    )
    #expect(
      refusal([run]) {
        $0.energyRange = PhotonEnergy(electronVolts: 720)...PhotonEnergy(electronVolts: 730)
      }.contains("--range")
    )
    #expect(refusal([references]).contains("no HDF5 file"))
  }
}

/// The measured stack of iron L spectra: thick grains on a film, a stress test.
@Suite(.enabled(if: RealData.isPresent, Comment(rawValue: RealData.reason)))
struct MeasuredIronStackTests {
  @Test func wholeSpectraAreFittedInOrder() throws {
    let path = try #require(RealData.path("spectroscopy/als1102_fe_L_71214098_FigS3.h5"))
    var options = SpectraOptions()
    options.referenceNames = ["reduced_t", "oxidized_t"]
    options.fit.preEdge = PhotonEnergy(electronVolts: 700)...PhotonEnergy(electronVolts: 704)
    options.pair = [708.25, 710.27].map { PhotonEnergy(electronVolts: $0) }
    options.regions = [
      try #require(SpectraOptions.Region("76..86,22..30")),
      try #require(SpectraOptions.Region("70..80,100..110")),
    ]
    options.minimumIron = 0.2
    let result = try SpectralAnalysis(paths: [path], options: options).run()
    #expect(result.stack.energies.count == 123 && result.shifts.count == 123)
    // Images of one stack, taken one after the other: all lie within a pixel or two.
    #expect(result.shifts.allSatisfy { abs($0.rows) < 2 && abs($0.columns) < 2 })
    print(result.inWords)
    #expect(result.wellFittedPercent > 70, "\(result.wellFittedPercent)")
    // One grain is oxidised, another reduced: the fits tell them apart.
    let (oxidized, reduced) = (result.spectra[0].fit, result.spectra[1].fit)
    #expect(oxidized.composition < 0.3 && reduced.composition > 0.6)
    #expect(oxidized.rFactor < 0.1 && reduced.rFactor < 0.1)
    // Two energies see the same order, if not the same numbers (thick grains).
    let full = try #require(result.maps).composition
    let two = try #require(result.twoEnergies).composition
    var (n, x, y, xx, yy, xy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for i in full.values.indices
    where result.hasIron[i] && full.values[i].isFinite && two.values[i].isFinite {
      let (a, b) = (Double(full.values[i]), Double(two.values[i]))
      guard (-0.5...1.5).contains(a), (-0.5...1.5).contains(b) else { continue }
      (n, x, y) = (n + 1, x + a, y + b)
      (xx, yy, xy) = (xx + a * a, yy + b * b, xy + a * b)
    }
    let correlation =
      (xy - x * y / n) / ((xx - x * x / n) * (yy - y * y / n)).squareRoot()
    print("composition by two energies against whole spectra: correlation \(correlation)")
    #expect(n > 1000 && correlation > 0.6)
  }
}
