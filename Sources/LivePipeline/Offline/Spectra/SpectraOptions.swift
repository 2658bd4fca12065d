// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import ChemicalMapping
import Foundation

/// What a person says of a stack of energies and of what is to be made of it.
public struct SpectraOptions: Sendable {
  /// What the numbers of a foreign stack are.
  public enum Quantity: String, Sendable, CaseIterable {
    /// −ln(I / I₀).
    case opticalDensity = "od"
    /// What came through.
    case intensity
  }

  /// A run of rows and columns.
  public struct Region: Sendable, Hashable {
    /// The rows.
    public var rows: ClosedRange<Int>
    /// The columns.
    public var columns: ClosedRange<Int>

    /// Reads "R0..R1,C0..C1"; nil where that is something else.
    public init?(_ text: String) {
      let parts = text.split(separator: ",").map { IndexRange(String($0)) }
      guard parts.count == 2, let rows = parts[0]?.range, let columns = parts[1]?.range else {
        return nil
      }
      (self.rows, self.columns) = (rows, columns)
    }
  }

  /// The reference spectra, files of text or HDF5; those in the stack's file where empty.
  public var references: [String] = []
  /// Which references to use, by name, LiFePO₄ first, then FePO₄, whatever they are called; all where empty.
  public var referenceNames: [String] = []
  /// How the fit is made.
  public var fit = SpectralFitParameters()
  /// Only energies in this range.
  public var energyRange: ClosedRange<PhotonEnergy>?
  /// The two energies that the two-energy maps are made of; those of `chemistry.energies_eV` if nil.
  public var pair: [PhotonEnergy]?
  /// Energies below the edge for the study of the pre-edge; those 2 eV and more below both peaks if nil.
  public var preEdgeStudy: ClosedRange<PhotonEnergy>?
  /// The R from which on a pixel's composition is left out of the maps.
  public var rBound = 0.15
  /// The mean OD of both peaks from which on a pixel holds iron.
  public var minimumIron = 0.1
  /// Pixels whose spectra are shown, [row, column].
  public var pixels: [(row: Int, column: Int)] = []
  /// Regions whose mean spectra are shown.
  public var regions: [Region] = []
  /// Whether the images are laid onto one another.
  public var aligns = true
  /// Only scans of this tilt; the tilt of a stack that does not say its own.
  public var tilt: TiltAngle?
  /// What the numbers of a foreign stack are; nil for what the file tells.
  public var quantity: Quantity?
  /// Where a foreign stack shows no sample: its mean is I₀.
  public var vacuum: Region?
  /// The size of a pixel, in place of what the file says.
  public var pixelSize: Length?
  /// A tomogram of the same sample to compare with.
  public var tomogram: String?

  /// Makes the defaults.
  public init() {}
}

/// "A..B" as a range of whole numbers; "A" is A..A.
struct IndexRange {
  let range: ClosedRange<Int>

  init?(_ text: String) {
    let ends = text.components(separatedBy: "..").map { Int($0) }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
      first >= 0, last >= first
    else { return nil }
    range = first...last
  }
}

extension ClosedRange<PhotonEnergy> {
  /// Reads "LOW..HIGH", electron volts; nil where that is something else.
  public init?(electronVolts text: String) {
    let ends = text.components(separatedBy: "..").map { Double($0) }
    guard ends.count == 2, let low = ends[0], let high = ends[1], low <= high else { return nil }
    self = PhotonEnergy(electronVolts: low)...PhotonEnergy(electronVolts: high)
  }
}
