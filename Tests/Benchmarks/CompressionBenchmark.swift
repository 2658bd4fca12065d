// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import HDF5Storage
import Imaging

/// What packing a recording's frames costs and saves, on one core.
func compressionBenchmarks() -> [BenchmarkCase] {
  [BenchmarkCase(name: "recording_compression", run: measureCompression)]
}

private func measureCompression() -> [BenchmarkResult] {
  let shape = Shape2D(rows: 1040, columns: 1152)
  let layout = FrameLayout(shape: shape, type: .uint16)
  var detector = FastCCDModel(seed: 1)
  var photons = Image(shape: Shape2D(square: 960))
  for row in 0..<960 {
    for column in 0..<960 {
      let (y, x) = (Double(row) - 480, Double(column) - 480)
      let radius = (x * x + y * y).squareRoot()
      photons[row, column] = Float(radius < 60 ? 40 : 3000 / (1 + radius * radius / 50))
    }
  }
  var words = [UInt16](repeating: 0, count: shape.count)
  var span = words.mutableSpan
  detector.read(photons, energy: PhotonEnergy(electronVolts: 708.2), seed: 1, into: &span)
  let frame = SharedBytes(copying: words)
  var results: [BenchmarkResult] = []
  for method in FrameCompression.allCases where method != .none {
    var packed = 0
    let milliseconds = BenchmarkCase.milliseconds(repeats: 3) {
      packed = method.pack(frame, layout: layout).bytes.count
    }
    let name = "recording_\(method.rawValue)"
    let detail = "one simulated raw frame of \(shape), one core"
    results.append(
      BenchmarkResult(
        name: "\(name)_ratio",
        value: Double(frame.count) / Double(packed),
        unit: "1",
        detail: detail
      )
    )
    results.append(
      BenchmarkResult(
        name: "\(name)_mb_per_s",
        value: Double(frame.count) * 1e-3 / milliseconds,
        unit: "MB/s",
        detail: detail
      )
    )
  }
  return results
}
