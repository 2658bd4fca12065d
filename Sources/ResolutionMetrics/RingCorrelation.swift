// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// How well two independent images or volumes of one object agree, by spatial frequency.
///
/// Fourier ring correlation (Saxton and Baumeister, J. Microsc. 127, 127 (1982),
/// doi 10.1111/j.1365-2818.1982.tb00405.x), and shell correlation for volumes: for each ring
/// Σ F₁ F₂* / √(Σ|F₁|² Σ|F₂|²). Of real images the real part is taken, which may be negative; of
/// complex ones the modulus, so that a phase between them does not count.
///
/// Rings are one Fourier pixel of the longest extent N apart and run from 1 to N/2: the mean, ring
/// 0, is taken off before the soft edge is put on. Their pixels are counted over the whole
/// transform, Friedel mates included.
public struct RingCorrelation: Hashable, Sendable {
  /// One ring of an image's transform, or one shell of a volume's.
  public struct Ring: Hashable, Sendable {
    /// The distance from the centre in Fourier pixels of the longest extent, rounded, from 1.
    public var index: Int
    /// The spatial frequency, cycles per pixel.
    public var frequency: Double
    /// The correlation, −1 to 1 of real images, 0 to 1 of complex ones; 0 where there is no power.
    public var correlation: Double
    /// The number of Fourier pixels, Friedel mates included.
    public var pixelCount: Int

    /// Makes a ring.
    public init(index: Int, frequency: Double, correlation: Double, pixelCount: Int) {
      self.index = index
      self.frequency = frequency
      self.correlation = correlation
      self.pixelCount = pixelCount
    }
  }

  /// The rings in rising order of frequency.
  public var rings: [Ring]

  /// Makes a correlation of rings in rising order of frequency.
  public init(rings: [Ring]) {
    self.rings = rings
  }

  /// Correlates two real images of one shape, which must lie on one another, [row, column].
  public init(_ first: Image, _ second: Image, edge: SoftEdge = .raisedCosine(0.1)) {
    precondition(first.shape == second.shape, "the images differ in shape")
    let extents = [1, first.shape.rows, first.shape.columns]
    let window = Window(extents: extents, edge: edge)
    self.init(real: window.sums(window.faded(first.values), window.faded(second.values)))
  }

  /// Correlates two complex images of one shape, which must lie on one another, [row, column].
  ///
  /// Two reconstructions of one scan do not, in general: see `init(objects:_:in:edge:)`.
  public init(_ first: ComplexImage, _ second: ComplexImage, edge: SoftEdge = .raisedCosine(0.1)) {
    precondition(first.shape == second.shape, "the images differ in shape")
    let extents = [1, first.shape.rows, first.shape.columns]
    let window = Window(extents: extents, edge: edge)
    let sums = window.sums(window.faded(first.values), window.faded(second.values))
    self.init(sums) { _, modulus in modulus }
  }

  /// Correlates two ptychographic objects after laying them onto one another.
  ///
  /// What two reconstructions may differ by without being wrong is taken off first: a shift, a
  /// phase ramp, a constant factor (`ObjectAlignment`).
  ///
  /// - Parameters:
  ///   - first: One object, [row, column].
  ///   - second: The other, same shape.
  ///   - region: The part to compare, where both are well lit; nil for all of it.
  ///   - edge: How the part fades out towards its borders.
  public init(
    objects first: ComplexImage,
    _ second: ComplexImage,
    in region: PixelRegion? = nil,
    edge: SoftEdge = .raisedCosine(0.1)
  ) {
    let region = region ?? PixelRegion(shape: first.shape)
    let alignment = ObjectAlignment(of: second, onto: first, in: region, edge: edge)
    let pair = alignment.pair(first, second, in: region)
    let window = Window(extents: [1, pair.shape.rows, pair.shape.columns], edge: edge)
    let sums = window.sums(
      window.faded(pair.first.values),
      window.faded(pair.second.values),
      secondMovedBy: (rows: -pair.rest.rows, columns: -pair.rest.columns)
    )
    self.init(sums) { _, modulus in modulus }
  }

  /// Correlates two volumes of one shape, which must lie on one another, shell by shell.
  public init(_ first: Volume, _ second: Volume, edge: SoftEdge = .raisedCosine(0.1)) {
    precondition(first.hasShape(of: second), "the volumes differ in shape")
    var comparison = ShellComparison(
      sizeX: first.sizeX,
      sizeZ: first.sizeZ,
      sizeY: first.sizeY,
      edge: edge
    )
    comparison.add(first, to: .first)
    comparison.add(second, to: .second)
    self = comparison.correlation()
  }

  /// The correlation of what real images or volumes have summed up to.
  init(real sums: RingSums) {
    self.init(sums) { product, _ in product.re }
  }

  private init(
    _ sums: RingSums,
    _ value: (_ product: (re: Double, im: Double), _ modulus: Double) -> Double
  ) {
    rings = sums.counts.indices.dropFirst().map { ring in
      let product = sums.product[ring]
      let modulus = (product.re * product.re + product.im * product.im).squareRoot()
      let power = (sums.firstPower[ring] * sums.secondPower[ring]).squareRoot()
      return Ring(
        index: ring,
        frequency: Double(ring) / Double(sums.size),
        correlation: power > 0 ? value(product, modulus) / power : 0,
        pixelCount: sums.counts[ring]
      )
    }
  }

  /// The threshold on each ring, for drawing it beside the correlation.
  public func threshold(_ threshold: CorrelationThreshold) -> [Double] {
    rings.map { threshold.value(pixelCount: $0.pixelCount) }
  }

  /// Where the correlation first falls below a threshold, between rings by straight lines.
  ///
  /// - Parameters:
  ///   - threshold: The threshold.
  ///   - lowest: Rings of a lower frequency, cycles per pixel, are not looked at: few pixels and
  ///     the slow drifts of a reconstruction make them unsure.
  /// - Returns: The resolution; frequency 0 where already the first ring is below, and limited by
  ///   the pixels where no ring is.
  public func resolution(
    threshold: CorrelationThreshold = .halfBit,
    ignoringBelow lowest: Double = 0
  ) -> Resolution {
    var before: (frequency: Double, excess: Double)?
    for ring in rings where ring.frequency >= lowest {
      let excess = ring.correlation - threshold.value(pixelCount: ring.pixelCount)
      if excess < 0 {
        guard let before else { return Resolution(frequency: 0, isLimitedByPixels: false) }
        let part = before.excess / (before.excess - excess)
        let frequency = before.frequency + part * (ring.frequency - before.frequency)
        return Resolution(frequency: frequency, isLimitedByPixels: false)
      }
      before = (ring.frequency, excess)
    }
    return before == nil
      ? Resolution(frequency: 0, isLimitedByPixels: false)
      : Resolution(frequency: 0.5, isLimitedByPixels: true)
  }
}
