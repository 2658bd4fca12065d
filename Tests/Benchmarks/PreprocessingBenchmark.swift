// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Imaging
import Preprocessing

/// How many raw frames one core turns into amplitudes.
///
/// - Parameter python: A Python that may have csxtools, to be compared with.
/// - Returns: The cases to be run.
func preprocessingBenchmarks(python: String?) -> [BenchmarkCase] {
  [
    BenchmarkCase(name: "preprocess_frames_per_s_core") {
      try [128, 256].map { side in
        var bench = try PreprocessingBench(side: side)
        let rate = 1000 / (try bench.milliseconds())
        return BenchmarkResult(
          name: side == 256
            ? "preprocess_frames_per_s_core" : "preprocess_frames_per_s_core.\(side)",
          value: rate,
          unit: "frames/s",
          detail: "raw 1040x1152 -> \(side)x\(side) amplitudes, one core"
        )
      }
    },
    BenchmarkCase(name: "preprocess_clocks") { [try clockOrder()] },
    BenchmarkCase(name: "preprocess_merge") { [try merge()] },
    BenchmarkCase(name: "preprocess_vs_csxtools") { try comparison(python) },
  ]
}

/// Frames, their darks and a chain.
private struct PreprocessingBench {
  let dark: DetectorFrame
  var frames: [DetectorFrame]
  private var chain: PreprocessingChain

  init(side: Int) throws {
    var parameters = PreprocessingParameters()
    parameters.patternSize = side
    let geometry = FastCCDGeometry()
    var generator = SeededGenerator(seed: 1)
    chain = try PreprocessingChain(
      geometry: geometry,
      parameters: parameters,
      energy: PhotonEnergy(electronVolts: 708.2)
    )
    dark = rawFrame(.dark, geometry, &generator)
    var darks = DarkReference(geometry: geometry)
    try darks.add(dark)
    for _ in 0..<2 { try darks.add(rawFrame(.dark, geometry, &generator)) }
    var short = dark
    short.header.exposureTime = 0.02
    try darks.add(short)
    chain.setDarks(darks)
    frames = (0..<8).map { _ in rawFrame(.exposure, geometry, &generator) }
  }

  /// The time for a frame.
  mutating func milliseconds() throws -> Double {
    let position = ScanPosition(x: 0, y: 0)
    return try BenchmarkCase.milliseconds(repeats: 15) {
      for frame in frames { _ = try chain.process(frame, position: position) }
    } / Double(frames.count)
  }

  /// The time for a scan point of two exposures.
  mutating func millisecondsForPairs() throws -> Double {
    let position = ScanPosition(x: 0, y: 0)
    return try BenchmarkCase.milliseconds(repeats: 15) {
      for i in stride(from: 0, to: frames.count, by: 2) {
        _ = try chain.process([frames[i], frames[i + 1]], position: position)
      }
    } / Double(frames.count / 2)
  }
}

/// What it costs that a frame comes clock by clock.
private func clockOrder() throws -> BenchmarkResult {
  var bench = try PreprocessingBench(side: 256)
  let picture = try bench.milliseconds()
  for i in bench.frames.indices { bench.frames[i].header.wordOrder = .arrival }
  return BenchmarkResult(
    name: "preprocess_clocks",
    value: try bench.milliseconds() - picture,
    unit: "ms",
    detail: "what a frame in the order of arrival takes longer than an assembled one"
  )
}

/// Two exposures of one point.
private func merge() throws -> BenchmarkResult {
  var bench = try PreprocessingBench(side: 256)
  var generator = SeededGenerator(seed: 2)
  for i in stride(from: 0, to: bench.frames.count, by: 2) {
    bench.frames[i].header.exposureTime = 0.02
    bench.frames[i + 1] = rawFrame(.exposure, FastCCDGeometry(), &generator, lit: 8191)
  }
  return BenchmarkResult(
    name: "preprocess_merge",
    value: try bench.millisecondsForPairs(),
    unit: "ms",
    detail: "a scan point of two raw exposures, 11 000 pixels of the long one saturated -> 256x256 "
      + "amplitudes, one core"
  )
}

/// The time of csxtools for its steps (dark, gain, rotation) over ours for all of them.
private func comparison(_ python: String?) throws -> [BenchmarkResult] {
  guard let python, !python.isEmpty else {
    say("  PEERS_PYTHON does not name a Python that has csxtools; not compared")
    return []
  }
  var bench = try PreprocessingBench(side: 256)
  let file = FileManager.default.temporaryDirectory
    .appending(path: "tiltfold-frames-\(ProcessInfo.processInfo.processIdentifier).raw")
  defer { try? FileManager.default.removeItem(at: file) }
  let frames = [bench.dark] + bench.frames
  try frames.reduce(into: Data()) { $0 += Data($1.pixels.array()) }.write(to: file)
  let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "References")
  let output: String
  do {
    output = try PeerBenchmark.run(
      python,
      ["run_csxtools.py", file.path(), "\(frames.count)"],
      in: folder
    )
  } catch {
    say("  csxtools cannot be run there: \(error)")
    return []
  }
  let steps = output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
  guard steps.count == 2 else { return [] }
  let ours = try bench.milliseconds()
  func words(_ value: Double) -> String {
    value.formatted(.number.precision(.significantDigits(3)))
  }
  return [
    BenchmarkResult(
      name: "preprocess_vs_csxtools",
      value: (steps[0] + steps[1]) / ours,
      unit: "1",
      detail: "csxtools on one thread: correct_images \(words(steps[0])) ms, rotate90 "
        + "\(words(steps[1])) ms a frame; ours \(words(ours)) ms with overscan, photons and "
        + "resampling to 256x256"
    )
  ]
}

/// A frame of pedestal, noise and, in an exposure, a bright middle.
func rawFrame(
  _ role: FrameRole,
  _ geometry: FastCCDGeometry,
  _ generator: inout SeededGenerator,
  lit: Double = 800
) -> DetectorFrame {
  let shape = geometry.rawShape
  var bytes = [UInt8](repeating: 0, count: 2 * shape.count)
  for i in 0..<shape.count {
    let noise = (0..<4).reduce(0.0) { sum, _ in sum + generator.uniform() - 0.5 }
    let y = Double(i / shape.columns) - 520
    let x = Double(i % shape.columns) - 576
    let isLit = role == .exposure && x * x + y * y < 60 * 60
    let word = 0xC000 | UInt16(min(500 + 8.7 * noise + (isLit ? lit : 0), 8191))
    bytes[2 * i] = UInt8(word & 0xFF)
    bytes[2 * i + 1] = UInt8(word >> 8)
  }
  return DetectorFrame(
    header: FrameHeader(
      scan: "benchmark",
      index: 0,
      role: role,
      exposureTime: 0.2,
      shape: shape,
      sampleType: .uint16
    ),
    pixels: SharedBytes(bytes)
  )
}
