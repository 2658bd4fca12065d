// SPDX-License-Identifier: BSD-3-Clause

extension ScanReconstruction {
  /// What is to be done apart from the configuration.
  public struct Options: Sendable, Hashable {
    /// Where the probe at the start is from; nil for the scan's own or, where it has none, a search.
    public var probe: ProbeSource?
    /// A result (CXI) whose object is the start; nil for vacuum.
    public var object: String?
    /// A result (CXI) of the same scan from which to go on, with its object, probe, background,
    /// positions and count of iterations; it takes the place of `probe` and `object`.
    public var resumed: String?
    /// Whether two halves of the frames are compared; without it the frames are given away.
    public var measuresResolution = true

    /// Makes the defaults.
    public init() {}
  }

  /// Where the probe at the start is from.
  public enum ProbeSource: Sendable, Hashable {
    /// The scan's own file.
    case file
    /// The mean pattern, with the defocus that a search finds best.
    case search
    /// The result in a CXI file.
    case result(String)
  }

  /// Where a reconstruction stands.
  public enum Progress: Sendable, Hashable {
    /// Transforms are being planned.
    case planning
    /// So many starts have been tried; the last with this curvature (pixels²) and data error.
    case searching(tried: Int, curvature: Double, dataError: Double)
    /// An iteration is done; the data error is the latest that was measured, NaN before.
    case iterating(iteration: Int, of: Int, overlapError: Double, dataError: Double)
    /// The halves, one after the other, have done so many iterations together.
    case comparingHalves(iteration: Int, of: Int)
    /// Something that a person should know.
    case remark(String)
  }
}
