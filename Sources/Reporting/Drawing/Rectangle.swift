// SPDX-License-Identifier: BSD-3-Clause

/// A place on a picture, pixels from its upper left corner.
struct Point: Hashable {
  var x: Double
  var y: Double
}

/// The extent of something drawn, pixels.
struct Extent: Hashable {
  var width: Double
  var height: Double
}

/// A part of a picture, pixels from its upper left corner, y downwards.
struct Rectangle: Hashable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var right: Double { x + width }
  var bottom: Double { y + height }
  var middle: Point { Point(x: x + width / 2, y: y + height / 2) }
}
