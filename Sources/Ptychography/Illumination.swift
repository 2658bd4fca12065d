// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

/// The probe and its copies moved by fractions of a pixel.
///
/// Frames whose positions share a fraction share a copy, so that sub-pixel positions cost a few
/// transforms per iteration, not one per frame. Moving by a phase ramp in the far field is exact,
/// because the probe is band-limited by its lens.
struct Illumination: Sendable {
  /// Fractions of a pixel along each axis.
  let steps: Int
  /// The probe itself, [row, column], √photon, centre at [N/2, N/2].
  private(set) var probe: ComplexImage
  /// The moved copies, [row step · steps + column step], empty where no frame needs one.
  private(set) var copies: [[Complex64]]

  init(probe: ComplexImage, steps: Int) {
    self.steps = steps
    self.probe = probe
    copies = [[Complex64]](repeating: [], count: steps * steps)
    copies[0] = probe.values
  }

  /// Where a placement's copy stands.
  func slot(of placement: Placement) -> Int {
    placement.rowStep * steps + placement.columnStep
  }

  /// Sees to it that a slot has its copy.
  mutating func require(_ slot: Int, plan: FourierPlan2D) {
    guard copies[slot].isEmpty else { return }
    copies[slot] = moved(spectrum(plan), to: slot, plan: plan)
  }

  /// Takes a new probe and makes the copies anew.
  mutating func replace(by probe: ComplexImage, plan: FourierPlan2D) {
    self.probe = probe
    copies[0] = probe.values
    let others = copies.indices.filter { $0 > 0 && !copies[$0].isEmpty }
    guard !others.isEmpty else { return }
    let far = spectrum(plan)
    for slot in others { copies[slot] = moved(far, to: slot, plan: plan) }
  }

  /// The sum of images that were made at several slots, each moved back to slot 0.
  func movedBack(_ images: [[Complex64]], plan: FourierPlan2D) -> ComplexImage {
    var sum = ComplexImage(shape: probe.shape)
    var movedAny = false
    for slot in images.indices where slot > 0 && !images[slot].isEmpty {
      var image = ComplexImage(shape: probe.shape, values: images[slot])
      plan.forwardUnitary(&image)
      addRamped(image, slot, sign: 1, to: &sum)
      movedAny = true
    }
    if movedAny { plan.inverseUnitary(&sum) }
    if !images[0].isEmpty {
      for i in sum.values.indices { sum.values[i] += images[0][i] }
    }
    return sum
  }

  private func spectrum(_ plan: FourierPlan2D) -> ComplexImage {
    var far = probe
    plan.forwardUnitary(&far)
    return far
  }

  private func moved(_ spectrum: ComplexImage, to slot: Int, plan: FourierPlan2D) -> [Complex64] {
    var image = ComplexImage(shape: spectrum.shape)
    addRamped(spectrum, slot, sign: -1, to: &image)
    plan.inverseUnitary(&image)
    return image.values
  }

  /// Adds the spectrum times the phase ramp exp(sign · 2πi q · shift) of a slot.
  private func addRamped(
    _ spectrum: ComplexImage,
    _ slot: Int,
    sign: Double,
    to sum: inout ComplexImage
  ) {
    let shape = spectrum.shape
    let rowRamp = Self.ramp(shape.rows, sign * Double(slot / steps) / Double(steps))
    let columnRamp = Self.ramp(shape.columns, sign * Double(slot % steps) / Double(steps))
    let source = spectrum.values.span
    let factors = columnRamp.span
    var target = sum.values.mutableSpan
    for row in 0..<shape.rows {
      let first = row * shape.columns
      for column in 0..<shape.columns {
        target[first + column] += source[first + column] * (rowRamp[row] * factors[column])
      }
    }
  }

  /// exp(2πi k shift / n) for corner-ordered frequencies k; real at the Nyquist frequency.
  private static func ramp(_ count: Int, _ shift: Double) -> [Complex64] {
    (0..<count).map { index in
      let frequency = index < (count + 1) / 2 ? index : index - count
      let angle = 2 * Double.pi * Double(frequency) * shift / Double(count)
      let isNyquist = count.isMultiple(of: 2) && index == count / 2
      return Complex64(Float(cosine(angle)), isNyquist ? 0 : Float(sine(angle)))
    }
  }
}
