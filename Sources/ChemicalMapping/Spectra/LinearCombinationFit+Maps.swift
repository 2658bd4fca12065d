// SPDX-License-Identifier: BSD-3-Clause

public import Imaging
import Synchronization

extension LinearCombinationFit {
  /// Fits every pixel of a stack.
  ///
  /// - Parameters:
  ///   - stack: The stack, at this fit's energies.
  ///   - work: Threads that share the pixels; their number does not change the result.
  /// - Returns: The maps.
  public func maps(
    of stack: SpectrumStack,
    sharing work: any WorkSharing = SerialWork()
  ) -> SpectralMaps {
    precondition(stack.energies == energies, "the stack has other energies")
    let shape = stack.shape
    let pixels = shape.count
    let parts = (pixels + Self.pixelsAtATime - 1) / Self.pixelsAtATime
    let done = Mutex([FittedPixels?](repeating: nil, count: parts))
    work.perform(parts) { part in
      let range =
        part * Self.pixelsAtATime..<min(pixels, (part + 1) * Self.pixelsAtATime)
      let fitted = self.fit(stack.opticalDensity, range)
      done.withLock { $0[part] = fitted }
    }
    let results = done.withLock { $0.compactMap { $0 } }
    func image(_ values: (FittedPixels) -> [Float]) -> Image {
      Image(shape: shape, values: results.flatMap(values))
    }
    return SpectralMaps(
      names: names,
      coefficients: names.indices.map { term in image { $0.coefficients[term] } },
      standardErrors: names.indices.map { term in image { $0.standardErrors[term] } },
      composition: image(\.composition),
      compositionError: image(\.compositionError),
      rFactor: image(\.rFactor),
      phases: phases
    )
  }

  /// So many that the sums of a part stay in the cache.
  private static let pixelsAtATime = 2048

  /// The results of a run of pixels.
  private struct FittedPixels: Sendable {
    var coefficients: [[Float]]
    var standardErrors: [[Float]]
    var composition: [Float]
    var compositionError: [Float]
    var rFactor: [Float]

    init(terms: Int, count: Int) {
      let empty = [Float](repeating: .nan, count: count)
      coefficients = [[Float]](repeating: empty, count: terms)
      standardErrors = coefficients
      (composition, compositionError, rFactor) = (empty, empty, empty)
    }
  }

  private func fit(_ stack: ImageStack, _ range: Range<Int>) -> FittedPixels {
    let (terms, n) = (columns.count, range.count)
    var result = FittedPixels(terms: terms, count: n)
    let sums = sums(of: stack, range)
    let covariance = system.covariance
    let spread = Double(max(freedom(of: energies.count), 1))
    let isKnown = freedom(of: energies.count) > 0
    var (h, c) = ([Double](repeating: 0, count: terms), [Double](repeating: 0, count: terms))
    var scratch = c
    for i in 0..<n {
      guard sums.power[i].isFinite else {
        fitPartly(stack, pixel: range.lowerBound + i, into: &result, at: i)
        continue
      }
      for term in 0..<terms { h[term] = sums.products[term * n + i] }
      do {
        var room = scratch.mutableSpan
        var target = c.mutableSpan
        system.solve(h.span, scratch: &room, into: &target)
      }
      var error = sums.power[i]
      for a in 0..<terms {
        var row = 0.0
        for b in 0..<terms { row += system.gram[a * terms + b] * c[b] }
        error += c[a] * (row - 2 * h[a])
      }
      error = max(error, 0)
      let variance = error / spread
      result.rFactor[i] = sums.power[i] > 0 ? Float(error / sums.power[i]) : .nan
      for term in 0..<terms {
        result.coefficients[term][i] = Float(c[term])
        let square = variance * covariance[term * terms + term]
        result.standardErrors[term][i] = isKnown ? Float(square.squareRoot()) : .nan
      }
      guard let phases else { continue }
      let share = phaseShare(of: c, phases, covariance)
      result.composition[i] = Float(share.composition)
      if isKnown { result.compositionError[i] = Float(share.error * variance.squareRoot()) }
    }
    return result
  }

  /// A pixel that is not measured at every energy.
  private func fitPartly(
    _ stack: ImageStack,
    pixel: Int,
    into result: inout FittedPixels,
    at i: Int
  ) {
    let spectrum = energies.indices.map { Double(stack.values[$0 * stack.shape.count + pixel]) }
    guard let fit = fit(spectrum) else { return }
    for term in columns.indices {
      result.coefficients[term][i] = Float(fit.coefficients[term])
      result.standardErrors[term][i] = Float(fit.standardErrors[term])
    }
    result.composition[i] = Float(fit.composition)
    result.compositionError[i] = Float(fit.compositionError)
    result.rFactor[i] = Float(fit.rFactor)
  }

  /// Σ column · data of each term, [term][pixel], and Σ data² of each pixel; not finite where a value
  /// is missing.
  private func sums(
    of stack: ImageStack,
    _ range: Range<Int>
  ) -> (products: [Double], power: [Double]) {
    let (terms, n, pixels) = (columns.count, range.count, stack.shape.count)
    var products = [Double](repeating: 0, count: terms * n)
    var power = [Double](repeating: 0, count: n)
    var data = power
    var base = power
    let values = stack.values.span
    for energy in preEdge {
      let row = values.extracting(
        energy * pixels + range.lowerBound..<energy * pixels + range.upperBound
      )
      let scale = 1 / Double(preEdge.count)
      var sum = base.mutableSpan
      for i in 0..<n { sum[i] += scale * Double(row[i]) }
    }
    for energy in energies.indices {
      let row = values.extracting(
        energy * pixels + range.lowerBound..<energy * pixels + range.upperBound
      )
      var current = data.mutableSpan
      var squares = power.mutableSpan
      let offset = base.span
      for i in 0..<n {
        let value = Double(row[i]) - offset[i]
        current[i] = value
        squares[i] += value * value
      }
      let plain = data.span
      var sums = products.mutableSpan
      for term in 0..<terms {
        let factor = columns[term][energy]
        var target = sums.elements(term * n..<(term + 1) * n)
        for i in 0..<n { target[i] += factor * plain[i] }
      }
    }
    return (products, power)
  }
}

extension LinearCombinationFit {
  /// What the maps of a stack say that it should be at one energy, pre-edge subtracted where that was
  /// asked for.
  ///
  /// - Parameters:
  ///   - maps: The maps.
  ///   - energy: The place of the energy.
  /// - Returns: OD, [row, column]; NaN where there is no fit.
  public func prediction(from maps: SpectralMaps, energy: Int) -> Image {
    var image = Image(shape: maps.rFactor.shape)
    var target = image.values.mutableSpan
    for (column, coefficient) in zip(columns, maps.coefficients) {
      let factor = Float(column[energy])
      let source = coefficient.values.span
      for i in target.indices { target[i] += factor * source[i] }
    }
    return image
  }

  /// 1 − A (AᵀA)⁻¹ Aᵀ over the energies: what is left of a spectrum when the terms have taken theirs.
  public var residualProjector: [[Double]] {
    let covariance = system.covariance
    let n = columns.count
    return energies.indices.map { row in
      energies.indices.map { column in
        var taken = 0.0
        for a in 0..<n {
          for b in 0..<n { taken += columns[a][row] * covariance[a * n + b] * columns[b][column] }
        }
        return (row == column ? 1 : 0) - taken
      }
    }
  }

  /// What one of each term adds at each energy, [term][energy], pre-edge subtracted where asked.
  public var terms: [[Double]] { columns }
}
