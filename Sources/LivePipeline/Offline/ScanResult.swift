// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// What the reconstruction of one scan came to.
public struct ScanResult: Sendable {
  /// What the reconstruction started from.
  public struct Start: Sendable {
    /// The probe, [row, column], centre at [N/2, N/2].
    public var probe: ComplexImage
    /// How far the sample lies downstream of the focus; nil where the file's probe was taken.
    public var defocus: Length?
    /// The curvature of the defocus, pixels²; nil where the file's probe was taken.
    public var curvature: Double?

    /// Makes a start; without a defocus it is the file's.
    public init(probe: ComplexImage, defocus: Length? = nil, curvature: Double? = nil) {
      self.probe = probe
      self.defocus = defocus
      self.curvature = curvature
    }
  }

  /// The object, the probe and their errors.
  public var object: ReconstructedObject
  /// What the reconstruction started from.
  public var start: Start
  /// The errors on the way.
  public var convergence: ConvergenceRecord
  /// Frames that could not take part.
  public var rejectedFrames: Int
  /// The comparison of two halves of the frames; nil where none was made.
  public var halves: HalfScanComparison?
  /// Whether the run was asked to end before it was through.
  public var wasCutShort = false
  /// How long everything took, seconds.
  public var elapsed = 0.0
}

/// The errors of a reconstruction, iteration by iteration.
public struct ConvergenceRecord: Sendable, Hashable {
  /// The overlap error after each iteration, [iteration].
  public private(set) var overlapErrors: [Double] = []
  /// The iterations after which the data error was measured.
  public private(set) var measuredIterations: [Int] = []
  /// The data errors measured then.
  public private(set) var dataErrors: [Double] = []

  /// The latest data error; NaN where none was measured.
  public var lastDataError: Double { dataErrors.last ?? .nan }

  mutating func note(_ overlapError: Double) { overlapErrors.append(overlapError) }

  mutating func note(dataError: Double) {
    if measuredIterations.last == overlapErrors.count {
      dataErrors[dataErrors.count - 1] = dataError
    } else {
      measuredIterations.append(overlapErrors.count)
      dataErrors.append(dataError)
    }
  }

  /// Whether the overlap error changed by less than this part over 10 iterations; 0 for never.
  func isSettled(_ tolerance: Double) -> Bool {
    guard tolerance > 0, overlapErrors.count > 10, let last = overlapErrors.last else {
      return false
    }
    return abs(overlapErrors[overlapErrors.count - 11] - last) <= tolerance * last
  }
}
