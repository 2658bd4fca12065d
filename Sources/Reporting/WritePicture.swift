// SPDX-License-Identifier: BSD-3-Clause

/// Draws several panels on one sheet and writes it as a PNG file, or as SVG where the file's name
/// ends so.
///
/// - Parameters:
///   - sheet: What to draw.
///   - path: The file; its folder must exist. It is replaced whole or not at all.
/// - Throws: A `PictureError` that names the file and the reason.
public func writePicture(_ sheet: PictureSheet, to path: String) throws(PictureError) {
  guard path.lowercased().hasSuffix(".svg") else {
    return try writeWhole(sheet.png(for: path), to: path)
  }
  try writeWhole(to: path) { file throws(PictureError) in
    try sheet.drawSVG(into: file, for: path)
  }
}

/// Draws an image with its colour bar and scale bar and writes it as a PNG or SVG file.
///
/// - Parameters:
///   - picture: What to draw.
///   - path: The file; its folder must exist. It is replaced whole or not at all.
/// - Throws: A `PictureError` that names the file and the reason.
public func writePicture(_ picture: ImagePicture, to path: String) throws(PictureError) {
  try writePicture(PictureSheet(panels: [.image(picture)]), to: path)
}

/// Draws a chemical map with its legend and scale bar and writes it as a PNG or SVG file.
///
/// - Parameters:
///   - picture: What to draw.
///   - path: The file; its folder must exist. It is replaced whole or not at all.
/// - Throws: A `PictureError` that names the file and the reason.
public func writePicture(_ picture: ChemicalPicture, to path: String) throws(PictureError) {
  try writePicture(PictureSheet(panels: [.chemistry(picture)]), to: path)
}

/// Draws an image of given colours with its scale bar and writes it as a PNG or SVG file.
///
/// - Parameters:
///   - picture: What to draw.
///   - path: The file; its folder must exist. It is replaced whole or not at all.
/// - Throws: A `PictureError` that names the file and the reason.
public func writePicture(_ picture: ColorPicture, to path: String) throws(PictureError) {
  try writePicture(PictureSheet(panels: [.color(picture)]), to: path)
}

/// Draws curves with their axes and legend and writes them as a PNG or SVG file.
///
/// - Parameters:
///   - plot: What to draw.
///   - path: The file; its folder must exist. It is replaced whole or not at all.
/// - Throws: A `PictureError` that names the file and the reason.
public func writePicture(_ plot: LinePlot, to path: String) throws(PictureError) {
  try writePicture(PictureSheet(panels: [.plot(plot)]), to: path)
}
