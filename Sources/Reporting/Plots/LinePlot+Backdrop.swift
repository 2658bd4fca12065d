// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

extension LinePlot {
  /// A tinted part of the horizontal axis.
  public struct Band: Hashable, Sendable {
    /// What the legend calls it.
    public var label: String
    /// From where to where.
    public var range: ClosedRange<Double>
    /// The tint; it is drawn very light.
    public var color: RGBColor

    /// Makes a band.
    public init(label: String, range: ClosedRange<Double>, color: RGBColor) {
      self.label = label
      self.range = range
      self.color = color
    }

    /// How much of the tint is seen.
    static let strength = 0.13

    /// The tint as it is drawn on white.
    var light: RGBColor {
      func part(_ value: Double) -> Double { 1 - Self.strength * (1 - value) }
      return RGBColor(red: part(color.red), green: part(color.green), blue: part(color.blue))
    }
  }

  /// An image that fills a rectangle between the axes, with a colour bar: a two-dimensional histogram.
  public struct Backdrop: Sendable {
    /// The values, [row, column], the first row lowest; NaN stays empty.
    public var image: Image
    /// From the left edge of the first column to the right edge of the last.
    public var horizontal: ClosedRange<Double>
    /// From the lower edge of the first row to the upper edge of the last.
    public var vertical: ClosedRange<Double>
    /// What the values are, for the colour bar.
    public var quantity: String
    /// The unit of the values, empty for none.
    public var unit: String
    /// The colours.
    public var colorMap: ColorMap
    /// Whether equal ratios of the values lie equally far apart on the colour bar; what is not
    /// positive stays empty then.
    public var isLogarithmic: Bool

    /// Makes a backdrop.
    public init(
      _ image: Image,
      horizontal: ClosedRange<Double>,
      vertical: ClosedRange<Double>,
      quantity: String,
      unit: String = "",
      colorMap: ColorMap = .sequential,
      isLogarithmic: Bool = false
    ) {
      self.image = image
      self.horizontal = horizontal
      self.vertical = vertical
      self.quantity = quantity
      self.unit = unit
      self.colorMap = colorMap
      self.isLogarithmic = isLogarithmic
    }

    /// From the smallest to the largest value that is shown; never empty.
    var range: ClosedRange<Double> {
      let shown = image.values.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }
      guard let low = shown.min(), let high = shown.max() else {
        return isLogarithmic ? 1...10 : 0...1
      }
      if high > low { return Double(low)...Double(high) }
      return isLogarithmic ? Double(low)...Double(low) * 10 : Double(low)...Double(low) + 1
    }

    var colorBar: ColorBar {
      ColorBar(
        colorMap: colorMap,
        range: range,
        quantity: quantity,
        unit: unit,
        hasValuesBelow: false,
        hasValuesAbove: false,
        isLogarithmic: isLogarithmic
      )
    }

    /// The image in colours, its first row uppermost as pictures have it.
    var raster: Raster {
      let bar = colorBar
      let words = (0..<image.shape.rows).reversed().flatMap { row in
        (0..<image.shape.columns).map { column in
          let value = Double(image[row, column])
          guard value.isFinite, !isLogarithmic || value > 0 else {
            return RGBColor(gray: 1).word
          }
          return colorMap.color(at: bar.fraction(of: value)).word
        }
      }
      return Raster(shape: image.shape, words: words)
    }
  }
}
