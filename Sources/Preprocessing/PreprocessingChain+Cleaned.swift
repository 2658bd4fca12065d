// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

// Frames that came cleaned, and frames that should not be used.
extension PreprocessingChain {
  /// The roots of the middle of cleaned frames of one point, longest first; what one has not
  /// measured is taken from the next, scaled to the longest.
  mutating func cleanedAmplitudes(of frames: [DetectorFrame]) throws -> Image {
    let side = parameters.patternSize
    var photons = [Float](repeating: 0, count: side * side)
    var known = photons
    let longest = frames.first?.header.exposureTime
    for frame in frames {
      try requireCleaned(frame)
      let header = frame.header
      let part = Float((header.exposureTime ?? 1) / (longest ?? 1))
      let top = header.shape.rows / 2 - side / 2
      let left = header.shape.columns / 2 - side / 2
      frame.pixels.withBytes { bytes in
        for row in 0..<side {
          for column in 0..<side {
            let i = row * side + column
            let value = bytes.float((top + row) * header.shape.columns + left + column)
            guard value >= 0, value.isFinite, known[i] == 0 || part == 1 else { continue }
            photons[i] += value
            known[i] += part
          }
        }
      }
    }
    return cleanedAmplitudes.amplitudes(photons.span, known.span)
  }

  private func requireCleaned(_ frame: DetectorFrame) throws {
    let header = frame.header
    let side = parameters.patternSize
    guard header.role == .exposure else {
      throw PreprocessingError(
        problem: .role,
        frame: header,
        actual: "dark",
        expected: "exposure"
      )
    }
    guard header.shape.rows >= side, header.shape.columns >= side else {
      throw PreprocessingError(
        problem: .shape,
        frame: header,
        actual: "\(header.shape)",
        expected: "\(side)x\(side) cleaned counts or more"
      )
    }
    try PreprocessingError.requireBytes(frame)
  }

  /// Says so where a raw frame looks as if the shutter had not closed during the readout: at its
  /// middle rows the left edge of the picture is then brighter than the right one.
  mutating func shutterFailure(of frame: DetectorFrame) throws -> PreprocessingError? {
    guard parameters.cleaning.badFrameTest else { return nil }
    let dark = try dark(for: frame)
    let side = FastCCDGeometry.pictureSide
    // Rows 475 to 484 of the picture are places 475 to 484, columns 0 to 99 the last readout rows.
    let vectors = 115..<125
    let places = 475...484
    var assembly = exchange(&self.assembly, with: [:])
    let means = frame.withPicture(&assembly, geometry) { bytes in
      var line = [SIMD4<Float>](repeating: .zero, count: vectors.count)
      return [side - 100..<side, 0..<100].map { rows in
        cleaning.prepare(bytes, dark, rows: rows, vectors: vectors)
        var total = 0.0
        for row in rows {
          var values = line.mutableSpan
          cleaning.read(row, vectors, bytes, dark, into: &values)
          for b in places { total += Double(values[b / 4 - vectors.lowerBound][b % 4]) }
        }
        return total * Double(photonsPerADU) / Double(rows.count * places.count)
      }
    }
    self.assembly = assembly
    guard means[0] > 2 * means[1] else { return nil }
    func words(_ mean: Double) -> String { "\((mean * 1000).rounded() / 1000)" }
    return PreprocessingError(
      problem: .badFrame,
      frame: frame.header,
      actual: "\(words(means[0])) photons a pixel against \(words(means[1]))",
      expected: "no more than twice as much; the shutter may have failed"
    )
  }
}
