// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import TestSupport
import Testing

/// CXI files of other programs as h5py writes them, and ours as their readers address them.
@Suite(.enabled(if: PythonInterpreter.hasH5py, "python3 with h5py is not installed"))
struct CXIVariantTests {
  let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  private func file(_ layout: String) throws -> String {
    let path = scratch.file("\(layout).cxi")
    try PythonInterpreter.make(layout, at: path)
    return path
  }

  @Test(arguments: ["cosmicp", "acme", "als-5321", "ptypy"])
  func everyLayoutGivesTheSameScan(layout: String) throws {
    let scan = try readCXI(try file(layout))
    #expect(scan.frames.count == 12)
    #expect(scan.frames.shape == Shape2D(square: 8))
    #expect(scan.frames[3][4, 4] == 103)
    #expect(abs(scan.energy.electronVolts - 708.2) < 1e-9)
    #expect(abs(scan.detectorDistance.meters - 0.121) < 1e-12)
    // From corner_position where the file has no pixel size.
    #expect(abs(scan.detectorPixelWidth.micrometers - 100) < 1e-9)
    #expect(abs(scan.detectorPixelHeight.micrometers - 100) < 1e-9)
    // x with the columns, y with the rows, about the middle.
    #expect(abs(scan.positions[0].x + 7.5e-8) < 1e-15)
    #expect(abs(scan.positions[0].y + 7e-8) < 1e-15)
    #expect(abs(scan.positions[11].x - 7.5e-8) < 1e-15)
    #expect(scan.mask?.values.count { $0 != 0 } == 1)
    #expect(scan.mask?[0, 1] == 1)
    // The probe is the transform of the root of the mean: its light is the frame's.
    let probe = try #require(scan.probe)
    #expect(abs(squaredNorm(probe.values.span) * 64 - 1300) < 1)
    #expect(probe[4, 4].modulus == probe.values.map(\.modulus).max())
  }

  @Test(arguments: ["cosmicp", "acme"])
  func theApertureIsFoundWithDCInTheCornerAndInTheMiddle(layout: String) throws {
    let lit = try #require(try readCXI(try file(layout)).illuminationMask)
    for row in 0..<8 {
      for column in 0..<8 {
        let k2 = (row - 4) * (row - 4) + (column - 4) * (column - 4)
        let expected: Float = k2 <= 4 ? 1 : 0
        #expect(lit[row, column] == expected)
      }
    }
  }

  @Test func theLatestOfSeveralResultsIsRead() throws {
    let path = try file("sharp")
    #expect(try cxiResultNumbers(path) == [1, 2, 10])
    let latest = try readCXIResult(path)
    // By name, image_2 would come last.
    #expect(latest.transmission[0, 0] == Complex64(10, 1))
    #expect(latest.transmission.shape == Shape2D(rows: 14, columns: 15))
    #expect(latest.probe[0, 0] == Complex64(10, 0))
    #expect(latest.background?[0, 0] == 5)
    #expect(latest.frameCount == 12)
    #expect(latest.dataError.isNaN)
    // λz / (N p), and the first position half a probe inside the edge.
    #expect(abs(latest.pixelSize.nanometers - 264.793) < 0.01)
    let pixel = latest.pixelSize.meters
    #expect(abs(latest.origin.x - (-7.5e-8 - 4 * pixel)) < 1e-12)
    #expect(abs(latest.origin.y - (-7e-8 - 4 * pixel)) < 1e-12)
    #expect(latest.coverage.values.max() == 1200)
    #expect(try readCXIResult(path, number: 2).transmission[0, 0] == Complex64(2, 1))
    #expect(try readCXIResult(try file("sharp-latest")).transmission[0, 0] == Complex64(2, 1))
  }

  @Test func resultsAreAddedAndEverythingElseStays() throws {
    let path = try file("sharp")
    let digest = """
      import h5py, hashlib, sys
      f = h5py.File(sys.argv[1]); h = hashlib.md5()
      def add(n, o):
        if isinstance(o, h5py.Dataset) and not n.startswith('entry_1/image_11'):
          h.update(n.encode()); h.update(o[()].tobytes())
      f.visititems(add); print(h.hexdigest())
      """
    let before = try PythonInterpreter.run(digest, path)
    let source = CXISource(
      detectorDistance: Length(meters: 0.121),
      positions: CXIWriterTests.patterns.map(\.position)
    )
    #expect(try appendCXI(result: CXIWriterTests.result, source: source, to: path) == 11)
    #expect(try PythonInterpreter.run(digest, path) == before)
    #expect(try cxiResultNumbers(path) == [1, 2, 10, 11])
    let back = try readCXIResult(path)
    #expect(back.transmission == CXIWriterTests.object)
    #expect(back.dataError == 0.11)
    #expect(scratch.names == ["sharp.cxi"])
    // What is no CXI file stays as it is.
    let other = scratch.file("other.h5")
    let storage = try StorageFile(creating: other)
    try storage.write([1.0], shape: [1], at: "/x")
    try storage.close()
    #expect(throws: StorageError.self) {
      try appendCXI(result: CXIWriterTests.result, source: source, to: other)
    }
    #expect(scratch.names == ["other.h5", "sharp.cxi"])
  }

  @Test func otherReadersFindOursWhereTheyLook() throws {
    let path = scratch.file("ours.cxi")
    var scan = CXIWriterTests.scan
    scan.illuminationMask = Image(shape: scan.frames.shape, filledWith: 1)
    scan.illuminationMask?[0, 0] = 0
    try writeCXI(scan: scan, to: path)
    let source = CXISource(scan: scan)
    try appendCXI(result: CXIWriterTests.result, source: source, to: path)
    try appendCXI(result: CXIWriterTests.result, source: source, to: path)
    let printed = try PythonInterpreter.run(
      """
      import h5py, math, sys
      f = h5py.File(sys.argv[1], 'r')
      # xanespy
      print(f['entry_1/image_1/data'].dtype, f['entry_1/image_1/data'].shape)
      print(round(f['entry_1/instrument_1/source_1/energy'][()] / 1.602176634e-19, 6))
      # ptypy's ALS_5321: frames, positions flipped to (y, x), geometry
      d = f['entry_1/data_1/data']; t = f['entry_1/data_1/translation'][:, :2][:, ::-1]
      print(d.shape, d.chunks, t[1].tolist())
      i = f['entry_1/instrument_1/detector_1']
      print(i['distance'][()], round(i['x_pixel_size'][()] * 1e6, 6), i['mask'].dtype)
      # SHARP: pixel from the corner, positions on the detector, double entries are links
      c = i['corner_position'][:]
      na = math.hypot(c[0], c[1]) / math.sqrt(2) / c[2]
      wavelength = 1.239841984e-6 / 710.2
      pixel = wavelength / 2 / na
      print(abs(pixel - wavelength * c[2] / (4 * i['x_pixel_size'][()])) < 1e-15)
      print(i['basis_vectors'].shape, i['translation'].shape, i['Fillumination_mask'][0, 0])
      for n in ('data_1/data', 'data_1/translation', 'instrument_1/detector_1/translation'):
        print(f['entry_1'].get(n, getlink=True).path)
      print(i['data'].attrs['axes'], f['entry_1'].get('image_latest', getlink=True).path)
      p = f['entry_1/image_2/process_1']
      print(p['final_illumination'].shape, p['final_background'][0, 0])
      print(f['entry_1'].attrs['default'])
      """,
      path
    )
    #expect(
      printed == """
        complex64 (5, 7)
        710.2
        (2, 4, 4) (1, 4, 4) [5e-07, 3e-07]
        0.08 163.0 uint32
        True
        (2, 3) (2, 3) 0
        /entry_1/instrument_1/detector_1/data
        /entry_1/sample_1/geometry_1/translation
        /entry_1/sample_1/geometry_1/translation
        translation:y:x /entry_1/image_2
        (4, 4) 0.25
        image_2

        """
    )
  }
}
