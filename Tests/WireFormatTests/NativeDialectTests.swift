// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Testing
import WireFormat

@Suite struct NativeDialectTests {
  private let dialect = NativeDialect()

  @Test func aFullStartComesBackAsItWas() throws {
    let sent = fullDescription()
    let parts = dialect.encode(.start(sent, sequence: nil), sequence: 5)
    #expect(parts.count == 2)
    guard case .start(let received, let sequence) = try dialect.decode(parts) else {
      Issue.record("not a start")
      return
    }
    #expect(received == sent)
    #expect(sequence == 5)
  }

  @Test func theBareMinimumComesBackAsItWas() throws {
    let identity = ScanIdentity(scan: "a", energy: PhotonEnergy(electronVolts: 710.2))
    let sent = ScanDescription(identity: identity, positions: [])
    let parts = dialect.encode(.start(sent, sequence: nil), sequence: 0)
    guard case .start(let received, _) = try dialect.decode(parts) else {
      Issue.record("not a start")
      return
    }
    #expect(received == sent)
  }

  @Test func cosmicstreamsReadersFindTheEnergyInJoules() throws {
    let parts = dialect.encode(.start(fullDescription(), sequence: nil), sequence: 0)
    let text = String(decoding: parts[1].array(), as: UTF8.self)
    let joules = fullDescription().identity.energy.joules
    #expect(text.contains("\"energy\":\(joules)"))
    #expect(text.contains("\"energy_eV\":708.2"))
    #expect(text.contains("\"schema\":\"tiltfold/1\""))
  }

  @Test func aFrameComesBackAsItWasWithoutACopy() throws {
    let header = FrameHeader(
      scan: "s/1 µ \"x\"",
      index: 48,
      role: .dark,
      exposureTime: 0.2,
      position: ScanPosition(x: -1.23456789e-7, y: 4.2e-7),
      shape: Shape2D(rows: 3, columns: 2),
      sampleType: .uint16,
      timestamp: 1_751_000_000_123_456_789
    )
    let pixels = SharedBytes(copying: [1, 2, 3, 4, 5, 65535] as [UInt16])
    let frame = DetectorFrame(header: header, pixels: pixels)
    let parts = dialect.encode(.frame(frame), sequence: 99)
    #expect(parts.count == 3)
    guard case .frame(let received) = try dialect.decode(parts) else {
      Issue.record("not a frame")
      return
    }
    var expected = header
    expected.sequence = 99
    #expect(received.header == expected)
    #expect(received.pixels === pixels)
  }

  @Test func stopAndAbortKeepTheirScan() throws {
    for name in ["scan-1", nil] as [String?] {
      let stop = dialect.encode(.stop(scan: name, sequence: nil), sequence: 7)
      let abort = dialect.encode(.abort(scan: name, sequence: nil), sequence: 8)
      guard case .stop(name, 7) = try dialect.decode(stop) else {
        Issue.record("not the stop that was sent")
        return
      }
      guard case .abort(name, 8) = try dialect.decode(abort) else {
        Issue.record("not the abort that was sent")
        return
      }
    }
  }

  @Test func positionsTurnOntoOurAxesAndBack() throws {
    // x and y swapped, y reversed, and the shear of a real stage (COSMIC's calibration).
    let sheared = PositionAxes(xx: 0.02651655, xy: 0.99879594, yx: -0.99961877, yy: 0.06551266)
    let turned = NativeDialect(axes: sheared)
    let header =
      #"{"identifier":"a","index":0,"posx":2e-6,"posy":1e-6,"shape_y":1,"shape_x":1,"dtype":"float32"}"#
    let parts = [SharedBytes("frame"), SharedBytes(header), SharedBytes([0, 0, 0, 0])]
    guard case .frame(let frame) = try turned.decode(parts) else { return }
    let position = try #require(frame.header.position)
    #expect(abs(position.x - (0.02651655 * 2e-6 + 0.99879594 * 1e-6)) < 1e-18)
    #expect(abs(position.y - (-0.99961877 * 2e-6 + 0.06551266 * 1e-6)) < 1e-18)

    guard case .frame(let again) = try turned.decode(turned.encode(.frame(frame), sequence: 0))
    else { return }
    let back = try #require(again.header.position)
    #expect(abs(back.x - position.x) < 1e-18 && abs(back.y - position.y) < 1e-18)
  }

  @Test func equalRecordsGiveEqualBytes() {
    let event = AcquisitionEvent.start(fullDescription(), sequence: nil)
    let first = dialect.encode(event, sequence: 1)
    let second = dialect.encode(event, sequence: 1)
    #expect(first.map { $0.array() } == second.map { $0.array() })
  }

  private func fullDescription() -> ScanDescription {
    let identity = ScanIdentity(
      scan: "NS_180101001",
      tomogram: "plates",
      tilt: TiltAngle(degrees: -80),
      tiltIndex: 3,
      energy: PhotonEnergy(electronVolts: 708.2),
      energyIndex: 0
    )
    let positions = (0..<49).map { (point: Int) -> ScanPosition in
      let column = Double(point % 7 - 3)
      let row = Double(point / 7 - 3)
      return ScanPosition(x: column * 7e-8 + 1e-9 / 3, y: row * 7e-8)
    }
    var description = ScanDescription(identity: identity, positions: positions)
    description.expectedFrames = 49
    description.exposureTimes = [0.02, 0.2]
    description.tiltCount = 24
    description.energyCount = 2
    description.detectorDistance = Length(meters: 0.08)
    description.detectorPixelSize = Length(micrometers: 30)
    description.illumination = ComplexImage(
      shape: Shape2D(rows: 2, columns: 3),
      values: (0..<6).map { Complex64(Float($0) / 7, -Float($0) / 3) }
    )
    return description
  }
}
