// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import Imaging
import TestSupport
import Testing

/// Pickles, against Python's own.
@Suite struct PickleTests {
  private static func pickle(
    _ value: PickledValue,
    _ names: EventSettings.NumPyNames = .numpy2
  ) -> [UInt8] {
    var writer = PickleWriter(numpyNames: names)
    return writer.pickle(value).array()
  }

  /// Python 3.11: pickle.dumps({'event': 'stop', 'data': None, 'n': [300, -1, True, 1.5, (1, 2)],
  /// 'm': 'stop'}, 4), the second 'stop' being the same object.
  @Test func smallValuesAreWrittenAsPythonWritesThem() {
    let value = PickledValue.dictionary([
      ("event", .text("stop")), ("data", .none),
      (
        "n",
        .list([
          .integer(300), .integer(-1), .truth(true), .number(1.5),
          .tuple([.integer(1), .integer(2)]),
        ])
      ), ("m", .text("stop")),
    ])
    let expected = """
      80 04 95 42 00 00 00 00 00 00 00 7d 94 28 8c 05 65 76 65 6e 74 94 8c 04 73 74 6f 70 94 8c 04 \
      64 61 74 61 94 4e 8c 01 6e 94 5d 94 28 4d 2c 01 4a ff ff ff ff 88 47 3f f8 00 00 00 00 00 00 \
      4b 01 4b 02 86 94 65 8c 01 6d 94 68 02 75 2e
      """
    let bytes = expected.split(separator: " ").compactMap { UInt8($0, radix: 16) }
    #expect(Self.pickle(value) == bytes)
  }

  @Test(.enabled(if: PythonInterpreter.has("numpy")), arguments: EventSettings.NumPyNames.allCases)
  func pythonReadsEveryKindOfValue(names: EventSettings.NumPyNames) throws {
    let folder = try TemporaryFolder()
    let words = SharedBytes((0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    let value = PickledValue.dictionary([
      ("none", .none), ("flags", .list([.truth(true), .truth(false)])),
      (
        "numbers",
        .tuple([
          .integer(0), .integer(255), .integer(256), .integer(65_536), .integer(-5),
          .integer(1 << 40), .number(-0.1),
        ])
      ),
      ("texts", .list([.text("käfer"), .text(""), .text("none"), .text("none")])),
      ("long", .text(String(repeating: "x", count: 300))),
      ("many", .list((0..<2345).map { .tuple([.number(Double($0)), .integer($0)]) })),
      ("empty", .list([.list([]), .tuple([]), .dictionary([])])),
      ("one", .list([.integer(9)])),
      ("words", .array(NumPyArray(type: .uint16, shape: [100, 1000], bytes: words))),
      (
        "again",
        .array(NumPyArray(type: .uint16, shape: [3], bytes: SharedBytes([1, 0, 2, 0, 3, 1])))
      ),
      ("scalar", .scalar(-12.25)), ("scalars", .list([.scalar(0.5), .scalar(1e300)])),
      (
        "floats",
        .array(
          NumPyArray(
            type: .float64,
            shape: [1],
            bytes: SharedBytes([0, 0, 0, 0, 0, 0, 0xF8, 0x3F])
          )
        )
      ),
    ])
    try Data(Self.pickle(value, names)).write(to: URL(fileURLWithPath: folder.file("v.pickle")))
    let script = """
      import pickle, pickletools, sys, numpy as np
      raw = open(sys.argv[1], 'rb').read()
      pickletools.dis(raw, out=open('/dev/null', 'w'))
      names = {a for o, a, p in pickletools.genops(raw) if o.name == 'SHORT_BINUNICODE'}
      assert ('numpy._core.multiarray' in names) == (sys.argv[2] == 'numpy2'), names
      assert ('numpy.core.multiarray' in names) == (sys.argv[2] == 'numpy1'), names
      v = pickle.loads(raw)
      assert v['none'] is None and v['flags'] == [True, False]
      assert v['numbers'] == (0, 255, 256, 65536, -5, 2**40, -0.1), v['numbers']
      assert v['texts'] == ['käfer', '', 'none', 'none'] and v['long'] == 'x' * 300
      assert v['many'] == [(float(i), i) for i in range(2345)]
      assert v['empty'] == [[], (), {}] and v['one'] == [9]
      w = v['words']
      want = (np.arange(200000) * 7 % 256).astype('u1').view('<u2').reshape(100, 1000)
      assert w.dtype == np.dtype('<u2') and w.flags['C_CONTIGUOUS'] and (w == want).all()
      assert v['again'].tolist() == [1, 2, 259] and v['again'].dtype == w.dtype
      assert type(v['scalar']) is np.float64 and v['scalar'] == -12.25
      assert v['scalars'] == [0.5, 1e300]
      assert v['floats'].dtype == np.float64 and v['floats'].tolist() == [1.5]
      assert list(v)[:3] == ['none', 'flags', 'numbers']
      print('read')
      """
    let said = try PythonInterpreter.run(script, folder.file("v.pickle"), names.rawValue)
    #expect(said == "read\n")
  }

  @Test(
    .enabled(if: PythonInterpreter.has("numpy")),
    arguments: EventSettings.PixelPlace.allCases
  )
  func pythonReadsTheControlSystemsStream(place: EventSettings.PixelPlace) throws {
    let folder = try TemporaryFolder()
    var parameters = SimulationParameters(.cosmic)
    parameters.tiltCount = 1
    parameters.energies.removeLast()
    parameters.firstAngle = TiltAngle(degrees: -37.5)
    parameters.scanColumns = 2
    parameters.scanRows = 2
    parameters.plateCount = 3
    parameters.volumeSide = 32
    parameters.darkCount = 1
    var settings = StreamSettings()
    settings.dialect = .pystxmcontrol
    settings.events.pixelPlace = place
    settings.events.numpyNames = place == .frame ? .numpy1 : .numpy2
    settings.events.endsWithText = true
    var detector = try SimulatedDetector(parameters)
    var stream = try DetectorStream(detector, settings)
    var count = 0
    let summary = try stream.send { parts in
      #expect(parts.count == 1)
      let file = URL(fileURLWithPath: folder.file("\(count).message"))
      try Data(parts[0].array()).write(to: file)
      count += 1
      return true
    }
    #expect(count == 1 + 2 + 8 + 1 + 1)
    #expect(summary.exposures == 8 && summary.darks == 2)
    let scan = detector.plan.scans[0]
    let words = detector.exposure(scan, point: 3, exposure: 1)
    try Data(words.pixels.array()).write(to: URL(fileURLWithPath: folder.file("words")))
    let positions = scan.positions.map { "\($0.x),\($0.y)" }.joined(separator: ";")
    let script = """
      import json, pickle, sys, numpy as np
      folder, place, positions = sys.argv[1:4]
      raw = [open('%s/%d.message' % (folder, i), 'rb').read() for i in range(13)]
      assert json.loads(raw[12]) == {'event': 'ccd_data', 'data': {'identifier': 'NS_180101001.stxm'}}
      ev = [pickle.loads(r) for r in raw[:12]]
      assert [e['event'] for e in ev] == ['start'] + ['frame'] * 10 + ['stop']
      assert ev[11]['data'] is None
      m = ev[0]['metadata']
      assert m['energy'] == 708.2 and m['dwell1'] == 200 and m['dwell2'] == 20
      assert m['isDoubleExp'] == 1 and m['double_exposure'] is True and m['exp_num_total'] == 8
      assert abs(m['geometry']['distance'] - 121) < 1e-9 and abs(m['geometry']['psize'] - 30) < 1e-9
      assert abs(m['zonePlate']['diameter'] - 360) < 1e-9
      assert abs(m['zonePlate']['outerZone'] - 0.045) < 1e-9
      assert ev[0]['data']['type'] and m['scan'] == ev[0]['data']
      xy = [tuple(float(v) for v in p.split(',')) for p in positions.split(';')]
      for (y, x), (px, py) in zip(m['translations'], xy):
          assert abs(x - 12.5 - px * 1e6) < 1e-9 and abs(y + 7.25 - py * 1e6) < 1e-9
      f = [e['data'] for e in ev[1:11]]
      assert [d['ccd_mode'] for d in f] == ['dark'] * 2 + ['exp'] * 8
      assert [d['dwell'] for d in f] == [20, 200] * 5, [d['dwell'] for d in f]
      assert [d['index'] for d in f] == [0, 0, 0, 0, 1, 1, 2, 2, 3, 3]
      assert [d['ccd_frame_num'] for d in f] == list(range(10))
      for d in f:
          a = d['ccd_frame'] if place == 'ccd_frame' else d['rawData']['CCD']['data']
          assert ('ccd_frame' in d) == (place == 'ccd_frame')
          assert a.shape == (1040, 1152) and a.dtype == np.uint16 and (a >> 13 == 6).all()
          assert d['motorPositions']['SampleTheta'] == -37.5 and d['energy'] == 708.2
          assert d['scanRegion'] == 'Region1' and d['energyIndex'] == 0
      for d in f[2:]:
          px, py = xy[d['index']]
          assert abs(d['xPos'] - 12.5 - px * 1e6) < 1e-9 and abs(d['yPos'] + 7.25 - py * 1e6) < 1e-9
          assert (d['lineIndex'], d['columnIndex']) == divmod(d['index'], 2)
      want = np.fromfile(folder + '/words', '<u2').reshape(1040, 1152)
      assert (a == want).all()
      print('read')
      """
    let said = try PythonInterpreter.run(script, folder.file(""), place.rawValue, positions)
    #expect(said == "read\n")
  }
}
