// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// A frame that preprocessing cannot use.
public struct PreprocessingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with it.
  public enum Problem: String, Sendable, Hashable {
    /// Its rows and columns.
    case shape
    /// Its number of bytes.
    case byteCount = "number of bytes"
    /// A dark where an exposure was due, or the other way round.
    case role
    /// Raw words where photons were due, or the other way round.
    case sampleType = "sample type"
    /// No darks were taken at its exposure time.
    case darks
    /// The frame looks as if the shutter had failed.
    case badFrame = "light at its far side"
    /// The exposures of a point cannot be put together.
    case exposures = "set of exposures"
  }

  /// What is wrong.
  public var problem: Problem
  /// The scan that the frame belongs to.
  public var scan: String
  /// The frame's scan point.
  public var index: Int
  /// The frame's exposure time in seconds, where said.
  public var exposureTime: Double?
  /// What it has.
  public var actual: String
  /// What would have been right.
  public var expected: String

  /// Makes an error for one frame.
  public init(problem: Problem, frame: FrameHeader, actual: String, expected: String) {
    self.problem = problem
    self.scan = frame.scan
    self.index = frame.index
    self.exposureTime = frame.exposureTime
    self.actual = actual
    self.expected = expected
  }

  /// "frame 12 of scan s: shape is 1000x1152; expected …".
  public var description: String {
    "frame \(index) of scan \(scan): \(problem.rawValue) is \(actual); expected \(expected)"
  }

  /// Throws unless a raw frame has the shape and bytes that a geometry says.
  static func requireRaw(_ frame: DetectorFrame, _ geometry: FastCCDGeometry) throws(Self) {
    let header = frame.header
    guard header.sampleType == .uint16 else {
      throw Self(
        problem: .sampleType,
        frame: header,
        actual: header.sampleType.rawValue,
        expected: "uint16 raw words"
      )
    }
    guard header.shape == geometry.rawShape else {
      throw Self(
        problem: .shape,
        frame: header,
        actual: "\(header.shape)",
        expected: "\(geometry.rawShape) raw words"
      )
    }
    try requireBytes(frame)
  }

  /// Throws unless a frame has the bytes that its own header says.
  static func requireBytes(_ frame: DetectorFrame) throws(Self) {
    let header = frame.header
    let (count, overflow) = header.shape.rows.multipliedReportingOverflow(by: header.shape.columns)
    let (bytes, tooMany) = count.multipliedReportingOverflow(by: header.sampleType.byteCount)
    guard !overflow, !tooMany, frame.pixels.count == bytes else {
      throw Self(
        problem: .byteCount,
        frame: header,
        actual: "\(frame.pixels.count)",
        expected: "\(bytes) for \(header.shape) of \(header.sampleType.rawValue)"
      )
    }
  }
}
