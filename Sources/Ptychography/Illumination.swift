// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

/// The probe, in one or several modes, and its copies moved by fractions of a pixel.
///
/// Frames whose positions share a fraction share a copy, so that sub-pixel positions cost a few
/// transforms per iteration, not one per frame. Moving by a phase ramp in the far field is exact,
/// because the probe is band-limited by its lens.
struct Illumination: Sendable {
  /// Fractions of a pixel along each axis.
  let steps: Int
  /// The probe's modes, the strongest first, [row, column], √photon, centre at [N/2, N/2].
  private(set) var modes: [ComplexImage]
  /// The moved copies, [row step · steps + column step][mode, row, column], empty where no frame
  /// needs one.
  private(set) var copies: [[Complex64]]

  init(modes: [ComplexImage], steps: Int) {
    self.steps = steps
    self.modes = modes
    copies = [[Complex64]](repeating: [], count: steps * steps)
    copies[0] = modes.flatMap(\.values)
  }

  /// Σ|P|² over modes and pixels.
  var power: Double { modes.reduce(0) { $0 + squaredNorm($1.values.span) } }

  /// Where a placement's copy stands.
  func slot(of placement: Placement) -> Int {
    placement.rowStep * steps + placement.columnStep
  }

  /// Sees to it that a slot has its copy.
  mutating func require(_ slot: Int, plan: FourierPlan2D) {
    guard copies[slot].isEmpty else { return }
    copies[slot] = modes.flatMap { moved(spectrum($0, plan), to: slot, plan: plan) }
  }

  /// Takes new modes and makes the copies anew.
  mutating func replace(by modes: [ComplexImage], plan: FourierPlan2D) {
    self.modes = modes
    copies[0] = modes.flatMap(\.values)
    let others = copies.indices.filter { $0 > 0 && !copies[$0].isEmpty }
    guard !others.isEmpty else { return }
    let far = modes.map { spectrum($0, plan) }
    for slot in others { copies[slot] = far.flatMap { moved($0, to: slot, plan: plan) } }
  }

  /// The sum of images that were made at several slots, each moved back to slot 0.
  ///
  /// - Parameters:
  ///   - images: By slot, [mode, row, column]; empty where there is none.
  ///   - plan: Transforms of their shape.
  /// - Returns: One image for each mode.
  func movedBack(_ images: [[Complex64]], plan: FourierPlan2D) -> [ComplexImage] {
    let shape = plan.shape
    return modes.indices.map { mode in
      let pixels = mode * shape.count..<(mode + 1) * shape.count
      var sum = ComplexImage(shape: shape)
      var movedAny = false
      for slot in images.indices where slot > 0 && !images[slot].isEmpty {
        var image = ComplexImage(shape: shape, values: Array(images[slot][pixels]))
        var values = image.values.mutableSpan
        plan.forward(&values)
        addRamped(image, slot, sign: 1, scale: 1 / Float(shape.count), to: &sum)
        movedAny = true
      }
      if movedAny {
        var values = sum.values.mutableSpan
        plan.inverse(&values)
      }
      if !images[0].isEmpty {
        for i in sum.values.indices { sum.values[i] += images[0][pixels.lowerBound + i] }
      }
      return sum
    }
  }

  private func spectrum(_ mode: ComplexImage, _ plan: FourierPlan2D) -> ComplexImage {
    var far = mode
    var values = far.values.mutableSpan
    plan.forward(&values)
    return far
  }

  private func moved(_ spectrum: ComplexImage, to slot: Int, plan: FourierPlan2D) -> [Complex64] {
    var image = ComplexImage(shape: spectrum.shape)
    addRamped(spectrum, slot, sign: -1, scale: 1 / Float(spectrum.shape.count), to: &image)
    var values = image.values.mutableSpan
    plan.inverse(&values)
    return image.values
  }

  /// Adds the spectrum times scale and the phase ramp exp(sign · 2πi q · shift) of a slot.
  private func addRamped(
    _ spectrum: ComplexImage,
    _ slot: Int,
    sign: Double,
    scale: Float,
    to sum: inout ComplexImage
  ) {
    let shape = spectrum.shape
    let rowRamp = Self.ramp(shape.rows, sign * Double(slot / steps) / Double(steps))
    let columnRamp = Self.ramp(shape.columns, sign * Double(slot % steps) / Double(steps))
    let source = spectrum.values.span
    let factors = columnRamp.span
    var target = sum.values.mutableSpan
    for row in 0..<shape.rows {
      let pixels = row * shape.columns..<(row + 1) * shape.columns
      var targetRow = target.elements(pixels)
      addProduct(source.extracting(pixels), factors, times: scale * rowRamp[row], to: &targetRow)
    }
  }

  private func addProduct(
    _ source: Span<Complex64>,
    _ factors: Span<Complex64>,
    times factor: Complex64,
    to sum: inout MutableSpan<Complex64>
  ) {
    precondition(source.count == sum.count && factors.count == sum.count, "rows differ")
    for i in sum.indices { sum[i] += source[i] * (factor * factors[i]) }
  }

  /// exp(2πi k shift / n) for corner-ordered frequencies k; real at the Nyquist frequency.
  static func ramp(_ count: Int, _ shift: Double) -> [Complex64] {
    (0..<count).map { index in
      let frequency = index < (count + 1) / 2 ? index : index - count
      let angle = 2 * Double.pi * Double(frequency) * shift / Double(count)
      let isNyquist = count.isMultiple(of: 2) && index == count / 2
      return Complex64(Float(cosine(angle)), isNyquist ? 0 : Float(sine(angle)))
    }
  }
}
