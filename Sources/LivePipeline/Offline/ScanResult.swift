// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// What the reconstruction of one scan came to.
public struct ScanResult: Sendable {
  /// What the reconstruction started from.
  public struct Start: Sendable {
    /// Where the probe is from.
    public enum Source: Sendable, Hashable {
      /// The scan's own file.
      case file
      /// A search: how far the sample lies downstream of the focus, and the curvature, pixels².
      case search(defocus: Length, curvature: Double)
      /// Another result, in this file.
      case result(String)
      /// An earlier result of the scan, in this file, after so many iterations.
      case resumed(String, iterations: Int)
    }

    /// The probe's modes, each [row, column], centre at [N/2, N/2], the strongest first.
    public var modes: [ComplexImage]
    /// Where they are from.
    public var source: Source

    /// Makes a start.
    public init(modes: [ComplexImage], source: Source) {
      self.modes = modes
      self.source = source
    }

    /// The curvature that a search has found, pixels²; nil where none was made.
    public var curvature: Double? {
      if case .search(_, let curvature) = source { curvature } else { nil }
    }
  }

  /// The object, the probe and their errors.
  public var object: ReconstructedObject
  /// What the reconstruction started from.
  public var start: Start
  /// The errors on the way.
  public var convergence: ConvergenceRecord
  /// The scan points that took part.
  public var frames: [Int]
  /// Where the probe sat in each of these frames, as told or as refined.
  public var positions: [ScanPosition]
  /// Where it was told to sit.
  public var toldPositions: [ScanPosition]
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
  /// Iterations of the earlier run that this one goes on from.
  public let iterationsBefore: Int
  /// The overlap error after each iteration, [iteration].
  public private(set) var overlapErrors: [Double] = []
  /// The iterations after which the data error was measured.
  public private(set) var measuredIterations: [Int] = []
  /// The data errors measured then.
  public private(set) var dataErrors: [Double] = []

  /// Makes a record of a run that goes on after so many iterations.
  init(after iterations: Int = 0) { iterationsBefore = iterations }

  /// The latest data error; NaN where none was measured.
  public var lastDataError: Double { dataErrors.last ?? .nan }

  mutating func note(_ overlapError: Double) { overlapErrors.append(overlapError) }

  mutating func note(dataError: Double) {
    let iteration = iterationsBefore + overlapErrors.count
    if measuredIterations.last == iteration {
      dataErrors[dataErrors.count - 1] = dataError
    } else {
      measuredIterations.append(iteration)
      dataErrors.append(dataError)
    }
  }
}
