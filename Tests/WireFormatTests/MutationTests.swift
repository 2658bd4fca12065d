// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Testing
import WireFormat

/// Thousands of damaged messages: each is read or refused, none ends the process.
@Suite struct MutationTests {
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func damagedMessagesAreReadOrRefused(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let dialect = NativeDialect()
    let originals = messages(of: dialect)
    var refused = 0
    for round in 0..<4000 {
      let original = originals[round % originals.count]
      let damaged = mutate(original, with: &generator)
      do {
        let event = try dialect.decode(damaged.map { SharedBytes($0) })
        expectSane(event)
      } catch {
        refused += 1
        #expect(!error.description.isEmpty && error.description.utf8.count < 2000)
      }
    }
    // Most damage is found; some is harmless (in a key that nobody reads, in a pixel).
    #expect(refused > 1000 && refused < 4000)
  }

  /// What a reader may rely on, whatever was sent.
  private func expectSane(_ event: AcquisitionEvent) {
    switch event {
    case .start(let scan, let sequence):
      #expect(!scan.identity.scan.isEmpty)
      #expect((1...1.1e6).contains(scan.identity.energy.electronVolts))
      #expect(scan.positions.allSatisfy { abs($0.x) <= 1 && abs($0.y) <= 1 })
      #expect((sequence ?? 0) >= 0)
    case .frame(let frame):
      let header = frame.header
      #expect(header.index >= 0 && header.shape.rows > 0 && header.shape.columns > 0)
      #expect(frame.pixels.count == header.shape.count * header.sampleType.byteCount)
      if let position = header.position {
        #expect(abs(position.x) <= 1 && abs(position.y) <= 1)
      }
    case .stop(let scan, let sequence), .abort(let scan, let sequence):
      #expect(scan?.isEmpty != true)
      #expect((sequence ?? 0) >= 0)
    }
  }

  private func messages(of dialect: NativeDialect) -> [[[UInt8]]] {
    let identity = ScanIdentity(
      scan: "scan",
      tomogram: "t",
      tilt: TiltAngle(degrees: 12.5),
      tiltIndex: 1,
      energy: PhotonEnergy(electronVolts: 710.2),
      energyIndex: 1
    )
    var start = ScanDescription(
      identity: identity,
      positions: (0..<4).map { ScanPosition(x: Double($0) * 7e-8, y: -1e-8) }
    )
    start.exposureTimes = [0.2]
    start.illumination = ComplexImage(shape: Shape2D(square: 2), filledWith: .one)
    let header = FrameHeader(
      scan: "scan",
      index: 2,
      role: .exposure,
      exposureTime: 0.2,
      position: ScanPosition(x: 1e-8, y: 2e-8),
      shape: Shape2D(square: 4),
      sampleType: .float32,
      timestamp: 17
    )
    let frame = DetectorFrame(
      header: header,
      pixels: SharedBytes(copying: [Float](repeating: 1, count: 16))
    )
    let events: [AcquisitionEvent] = [
      .start(start, sequence: nil), .frame(frame), .stop(scan: "scan", sequence: nil),
      .abort(scan: "scan", sequence: nil),
    ]
    return events.map { dialect.encode($0, sequence: 3).map { $0.array() } }
  }

  private func mutate(
    _ parts: [[UInt8]],
    with generator: inout SeededGenerator
  ) -> [[UInt8]] {
    var parts = parts
    // Mostly the JSON, where the meaning is.
    let part =
      Int.random(in: 0..<6, using: &generator) > 0
      ? 1 : Int.random(in: 0..<parts.count, using: &generator)
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let count = parts[part].count
      let place = Int.random(in: 0...count, using: &generator)
      switch Int.random(in: 0..<7, using: &generator) {
      case 0: parts[part].removeSubrange(place...)
      case 1 where place < count: parts[part][place] = .random(in: 0...255, using: &generator)
      case 2 where place < count:
        parts[part][place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 3:
        let tokens = [
          "-", "9", "e99", "NaN", "null", "[", "]", "{", "}", "\"", "\\u", ",", ":", "1e308", "-1",
          "18446744073709551616", "\\ud800", "true", "/*", "//", "0x", "\u{0}",
        ]
        let token = tokens.randomElement(using: &generator) ?? ""
        parts[part].insert(contentsOf: token.utf8, at: place)
      case 4:
        let end = min(count, place + Int.random(in: 0...40, using: &generator))
        parts[part].removeSubrange(place..<end)
      case 5:
        let end = min(count, place + Int.random(in: 0...40, using: &generator))
        parts[part].insert(contentsOf: parts[part][place..<end], at: place)
      default:
        if Bool.random(using: &generator) {
          parts.append(parts[part])
        } else {
          parts.swapAt(0, part)
        }
      }
    }
    return parts
  }
}
