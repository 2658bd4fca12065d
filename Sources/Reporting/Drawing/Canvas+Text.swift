// SPDX-License-Identifier: BSD-3-Clause

import CCairo

extension Canvas {
  /// Which point of a text lies at the place given.
  enum Anchor {
    case start, middle, end
  }

  /// Writes a line of text, its digits centred vertically at the point.
  func write(
    _ text: String,
    at point: Point,
    size: Double,
    anchor: Anchor = .start,
    bold: Bool = false,
    color: RGBColor = PictureStyle.ink
  ) {
    guard !text.isEmpty else { return }
    unsafe cairo_save(context)
    unsafe cairo_translate(context, point.x, point.y)
    writeAtOrigin(text, size: size, anchor: anchor, bold: bold, color: color)
    unsafe cairo_restore(context)
  }

  /// Writes a line of text upwards, centred at the point.
  func writeUpwards(_ text: String, at point: Point, size: Double) {
    guard !text.isEmpty else { return }
    unsafe cairo_save(context)
    unsafe cairo_translate(context, point.x, point.y)
    unsafe cairo_rotate(context, -.pi / 2)
    writeAtOrigin(text, size: size, anchor: .middle, bold: false, color: PictureStyle.ink)
    unsafe cairo_restore(context)
  }

  /// Writes a text in smaller letters, and then cut short, where the width would not hold it.
  func write(
    _ text: String,
    at point: Point,
    size: Double,
    anchor: Anchor = .start,
    bold: Bool = false,
    within width: Double
  ) {
    let natural = self.width(of: text, size: size, bold: bold)
    let fitting = natural > width ? max(size * width / natural, 0.7 * size) : size
    var shown = text
    var shortened = text
    while self.width(of: shown, size: fitting, bold: bold) > width, !shortened.isEmpty {
      shortened.removeLast()
      shown = shortened + "…"
    }
    write(shown, at: point, size: fitting, anchor: anchor, bold: bold)
  }

  /// How wide a line of text becomes.
  func width(of text: String, size: Double, bold: Bool = false) -> Double {
    select(size: size, bold: bold)
    var extents = cairo_text_extents_t()
    unsafe cairo_text_extents(context, text, &extents)
    return extents.x_advance
  }

  private func writeAtOrigin(
    _ text: String,
    size: Double,
    anchor: Anchor,
    bold: Bool,
    color: RGBColor
  ) {
    let width = self.width(of: text, size: size, bold: bold)
    let start =
      switch anchor {
      case .start: 0.0
      case .middle: -width / 2
      case .end: -width
      }
    setColor(color)
    // Capitals and digits of DejaVu Sans are 0.73 of its size high.
    unsafe cairo_move_to(context, start, 0.365 * size)
    unsafe cairo_show_text(context, text)
    unsafe cairo_new_path(context)
  }

  private func select(size: Double, bold: Bool) {
    let weight = bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL
    unsafe cairo_select_font_face(context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, weight)
    unsafe cairo_set_font_size(context, size)
    let options = unsafe cairo_font_options_create()
    unsafe cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    unsafe cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT)
    unsafe cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    unsafe cairo_set_font_options(context, options)
    unsafe cairo_font_options_destroy(options)
  }
}
