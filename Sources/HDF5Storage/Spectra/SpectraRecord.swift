// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// A stack of energies with everything that was made of it.
public struct SpectraRecord: Sendable {
  /// A map of one quantity.
  public struct Map: Sendable {
    /// The dataset's name.
    public var name: String
    /// What it is, in words.
    public var meaning: String
    /// Its unit.
    public var unit: String
    /// The values, [row, column].
    public var image: Image

    /// Makes a map.
    public init(name: String, meaning: String, unit: String, image: Image) {
      self.name = name
      self.meaning = meaning
      self.unit = unit
      self.image = image
    }
  }

  /// One spectrum with its fit.
  public struct Spectrum: Sendable {
    /// What it is called: "pixel_12_40", "iron".
    public var name: String
    /// OD as it was fitted, [energy].
    public var data: [Double]
    /// The fit, [energy].
    public var fit: [Double]
    /// How much there is of each term, [term].
    public var coefficients: [Double]
    /// Their standard errors, [term].
    public var standardErrors: [Double]
    /// Σ (data − fit)² / Σ data².
    public var rFactor: Double
    /// LiFePO₄ / (LiFePO₄ + FePO₄).
    public var composition: Double

    /// Takes the numbers.
    public init(
      name: String,
      data: [Double],
      fit: [Double],
      coefficients: [Double],
      standardErrors: [Double],
      rFactor: Double,
      composition: Double
    ) {
      self.name = name
      self.data = data
      self.fit = fit
      self.coefficients = coefficients
      self.standardErrors = standardErrors
      self.rFactor = rFactor
      self.composition = composition
    }
  }

  /// A curve over the segmentation threshold.
  public struct MismatchCurve: Sendable, Hashable {
    /// The dataset's name: "mismatch_2d_2e".
    public var name: String
    /// What it compares, in words.
    public var meaning: String
    /// Pixels whose phase differs, percent, [threshold].
    public var percent: [Double]

    /// Makes a curve.
    public init(name: String, meaning: String, percent: [Double]) {
      self.name = name
      self.meaning = meaning
      self.percent = percent
    }
  }

  /// A number with a unit.
  public struct Figure: Sendable, Hashable {
    /// The dataset's name.
    public var name: String
    /// The value.
    public var value: Double
    /// Its unit, "1" for none.
    public var unit: String

    /// Makes a figure.
    public init(_ name: String, _ value: Double, unit: String = "1") {
      self.name = name
      self.value = value
      self.unit = unit
    }
  }

  /// What it is called.
  public var name: String
  /// The photon energies, rising, [energy].
  public var energies: [PhotonEnergy]
  /// OD on common axes, [energy, row, column]; NaN where not measured.
  public var stack: ImageStack
  /// The size of a pixel, where it is known.
  public var pixelSize: Length?
  /// The shift that was applied to each image, pixels, [energy].
  public var shifts: [PixelShift] = []
  /// The correlation of each image with what it was laid on, [energy]; NaN where it was not laid.
  public var confidence: [Double] = []
  /// What the terms of the fit are called: references, then background.
  public var terms: [String] = []
  /// What one of each reference adds at each energy, [reference][energy].
  public var references: [[Double]] = []
  /// The unit of the references.
  public var referenceUnit = "1"
  /// Maps, the first of which is shown by default.
  public var maps: [Map] = []
  /// Spectra of pixels and regions.
  public var spectra: [Spectrum] = []
  /// The segmentation thresholds of the curves, percent.
  public var thresholds: [Double] = []
  /// How far maps made in different ways disagree.
  public var mismatches: [MismatchCurve] = []
  /// Numbers of the whole.
  public var figures: [Figure] = []
  /// What was chosen or assumed, for a person.
  public var remarks: [String] = []
  /// How it was made, as text.
  public var parameters = ""
  /// The version of the program.
  public var version = ""

  /// Makes a record of a stack; whatever is not given is empty.
  public init(name: String, energies: [PhotonEnergy], stack: ImageStack, pixelSize: Length?) {
    self.name = name
    self.energies = energies
    self.stack = stack
    self.pixelSize = pixelSize
  }

  /// A figure by its name.
  public func figure(_ name: String) -> Double? { figures.first { $0.name == name }?.value }
  /// A map by its name.
  public func map(_ name: String) -> Image? { maps.first { $0.name == name }?.image }
}
