// SPDX-License-Identifier: BSD-3-Clause

/// The correlation of two reconstructions from halves of the data, ring by ring or shell by shell.
public struct ResolutionCurve: Sendable, Hashable {
  /// What was compared: "708.2 eV, even and odd tilts".
  public var name: String
  /// The spatial frequencies, 1/voxel, [shell].
  public var frequency: [Double]
  /// The correlation, −1 to 1, [shell].
  public var correlation: [Double]
  /// The threshold of half a bit of information, [shell].
  public var halfBit: [Double]

  /// Makes a curve of lists of one length.
  public init(name: String, frequency: [Double], correlation: [Double], halfBit: [Double]) {
    precondition(
      frequency.count == correlation.count && frequency.count == halfBit.count,
      "the lists differ in length"
    )
    self.name = name
    self.frequency = frequency
    self.correlation = correlation
    self.halfBit = halfBit
  }
}
