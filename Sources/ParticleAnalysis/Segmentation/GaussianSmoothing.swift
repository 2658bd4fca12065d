// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

extension Volume {
  /// The volume convolved with a Gaussian, axis by axis; outside of it voxels repeat the outermost.
  ///
  /// The kernel is sampled, cut at four standard deviations and normalised, as that of
  /// `scipy.ndimage.gaussian_filter`.
  ///
  /// - Parameter deviation: The standard deviation, voxels; 0 leaves all as it is.
  /// - Returns: The smoothed volume.
  public func smoothed(by deviation: Double) -> Volume {
    guard deviation > 0, count > 0 else { return self }
    let radius = Int(4 * deviation + 0.5)
    var kernel = (0...radius).map {
      Float(exponential(-0.5 * Double($0 * $0) / (deviation * deviation)))
    }
    let total = kernel[0] + 2 * kernel.dropFirst().reduce(0, +)
    for i in kernel.indices { kernel[i] /= total }
    var result = self
    result.convolve(with: kernel, runs: sizeX * sizeZ, steps: sizeY, length: 1)
    result.convolve(with: kernel, runs: sizeX, steps: sizeZ, length: sizeY)
    result.convolve(with: kernel, runs: 1, steps: sizeX, length: sizeZ * sizeY)
    return result
  }

  /// Convolves along one axis: `runs` times `steps` pieces of `length` voxels each.
  private mutating func convolve(with kernel: [Float], runs: Int, steps: Int, length: Int) {
    var source = [Float](repeating: 0, count: steps * length)
    var target = values.mutableSpan
    for run in 0..<runs {
      let start = run * steps * length
      for i in source.indices { source[i] = target[start + i] }
      if length == 1 {
        Self.convolveRow(source.span, with: kernel.span, to: &target, at: start)
        continue
      }
      for step in 0..<steps {
        var row = target.elements(start + step * length..<start + (step + 1) * length)
        let middle = source.span.extracting(step * length..<(step + 1) * length)
        for i in row.indices { row[i] = kernel[0] * middle[i] }
        for k in kernel.indices.dropFirst() {
          let weight = kernel[k]
          let (below, above) = (max(step - k, 0) * length, min(step + k, steps - 1) * length)
          let first = source.span.extracting(below..<below + length)
          let second = source.span.extracting(above..<above + length)
          for i in row.indices { row[i] += weight * (first[i] + second[i]) }
        }
      }
    }
  }

  private static func convolveRow(
    _ source: Span<Float>,
    with kernel: Span<Float>,
    to target: inout MutableSpan<Float>,
    at start: Int
  ) {
    let last = source.count - 1
    for i in source.indices {
      var sum = kernel[0] * source[i]
      for k in 1..<kernel.count {
        sum += kernel[k] * (source[max(i - k, 0)] + source[min(i + k, last)])
      }
      target[start + i] = sum
    }
  }
}
