// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing

/// How many raw frames one core turns into amplitudes.
func preprocessingBenchmarks() -> [BenchmarkCase] {
  [
    BenchmarkCase(name: "preprocess_frames_per_s_core") {
      try [128, 256].map { side in
        var parameters = PreprocessingParameters()
        parameters.patternSize = side
        return try framesPerSecond(parameters)
      }
    }
  ]
}

private func framesPerSecond(_ parameters: PreprocessingParameters) throws -> BenchmarkResult {
  let geometry = FastCCDGeometry()
  var generator = SeededGenerator(seed: 1)
  var chain = try PreprocessingChain(
    geometry: geometry,
    parameters: parameters,
    energy: PhotonEnergy(electronVolts: 708.2)
  )
  var darks = DarkReference(geometry: geometry)
  for _ in 0..<3 { try darks.add(rawFrame(.dark, geometry, &generator)) }
  chain.setDarks(darks)
  let frames = (0..<8).map { _ in rawFrame(.exposure, geometry, &generator) }
  let position = ScanPosition(x: 0, y: 0)
  let milliseconds = try BenchmarkCase.milliseconds {
    for frame in frames { _ = try chain.process(frame, position: position) }
  }
  let side = parameters.patternSize
  return BenchmarkResult(
    name: side == 256 ? "preprocess_frames_per_s_core" : "preprocess_frames_per_s_core.\(side)",
    value: Double(frames.count) / milliseconds * 1000,
    unit: "frames/s",
    detail: "raw \(geometry.rawShape) -> \(side)x\(side) amplitudes, one core"
  )
}

/// A frame of pedestal, noise and, in an exposure, a bright middle.
func rawFrame(
  _ role: FrameRole,
  _ geometry: FastCCDGeometry,
  _ generator: inout SeededGenerator
) -> DetectorFrame {
  let shape = geometry.rawShape
  var bytes = [UInt8](repeating: 0, count: 2 * shape.count)
  for i in 0..<shape.count {
    let noise = (0..<4).reduce(0.0) { sum, _ in sum + generator.uniform() - 0.5 }
    let y = Double(i / shape.columns) - 520
    let x = Double(i % shape.columns) - 576
    let isLit = role == .exposure && x * x + y * y < 60 * 60
    let word = 0xC000 | UInt16(500 + 8.7 * noise + (isLit ? 800 : 0))
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
