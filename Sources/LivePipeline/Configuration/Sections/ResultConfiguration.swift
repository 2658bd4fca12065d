// SPDX-License-Identifier: BSD-3-Clause

/// Section `results`: what is written, and where.
public struct ResultConfiguration: Hashable, Sendable {
  /// Key `directory`: the folder of the results; made where it is missing.
  public var directory = "results"
  /// Key `pictures`: whether PNG pictures are drawn beside the data.
  public var pictures = true

  public var mrc = true
  public var scans = true

  /// Makes the defaults.
  public init() {}
}
