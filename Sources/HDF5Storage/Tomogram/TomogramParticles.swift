// SPDX-License-Identifier: BSD-3-Clause

/// The particles of a tomogram: a table with a row for each, and which voxels are whose.
public struct TomogramParticles: Sendable, Hashable {
  /// One column of the table.
  public struct Column: Sendable, Hashable {
    /// How the numbers are stored.
    public enum Kind: Sendable, Hashable {
      /// Any number, 64-bit floats.
      case real
      /// Whole numbers, 32 bits.
      case whole
      /// 0 or 1, 8 bits.
      case flag
    }

    /// Its name, that of the dataset and of the column in CSV files.
    public var name: String
    /// The unit, "1" for none.
    public var unit: String
    /// What it is, a few words.
    public var meaning: String
    /// How its numbers are stored.
    public var kind: Kind
    /// The numbers, one for each particle.
    public var values: [Double]

    /// Makes a column.
    public init(
      _ name: String,
      unit: String = "1",
      _ meaning: String,
      kind: Kind = .real,
      values: [Double]
    ) {
      self.name = name
      self.unit = unit
      self.meaning = meaning
      self.kind = kind
      self.values = values
    }
  }

  /// The table, column by column; the first is `id`, counted from 1.
  public var columns: [Column]
  /// Pairs of particles that touch, by `id`, the smaller one first.
  public var contacts: [[Int32]]
  /// The particle of each voxel, 0 for none, [x, z, y].
  public var labels: [Int32]
  /// The extents of `labels`, [x, z, y].
  public var extents: [Int]
  /// The mean optical density of both energies above which a voxel is solid; NaN where all are alike.
  public var threshold: Double
  /// The share of FePO₄ from which a particle counts as active, percent.
  public var activePercent: Double

  /// Makes a table.
  public init(
    columns: [Column],
    contacts: [[Int32]],
    labels: [Int32],
    extents: [Int],
    threshold: Double,
    activePercent: Double
  ) {
    precondition(extents.count == 3, "a volume has three extents")
    precondition(labels.count == extents.reduce(1, *), "the labels do not match the extents")
    self.columns = columns
    self.contacts = contacts
    self.labels = labels
    self.extents = extents
    self.threshold = threshold
    self.activePercent = activePercent
  }

  /// The rows of the table.
  public var count: Int { columns.first?.values.count ?? 0 }

  /// The numbers of a column; none where there is no such column.
  public subscript(name: String) -> [Double] {
    columns.first { $0.name == name }?.values ?? []
  }
}
