// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Reporting

/// A part of the detector's picture in logarithmic colours, with what was found drawn into it.
struct MarkedPicture {
  private let first: (row: Int, column: Int)
  private let magnification: Int
  private let shape: Shape2D
  private var colors: [RGBColor]

  /// Cuts a square out of a picture.
  ///
  /// - Parameters:
  ///   - image: Means, [row, column]; NaN is drawn neutral.
  ///   - middle: The middle of the square.
  ///   - reach: How far it goes to either side, pixels.
  ///   - decades: The range of the colours below the brightest pixel.
  init(_ image: Image, around middle: PicturePosition, reach: Int, decades: Double) {
    let side = 2 * reach + 1
    let first = (
      row: Int(middle.row.rounded()) - reach, column: Int(middle.column.rounded()) - reach
    )
    let magnification = max(1, 540 / side)
    self.first = first
    self.magnification = magnification
    shape = Shape2D(square: side * magnification)
    func value(_ row: Int, _ column: Int) -> Float {
      guard (0..<image.shape.rows).contains(row), (0..<image.shape.columns).contains(column) else {
        return .nan
      }
      return image[row, column]
    }
    var highest: Float = 0
    for row in 0..<side {
      for column in 0..<side {
        let pixel = value(first.row + row, first.column + column)
        if pixel > highest { highest = pixel }
      }
    }
    let floor = Double(highest) * exponential(-decades * naturalLogarithm(10.0))
    colors = (0..<shape.count).map { i in
      let row = i / (side * magnification) / magnification
      let column = i % (side * magnification) / magnification
      let pixel = Double(value(first.row + row, first.column + column))
      guard pixel.isFinite, floor > 0 else { return ColorMap.sequential.missing }
      let height = naturalLogarithm(max(pixel, floor) / floor) / naturalLogarithm(10.0) / decades
      return ColorMap.sequential.color(at: height)
    }
  }

  /// Draws a circle.
  mutating func addCircle(_ middle: PicturePosition, radius: Double, _ color: RGBColor) {
    let steps = max(Int(7 * radius * Double(magnification)), 16)
    for step in 0..<steps {
      let angle = 2 * Double.pi * Double(step) / Double(steps)
      addDot(
        PicturePosition(
          row: middle.row + radius * sine(angle),
          column: middle.column + radius * cosine(angle)
        ),
        color
      )
    }
  }

  /// Draws a cross.
  mutating func addCross(_ middle: PicturePosition, arm: Double, _ color: RGBColor) {
    let steps = Int(2 * arm * Double(magnification))
    for step in 0...steps {
      let along = arm * (2 * Double(step) / Double(max(steps, 1)) - 1)
      addDot(PicturePosition(row: middle.row + along, column: middle.column), color)
      addDot(PicturePosition(row: middle.row, column: middle.column + along), color)
    }
  }

  /// Colours the place of a point; off the picture nothing happens.
  mutating func addDot(_ place: PicturePosition, _ color: RGBColor) {
    let row = (place.row - Double(first.row) + 0.5) * Double(magnification)
    let column = (place.column - Double(first.column) + 0.5) * Double(magnification)
    guard row >= 0, column >= 0, row < Double(shape.rows), column < Double(shape.columns) else {
      return
    }
    colors[Int(row) * shape.columns + Int(column)] = color
  }

  /// The panel.
  func panel(_ title: String) -> PictureSheet.Panel {
    .color(ColorPicture(shape: shape, colors: colors, title: title))
  }

  /// What was found.
  static let found = RGBColor(red: 1, green: 0.25, blue: 0.2)
  /// What the configuration says.
  static let configured = RGBColor(gray: 1)
}
