// SPDX-License-Identifier: BSD-3-Clause

import CCairo
import Imaging

/// A picture being drawn by Cairo, and its encoding as PNG or SVG.
@safe
struct Canvas: ~Copyable {
  private let surface: OpaquePointer?
  let context: OpaquePointer?

  /// Makes a white picture; an impossible size shows when it is encoded.
  init(width: Int, height: Int) {
    unsafe surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, CInt(width), CInt(height))
    unsafe context = cairo_create(surface)
    setColor(RGBColor(gray: 1))
    unsafe cairo_paint(context)
  }

  /// Makes a white picture that is drawn into an SVG file; what is wrong shows when it is finished.
  ///
  /// - Parameters:
  ///   - path: The file, written while the picture is drawn.
  ///   - width: Its width, pixels.
  ///   - height: Its height, pixels.
  init(svg path: String, width: Double, height: Double) {
    unsafe surface = cairo_svg_surface_create(path, width, height)
    unsafe cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX)
    unsafe context = cairo_create(surface)
    setColor(RGBColor(gray: 1))
    unsafe cairo_paint(context)
  }

  /// Ends an SVG file.
  ///
  /// - Parameter path: The file that an error names.
  /// - Throws: A `PictureError` where it could not be drawn or written.
  func finishSVG(for path: String) throws(PictureError) {
    unsafe cairo_surface_finish(surface)
    try check(unsafe cairo_surface_status(surface), path)
  }

  deinit {
    unsafe cairo_destroy(context)
    unsafe cairo_surface_destroy(surface)
  }

  /// Encodes the picture.
  ///
  /// - Parameter path: The file that an error names.
  /// - Returns: The bytes of a PNG file.
  /// - Throws: A `PictureError` where Cairo cannot hold or encode the picture.
  func png(for path: String) throws(PictureError) -> [UInt8] {
    var bytes: [UInt8] = []
    let status = unsafe withUnsafeMutablePointer(to: &bytes) { target in
      unsafe cairo_surface_write_to_png_stream(surface, appendToBytes, target)
    }
    try check(status, path)
    return bytes
  }

  private func check(_ status: cairo_status_t, _ path: String) throws(PictureError) {
    guard status != CAIRO_STATUS_SUCCESS else { return }
    let reason = unsafe cairo_status_to_string(status).map { unsafe String(cString: $0) }
    throw PictureError(path: path, reason: reason ?? "cannot be drawn")
  }

  func setColor(_ color: RGBColor) {
    unsafe cairo_set_source_rgb(context, color.red, color.green, color.blue)
  }

  /// Fills a rectangle.
  func fill(_ frame: Rectangle, with color: RGBColor) {
    setColor(color)
    unsafe cairo_rectangle(context, frame.x, frame.y, frame.width, frame.height)
    unsafe cairo_fill(context)
  }

  /// Draws a thin frame just outside a rectangle.
  func outline(_ frame: Rectangle, with color: RGBColor, width: Double) {
    setColor(color)
    unsafe cairo_set_line_width(context, width)
    unsafe cairo_rectangle(
      context,
      frame.x - width / 2,
      frame.y - width / 2,
      frame.width + width,
      frame.height + width
    )
    unsafe cairo_stroke(context)
  }

  /// Draws a line through points.
  func stroke(_ points: [Point], with color: RGBColor, width: Double, dash: [Double] = []) {
    guard points.count > 1 else { return }
    trace(points)
    setColor(color)
    unsafe cairo_set_line_width(context, width)
    unsafe cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    unsafe cairo_set_dash(context, dash, CInt(dash.count), 0)
    unsafe cairo_stroke(context)
    unsafe cairo_set_dash(context, nil, 0, 0)
  }

  /// Fills the polygon of points.
  func fill(_ points: [Point], with color: RGBColor) {
    trace(points)
    setColor(color)
    unsafe cairo_close_path(context)
    unsafe cairo_fill(context)
  }

  /// Fills a disc.
  func fillDisc(at center: Point, radius: Double, with color: RGBColor) {
    setColor(color)
    unsafe cairo_new_path(context)
    unsafe cairo_arc(context, center.x, center.y, radius, 0, 2 * .pi)
    unsafe cairo_fill(context)
  }

  /// Draws only inside a rectangle for a while.
  func clipped(to frame: Rectangle, _ body: () -> Void) {
    unsafe cairo_save(context)
    unsafe cairo_rectangle(context, frame.x, frame.y, frame.width, frame.height)
    unsafe cairo_clip(context)
    body()
    unsafe cairo_restore(context)
  }

  /// Draws a raster with its upper left corner at a whole pixel, each of its pixels a square.
  func draw(_ raster: Raster, at corner: Point, magnifiedBy factor: Int) {
    draw(
      raster,
      in: Rectangle(
        x: corner.x,
        y: corner.y,
        width: Double(factor * raster.shape.columns),
        height: Double(factor * raster.shape.rows)
      )
    )
  }

  /// Draws a raster that fills a rectangle, each of its pixels a rectangle of one colour.
  func draw(_ raster: Raster, in frame: Rectangle) {
    var words = raster.words
    let (rows, columns) = (CInt(raster.shape.rows), CInt(raster.shape.columns))
    unsafe words.withUnsafeMutableBytes { bytes in
      // Rows of 32-bit pixels need no padding. The surface ends before the bytes do.
      let data = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      let source = unsafe cairo_image_surface_create_for_data(
        data,
        CAIRO_FORMAT_RGB24,
        columns,
        rows,
        4 * columns
      )
      unsafe cairo_save(context)
      unsafe cairo_translate(context, frame.x, frame.y)
      unsafe cairo_scale(context, frame.width / Double(columns), frame.height / Double(rows))
      unsafe cairo_set_source_surface(context, source, 0, 0)
      unsafe cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_NEAREST)
      unsafe cairo_rectangle(context, 0, 0, Double(columns), Double(rows))
      unsafe cairo_fill(context)
      unsafe cairo_restore(context)
      unsafe cairo_surface_finish(source)
      unsafe cairo_surface_destroy(source)
    }
  }

  private func trace(_ points: [Point]) {
    unsafe cairo_new_path(context)
    for point in points { unsafe cairo_line_to(context, point.x, point.y) }
  }
}

/// Appends what Cairo encodes to the array that `closure` points to.
private func appendToBytes(
  _ closure: UnsafeMutableRawPointer?,
  _ data: UnsafePointer<UInt8>?,
  _ length: CUnsignedInt
) -> cairo_status_t {
  guard let target = unsafe closure?.assumingMemoryBound(to: [UInt8].self), let data = unsafe data
  else { return CAIRO_STATUS_WRITE_ERROR }
  unsafe target.pointee.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
  return CAIRO_STATUS_SUCCESS
}

/// The version of Cairo that draws, as "1.16.0".
public var cairoVersion: String {
  unsafe cairo_version_string().map { unsafe String(cString: $0) } ?? "unknown"
}
