// SPDX-License-Identifier: BSD-3-Clause

/// Curves over a common axis, with ticks, labels, a legend and threshold lines.
public struct LinePlot: Sendable {
  /// What is written above the plot.
  public var title: String
  /// The horizontal axis.
  public var horizontal: Axis
  /// The vertical axis.
  public var vertical: Axis
  /// The curves, drawn in this order.
  public var curves: [Curve]
  /// Horizontal lines to compare the curves with.
  public var thresholds: [Threshold]
  /// Vertical lines that mark places on the horizontal axis.
  public var markers: [Threshold]
  /// Parts of the horizontal axis that are tinted over the whole height.
  public var bands: [Band] = []
  /// An image behind the curves, in the units of the axes.
  public var backdrop: Backdrop?

  /// Makes a plot of curves.
  public init(
    title: String = "",
    horizontal: Axis,
    vertical: Axis,
    curves: [Curve],
    thresholds: [Threshold] = [],
    markers: [Threshold] = []
  ) {
    self.title = title
    self.horizontal = horizontal
    self.vertical = vertical
    self.curves = curves
    self.thresholds = thresholds
    self.markers = markers
  }

  /// One axis of a plot.
  public struct Axis: Hashable, Sendable {
    /// What the axis shows: "spatial frequency".
    public var quantity: String
    /// Its unit, empty for none: "nm⁻¹".
    public var unit: String
    /// Whether equal ratios lie equally far apart; values that are not positive are then left out.
    public var isLogarithmic: Bool
    /// The values at its ends; nil for what the curves need.
    public var range: ClosedRange<Double>?

    /// Makes an axis.
    public init(
      _ quantity: String,
      unit: String = "",
      isLogarithmic: Bool = false,
      range: ClosedRange<Double>? = nil
    ) {
      self.quantity = quantity
      self.unit = unit
      self.isLogarithmic = isLogarithmic
      self.range = range
    }
  }

  /// How a curve is drawn.
  public enum CurveStyle: Hashable, Sendable {
    /// A line.
    case line
    /// A line of dashes.
    case dashes
    /// A line with a dot at every point.
    case dots
    /// A dot at every point and no line.
    case points
    /// Bars from zero, centred at the points: a histogram.
    case bars
  }

  /// One curve of a plot; it is interrupted where a value is not finite.
  public struct Curve: Hashable, Sendable {
    /// What the legend calls it; empty for no entry.
    public var label: String
    /// The places along the horizontal axis.
    public var x: [Double]
    /// The values there, as many.
    public var y: [Double]
    /// How it is drawn.
    public var style: CurveStyle
    /// Its colour; nil for the next of a set that the colour-blind can tell apart.
    public var color: RGBColor?
    /// How far an error bar goes up and down from each value; empty for none.
    public var errors: [Double] = []
    /// Where each bar begins in place of zero, for bars on bars; empty for zero.
    public var base: [Double] = []

    /// Makes a curve through points.
    public init(
      label: String = "",
      x: [Double],
      y: [Double],
      style: CurveStyle = .line,
      color: RGBColor? = nil
    ) {
      precondition(x.count == y.count, "x and y differ in length")
      self.label = label
      self.x = x
      self.y = y
      self.style = style
      self.color = color
    }
  }

  /// A straight line across the plot at one value.
  public struct Threshold: Hashable, Sendable {
    /// What the legend calls it; empty for no entry.
    public var label: String
    /// Where it lies.
    public var value: Double

    /// Makes a line at a value.
    public init(label: String = "", value: Double) {
      self.label = label
      self.value = value
    }
  }
}
