// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Testing
import WireFormat

/// Messages whose bytes were made by Python: `json.dumps` of a start as the beamline's preprocessor
/// writes it (motor values may be NaN), and `json.dumps` with `ndarray.tobytes(order=...)` of
/// [[0.5, 1, 2], [3, 4, 1e6]] (uint16: [[0, 1, 2], [3, 513, 65535]]) in several layouts.
@Suite struct PythonBytesTests {
  private static let start = #"""
    {"header": "/data/NS_180101001.stxm", "step_size_x": 0.07, "dwell1": 200, "identifier": "NS_180101001_ccdframes_0_Region1", "energy": 1.1346614921988e-16, "translations": [[1e-06, 2e-06], [1.07e-06, 2.01e-06], [1e-06, 2.0699999999999997e-06]], "geometry": {"psize": 3e-05, "distance": 0.08, "basis_vectors": [[0, -3e-05, 0], [-3e-05, 0, 0]]}, "output_frame_width": 2, "detector_distance": 0.08, "x_pixel_size": 0.0001632, "y_pixel_size": 0.0001632, "illumination_real": [[0.0, 1.0], [2.0, 3.0]], "illumination_imag": [[-0.0, -0.125], [-0.25, -0.375]], "illumination_mask": [[true, false], [false, false]], "dp_fraction_for_illumination_init": 0.1, "motor": NaN, "sample": "\u00b5"}
    """#

  private static func frameHeader(_ type: String, _ byteOrder: String, _ order: String) -> String {
    """
    {"shape_y": 2, "shape_x": 3, "dtype": "\(type)", "byteorder": "\(byteOrder)", \
    "order": "\(order)", "identifier": "NS_180101001_ccdframes_0_Region1", "index": 12, \
    "posy": 2.01e-06, "posx": -1.07e-06}
    """
  }

  @Test func aStartOfTheBeamlineIsUnderstood() throws {
    let event = try NativeDialect().decode([SharedBytes("start"), SharedBytes(Self.start)])
    guard case .start(let scan, let sequence) = event else {
      Issue.record("not a start")
      return
    }
    #expect(sequence == nil)
    #expect(scan.identity.scan == "NS_180101001_ccdframes_0_Region1")
    #expect(abs(scan.identity.energy.electronVolts - 708.2) < 1e-9)
    #expect(scan.identity.tilt == nil && scan.identity.tomogram == nil)
    #expect(scan.positions.count == 3)
    #expect(scan.positions[1] == ScanPosition(x: 1.07e-6, y: 2.01e-6))
    #expect(!scan.positionsAreCentered)
    #expect(scan.detectorDistance == Length(meters: 0.08))
    #expect(scan.detectorPixelSize == Length(meters: 0.0001632))
    #expect(
      scan.illumination?.values
        == [
          Complex64(0, 0), Complex64(1, -0.125), Complex64(2, -0.25), Complex64(3, -0.375),
        ]
    )
    #expect(scan.expectedFrames == nil && scan.exposureTimes.isEmpty)
  }

  @Test(arguments: [
    ("float32", "<", "C", "0000003f0000803f00000040000040400000804000247449"),
    ("float32", ">", "C", "3f0000003f80000040000000404000004080000049742400"),
    (
      "float64", "<", "F",
      "000000000000e03f0000000000000840000000000000f03f0000000000001040"
        + "00000000000000400000000080842e41"
    ),
  ])
  func countsOfAnyLayoutBecomeLittleEndianRows(
    type: String,
    byteOrder: String,
    order: String,
    hex: String
  ) throws {
    let frame = try decodeFrame(Self.frameHeader(type, byteOrder, order), bytes(hex))
    #expect(frame.header.sampleType == .float32)
    #expect(frame.header.shape == Shape2D(rows: 2, columns: 3))
    #expect(frame.header.index == 12)
    #expect(frame.header.position == ScanPosition(x: -1.07e-6, y: 2.01e-6))
    #expect(frame.header.role == .exposure)
    #expect(frame.pixels.elements(as: Float.self) == [0.5, 1, 2, 3, 4, 1e6])
  }

  @Test func wholeNumbersBecomeCounts() throws {
    let hex = "0000000000000001000000020000000300000004000f4240"
    let frame = try decodeFrame(Self.frameHeader("int32", ">", "C"), bytes(hex))
    #expect(frame.header.sampleType == .float32)
    #expect(frame.pixels.elements(as: Float.self) == [0, 1, 2, 3, 4, 1e6])
  }

  @Test func bigEndianColumnsOfWordsAreTurned() throws {
    let hex = "00000003000102010002ffff"
    let frame = try decodeFrame(Self.frameHeader("uint16", ">", "F"), bytes(hex))
    #expect(frame.header.sampleType == .uint16)
    #expect(frame.pixels.elements(as: UInt16.self) == [0, 1, 2, 3, 513, 65535])
  }

  private func decodeFrame(_ header: String, _ pixels: [UInt8]) throws -> DetectorFrame {
    let parts = [SharedBytes("frame"), SharedBytes(header), SharedBytes(pixels)]
    guard case .frame(let frame) = try NativeDialect().decode(parts) else {
      throw WireError("not a frame")
    }
    return frame
  }

  private func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
  }
}
