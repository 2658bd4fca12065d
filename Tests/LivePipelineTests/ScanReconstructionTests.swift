// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import FourierTransform
import HDF5Storage
import Imaging
import LivePipeline
import ResolutionMetrics
import TestSupport
import Testing

@Suite struct ScanReconstructionTests {
  let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  private static func configuration(_ values: String...) throws -> PipelineConfiguration {
    var configuration = PipelineConfiguration()
    try configuration.apply(["compute.planning_effort=estimate"] + values)
    return configuration
  }

  /// A scan that went through a file, reconstructed.
  private func reconstruct(
    _ small: SmallScan,
    iterations: Int,
    _ options: ScanReconstruction.Options = .init(),
    progress: (ScanReconstruction.Progress) -> Void = { _ in }
  ) throws -> (reconstruction: ScanReconstruction, result: ScanResult, scan: String) {
    let path = scratch.file("small.cxi")
    try writeCXI(scan: small.scan, to: path)
    let reconstruction = try ScanReconstruction(
      path: path,
      configuration: Self.configuration("ptychography.iterations=\(iterations)")
    )
    return (reconstruction, try reconstruction.run(options, progress: progress), path)
  }

  @Test func theFileReproducesTheErrorThatIsReported() throws {
    let (reconstruction, result, scan) = try reconstruct(SmallScan(), iterations: 40)
    let output = ScanReconstruction.defaultOutput(for: scan)
    try reconstruction.write(result, to: output)
    #expect(output == scratch.file("small-result.cxi"))

    let recomputed = try Self.errorFromFiles(scan: scan, result: output)
    #expect(abs(recomputed - result.object.dataError) < 1e-4)
    #expect(try readCXIResult(output).dataError == result.object.dataError)
    // Noise-free data that one probe and one object explain.
    #expect(result.object.dataError < 0.02)
    #expect(result.object.iteration == 40)
    #expect(result.object.end == .iterations)
    #expect(result.isWhole)
  }

  @Test func twoHalvesOfNoiseFreeFramesAgreeToFinePeriods() throws {
    let (_, result, _) = try reconstruct(SmallScan(), iterations: 80)
    let halves = try #require(result.halves)
    #expect(halves.resolution.halfPeriod < 2.5)
    let pixel = result.object.pixelSize.nanometers
    let expected = halves.resolution.halfPeriod * pixel
    #expect(abs(halves.halfPeriod.nanometers - expected) < 1e-6 * expected)
    #expect(result.inWords.contains("half period"))
  }

  @Test func withoutAProbeTheDefocusIsFound() throws {
    let small = SmallScan()
    var options = ScanReconstruction.Options()
    options.probe = .search
    options.measuresResolution = false
    var tried = 0
    let (_, result, _) = try reconstruct(small, iterations: 40, options) { step in
      if case .searching(let count, _, _) = step { tried = count }
    }
    #expect(tried > 3)
    #expect(abs((result.start.curvature ?? 0) - 26) < 8)
    #expect(result.object.dataError < 0.04)
    // Told as a distance, c = -λ Δz / p²; 26 is what the scan was made with.
    guard case .search(let defocus, _) = result.start.source else {
      Issue.record("no search")
      return
    }
    let pixel = small.scan.objectPixelWidth.meters
    let truth = -26 * pixel * pixel / small.scan.energy.wavelength.meters
    #expect(abs(defocus.meters / truth - 1) < 0.3)
    let words = String(format: "the sample %.2f um from the focus", defocus.micrometers)
    #expect(result.inWords.contains(words))
  }

  @Test func aScanThatHasSettledEndsAndSaysSo() throws {
    let path = scratch.file("noisy.cxi")
    try writeCXI(scan: SmallScan().noisy, to: path)
    let reconstruction = try ScanReconstruction(
      path: path,
      configuration: Self.configuration(
        "ptychography.iterations=1000",
        "ptychography.stagnation_tolerance=0.01"
      )
    )
    let result = try reconstruction.run()
    #expect(result.object.end == .stagnation)
    #expect(result.object.iteration < 800)
    #expect(result.isWhole)
    #expect(result.inWords.contains("stopped falling"))
    #expect(result.inWords.contains("vacuum: "))
    let output = scratch.file("noisy-result.cxi")
    try reconstruction.write(result, to: output)
    #expect(try readCXIResult(output).end == .stagnation)
  }

  @Test func pictures() throws {
    let (_, result, _) = try reconstruct(SmallScan(), iterations: 20)
    let paths = try result.drawPictures(beside: scratch.file("small-result.cxi"))
    #expect(scratch.names.filter { $0.hasSuffix(".png") }.count == 2)
    for path in paths {
      let bytes = try Data(contentsOf: URL(filePath: path))
      #expect(bytes.prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]))
    }
  }

  @Test func theScanIsNotWrittenOver() throws {
    let (reconstruction, _, scan) = try reconstruct(SmallScan(), iterations: 1)
    #expect(throws: PipelineError.self) { try reconstruction.checkOutput(scan) }
    let nowhere = scratch.file("no/folder.cxi")
    #expect(throws: PipelineError.self) { try reconstruction.checkOutput(nowhere) }
    try reconstruction.checkOutput(scratch.file("other.cxi"))
  }

  @Test func anEndThatWasAskedForLeavesAResult() throws {
    let reconstruction = try ScanReconstruction(
      scan: SmallScan().scan,
      path: "small",
      configuration: Self.configuration()
    )
    let result = try reconstruction.run { step in
      if case .iterating(iteration: 3, _, _, _) = step { reconstruction.requestFinish() }
    }
    #expect(result.object.iteration == 3)
    #expect(result.object.end == .request)
    #expect(!result.isWhole)
    #expect(result.halves == nil)
  }

  @Test func whatCannotBeReconstructedIsRefusedInWords() throws {
    let configuration = try Self.configuration()
    func reason(_ change: (inout CXIScan) -> Void, _ pixelWidth: Double = 30) -> String {
      var scan = SmallScan(pixelWidth: pixelWidth).scan
      change(&scan)
      do {
        _ = try ScanReconstruction(scan: scan, path: "x.cxi", configuration: configuration)
        return ""
      } catch {
        #expect(error.kind == .data)
        return error.description
      }
    }
    #expect(reason { _ in }.isEmpty)
    #expect(reason { $0.nearField = true }.contains("near-field"))
    #expect(reason({ _ in }, 33).contains("square"))
    #expect(
      reason { $0.frames = ImageStack(count: 100, shape: SmallScan.shape) }
        .contains("no photons")
    )
    #expect(reason { $0.positions[0].x = 1 }.contains("units"))
  }

  /// The forward-model error of a result by its definition, from the two files alone.
  static func errorFromFiles(scan: String, result: String) throws -> Double {
    let scan = try readCXI(scan)
    let file = try StorageFile(reading: result)
    let image = "/entry_1/image_1"
    let object = try file.read(Complex64.self, at: "\(image)/data")
    let probe = try file.read(Complex64.self, at: "\(image)/process_1/final_illumination")
    let positions = try file.read(Double.self, at: "\(image)/process_1/positions").values
    let x = try file.read(Double.self, at: "\(image)/x").values
    let y = try file.read(Double.self, at: "\(image)/y").values
    let shift = try file.read(Double.self, at: "\(image)/process_1/gauge/shift").values
    let shape = scan.frames.shape
    let plan = FourierPlan2D(shape: shape, effort: .estimate)
    var far = ComplexImage(shape: shape, values: probe.values)
    plan.forwardUnitary(&far)
    var residual = 0.0
    var total = 0.0
    for k in scan.positions.indices {
      // Probes are moved by quarters of a pixel; the gauge has moved all by one distance since.
      func quarter(_ place: Double, _ moved: Double) -> Double {
        (4 * (place - moved)).rounded() / 4 + moved
      }
      let row = quarter((positions[2 * k + 1] - y[0]) / (y[1] - y[0]), shift[0])
      let column = quarter((positions[2 * k] - x[0]) / (x[1] - x[0]), shift[1])
      let offset = -Double(shape.rows / 2)
      var wave = far
      let (top, left) = (Int((row + offset).rounded(.down)), Int((column + offset).rounded(.down)))
      for r in 0..<shape.rows {
        for c in 0..<shape.columns {
          let ky = Double(r < shape.rows / 2 ? r : r - shape.rows) / Double(shape.rows)
          let kx = Double(c < shape.columns / 2 ? c : c - shape.columns) / Double(shape.columns)
          let angle =
            -2 * Double.pi
            * (ky * (row + offset - Double(top)) + kx * (column + offset - Double(left)))
          wave[r, c] = wave[r, c] * Complex64(modulus: 1, phase: Float(angle))
        }
      }
      plan.inverseUnitary(&wave)
      for r in 0..<shape.rows {
        for c in 0..<shape.columns {
          wave[r, c] = wave[r, c] * object.values[(top + r) * object.shape[1] + left + c]
        }
      }
      plan.forwardUnitary(&wave)
      let model = cornerToCenter(Image(shape: shape, values: wave.values.map(\.modulus)))
      let frame = scan.frames[k]
      for i in model.values.indices {
        let photons = Double(max(frame.values[i], 0))
        let difference = Double(model.values[i]) - photons.squareRoot()
        residual += difference * difference
        total += photons
      }
    }
    return (residual / total).squareRoot()
  }
}

@Suite(.enabled(if: RealData.isPresent, Comment(rawValue: RealData.reason)))
struct MeasuredScanTests {
  @Test func theSiemensStarIsExplained() throws {
    let path = try #require(RealData.path("ptychography/siemens_star.cxi"))
    var configuration = PipelineConfiguration()
    // An iteration whose overlap projections are not of one probe each is at 0.133 here.
    try configuration.apply(["ptychography.iterations=80"])
    let reconstruction = try ScanReconstruction(path: path, configuration: configuration)
    let result = try reconstruction.run()
    #expect(result.object.frameCount == 516)
    #expect(result.object.dataError <= 0.113)
    #expect(result.frames == Array(0..<516))

    // The spokes agree, the grain below them does not.
    let halves = try #require(result.halves)
    #expect((1.5..<3.5).contains(halves.resolution.halfPeriod))
    #expect(!halves.resolution.isLimitedByPixels)
    let broad = halves.correlation.rings.filter { $0.frequency < 0.1 }
    #expect(broad.allSatisfy { $0.correlation > 0.8 })
    let fine = halves.correlation.rings.filter { $0.frequency > 0.4 }
    #expect(fine.reduce(0) { $0 + $1.correlation } / Double(fine.count) < 0.1)

    let scratch = try TemporaryFolder()
    let output = scratch.file("star.cxi")
    try reconstruction.write(result, to: output)
    let recomputed = try ScanReconstructionTests.errorFromFiles(scan: path, result: output)
    #expect(abs(recomputed - result.object.dataError) < 1e-4)
  }

  @Test func theSiemensStarIsFoundWithoutItsProbe() throws {
    let path = try #require(RealData.path("ptychography/siemens_star.cxi"))
    var configuration = PipelineConfiguration()
    try configuration.apply(["ptychography.iterations=80"])
    var options = ScanReconstruction.Options()
    options.probe = .search
    options.measuresResolution = false
    let result = try ScanReconstruction(path: path, configuration: configuration).run(options)
    #expect(result.object.dataError <= 0.118)
  }

  @Test func aNearFieldScanIsRefusedInPlainWords() throws {
    let path = try #require(RealData.path("ptychography/PETRAIII_P25_Near_Field_Ptycho.cxi"))
    do {
      _ = try ScanReconstruction(path: path, configuration: PipelineConfiguration())
      Issue.record("a near-field scan was taken")
    } catch {
      #expect(error.kind == .data)
      #expect(error.description.contains("near-field patterns"))
    }
  }
}
