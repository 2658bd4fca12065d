// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// A chemical map: red where there is LiFePO₄, blue where there is FePO₄, as bright as there is
/// iron.
///
/// The hue follows the composition LFP / (LFP + FP) from blue through purple to red, the brightness
/// the iron LFP + FP; a two-dimensional legend shows both. Negative amounts count as none.
public struct ChemicalPicture: Sendable {
  /// LiFePO₄, [row, column].
  public var lithiated: Image
  /// FePO₄, same shape and unit; a pixel that is NaN in either is drawn neutral.
  public var delithiated: Image
  /// What is written above the map.
  public var title: String
  /// The size of a pixel; without it there is no scale bar.
  public var pixelSize: Length?
  /// What lies along columns and rows, "x" and "y", where it is told.
  public var axes: PictureAxes?
  /// The iron that is shown at full brightness; nil for the 99.5th percentile of what there is.
  public var fullIron: Double?
  /// Whether the legend is drawn; of several maps alike one is enough.
  public var hasLegend = true
  /// What the brightness is, for the legend.
  public var quantity: String
  /// The unit of the amounts, empty for none.
  public var unit: String

  /// Makes a chemical map of two images of one shape, [row, column].
  public init(
    lithiated: Image,
    delithiated: Image,
    title: String = "",
    pixelSize: Length? = nil,
    fullIron: Double? = nil,
    quantity: String = "iron",
    unit: String = ""
  ) {
    precondition(lithiated.shape == delithiated.shape, "the amounts differ in shape")
    self.lithiated = lithiated
    self.delithiated = delithiated
    self.title = title
    self.pixelSize = pixelSize
    self.fullIron = fullIron
    self.quantity = quantity
    self.unit = unit
  }

  /// The colour of a composition, 0 FePO₄ to 1 LiFePO₄, at a brightness of 0 to 1.
  public static func color(composition: Double, brightness: Double = 1) -> RGBColor {
    guard !composition.isNaN, !brightness.isNaN else { return missing }
    let (c, b) = (min(max(composition, 0), 1), min(max(brightness, 0), 1))
    // Mixed by power, which the square roots stand for, so that purple is not the darkest hue.
    func mixed(_ blue: Double, _ red: Double) -> Double {
      ((1 - c) * blue * blue + c * red * red).squareRoot()
    }
    return RGBColor(
      red: mixed(delithiatedColor.red, lithiatedColor.red),
      green: mixed(delithiatedColor.green, lithiatedColor.green),
      blue: mixed(delithiatedColor.blue, lithiatedColor.blue)
    ).dimmed(to: b)
  }

  /// The colour of pure LiFePO₄ at full brightness.
  public static let lithiatedColor = RGBColor(red: 1, green: 0.16, blue: 0.13)
  /// The colour of pure FePO₄ at full brightness.
  public static let delithiatedColor = RGBColor(red: 0.13, green: 0.33, blue: 1)
  /// The colour of a pixel without values.
  public static let missing = RGBColor(gray: 0.4)

  /// The iron that is shown at full brightness.
  public var resolvedFullIron: Double {
    if let fullIron, fullIron > 0 { return fullIron }
    let iron = zip(lithiated.values, delithiated.values).map { max($0, 0) + max($1, 0) }
    let present = iron.filter { $0.isFinite && $0 > 0 }.sorted()
    return present.isEmpty ? 1 : ValueRange.percentile(99.5, of: present)
  }

  /// The colour of each pixel, [row, column].
  private func colors(full: Double) -> [RGBColor] {
    zip(lithiated.values, delithiated.values).map { lithiated, delithiated in
      guard !lithiated.isNaN, !delithiated.isNaN else { return Self.missing }
      let (l, d) = (max(Double(lithiated), 0), max(Double(delithiated), 0))
      let composition = l + d > 0 ? l / (l + d) : 0
      return Self.color(composition: composition, brightness: (l + d) / full)
    }
  }

  /// The map as red, green and blue, 0 to 255, [row, column, 3].
  public var bytes: [UInt8] {
    colors(full: resolvedFullIron).flatMap { color in
      let parts = color.bytes
      return [parts.x, parts.y, parts.z]
    }
  }

  var panel: RasterPanel {
    let full = resolvedFullIron
    let words = colors(full: full).map(\.word)
    let hasMissing = words.contains(Self.missing.word)
    return RasterPanel(
      title: title,
      raster: Raster(shape: lithiated.shape, words: words),
      pixelSize: pixelSize,
      missing: hasMissing ? Self.missing : nil,
      legend: hasLegend
        ? .chemistry(ChemicalLegend(fullIron: full, quantity: quantity, unit: unit)) : .none
    )
  }
}
