// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

/// What the iterations of a run's scans cost, beside the bare transforms in them.
public struct PtychographyLoad: Codable, Sendable, Hashable {
  /// Frames times iterations: each needs one transform forth and one back.
  public var frameIterations = 0
  /// Processor time of the iterations on all threads, seconds.
  public var processorTime = 0.0
  /// The time of one bare transform forth and back on one thread, measured at the start of the run
  /// with each pattern in memory of its own, seconds; nil where it was not.
  public var bareTransformPair: Double?

  enum CodingKeys: String, CodingKey {
    case frameIterations = "frame_iterations"
    case processorTime = "processor_s"
    case bareTransformPair = "bare_transform_pair_s"
  }

  /// The images that a measurement of the bare transforms takes.
  ///
  /// 16 MiB of them, at least one and at most 64: a live run measures before its sockets open, and
  /// large patterns would hold it up by seconds.
  ///
  /// - Parameter pixels: The pixels of one image.
  /// - Returns: How many.
  package static func measuredImages(pixels: Int) -> Int {
    min(max((16 << 20) / (max(pixels, 1) * MemoryLayout<Complex64>.stride), 1), 64)
  }
}

extension FourierPlan2D {
  /// The time of one transform forth and back, seconds: the best of five passes over 64 images, or
  /// over as many as 16 MiB hold.
  func measuredPair() -> Double {
    let count = PtychographyLoad.measuredImages(pixels: shape.count)
    var images = (0..<count).map { _ in ComplexImage(shape: shape, filledWith: .one) }
    var best = Double.infinity
    for _ in 0..<5 {
      let before = threadNanoseconds()
      for k in images.indices {
        var pixels = images[k].values.mutableSpan
        forward(&pixels)
        inverse(&pixels)
      }
      best = min(best, Double(threadNanoseconds() - before) * 1e-9 / Double(images.count))
    }
    return best
  }
}
