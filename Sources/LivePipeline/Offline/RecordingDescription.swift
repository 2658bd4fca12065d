// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging

/// What a recording holds, read without its frames.
enum RecordingDescription {
  static func lines(_ path: String) throws(StorageError) -> [String] {
    let reader = try RecordingReader(path: path)
    var lines = [
      "recording, made by tiltfold \(reader.version)"
        + (reader.isGrowing ? ", still growing" : ", no longer written")
    ]
    lines.append(Words.line("messages", "\(reader.messageCount)"))
    lines.append(Words.line("time", time(reader)))
    let scans = try scans(in: reader)
    lines.append(Words.line("frames", frames(reader, scans)))
    for gap in reader.gaps {
      lines.append(
        Words.line(
          "missing",
          "\(gap.messages) messages (\(gap.bytes) bytes) before message \(gap.place), within "
            + "\(Words.number(Double(gap.end - gap.start) * 1e-9)) s: they could not be recorded"
        )
      )
    }
    lines += scans.lines
    lines.append(Words.line("schedule", schedule(try reader.schedule())))
    return lines
  }

  /// The names of the scans whose starts were recorded, in their order.
  static func scanNames(_ path: String) throws(StorageError) -> [String] {
    try scans(in: try RecordingReader(path: path)).scans.map(\.name)
  }

  /// What the starts, frames and ends of a recording tell of its scans.
  static func scans(
    in reader: borrowing RecordingReader
  ) throws(StorageError) -> RecordedScanList {
    var scans = RecordedScanList()
    if reader.source.dialect == .tiltfold {
      // Its marks and headers stand apart from the pixels, which need not be read.
      for message in 0..<reader.messageCount { scans.take(try reader.text(of: message)) }
    } else {
      try reader.forEachEvent { _, event in scans.take(event) }
    }
    return scans
  }

  private static func time(_ reader: borrowing RecordingReader) -> String {
    guard reader.messageCount > 0 else { return "no message yet" }
    let first = reader.arrival(of: 0)
    let last = reader.arrival(of: reader.messageCount - 1)
    let began = Date(timeIntervalSince1970: Double(first) * 1e-9).formatted(.iso8601)
    return "from \(began) for \(Words.number(Double(last) * 1e-9 - Double(first) * 1e-9)) s"
  }

  private static func frames(
    _ reader: borrowing RecordingReader,
    _ scans: RecordedScanList
  ) -> String {
    func words(_ count: Int, _ shape: Shape2D, _ type: String) -> String {
      "\(count) of \(shape.rows) x \(shape.columns) \(type)"
    }
    let kinds = zip(reader.frameLayouts, reader.frameCounts).map {
      words($1, $0.shape, $0.type.rawValue)
    }
    guard kinds.isEmpty else { return Words.list(kinds) }
    // The control system's frames stand within its messages.
    let within = scans.frameKinds.map { words($0.count, $0.shape, $0.type.rawValue) }
    return within.isEmpty ? "none" : Words.list(within) + ", within the messages"
  }

  private static func schedule(_ lines: [String]) -> String {
    let steps = lines.compactMap(ScheduleStep.init(line:))
    guard !steps.isEmpty else { return "none, nothing was reconstructed while it was recorded" }
    let kinds: [ScheduleStep.Kind] = [.begin, .add, .iterate, .finish, .fold, .complete]
    let counts = kinds.compactMap { kind -> String? in
      let count = steps.count { $0.step == kind }
      return count > 0 ? "\(count) \(kind.rawValue)" : nil
    }
    return "\(Words.count(steps.count, "step")): \(counts.joined(separator: ", "))"
  }
}

/// The scans that a recording's messages tell of.
struct RecordedScanList {
  /// What is known of one scan.
  struct Scan {
    var name: String
    var tilt: Double?
    var energy: Double?
    var expected: Int?
    var frames = 0
    var darks = 0
    var ending = "not ended"
  }

  /// What is looked at in a message's JSON, whatever its topic.
  private struct Fields: Decodable {
    var identifier: String?
    var role: String?
    var energy: Double?
    var energy_eV: Double?
    var rotation_angle_deg: Double?
    var expected_frames: Int?
  }

  private(set) var scans: [Scan] = []
  /// The kinds of the frames that were taken whole, and how many there are of each.
  private(set) var frameKinds: [(shape: Shape2D, type: SampleType, count: Int)] = []
  private var others = 0

  mutating func take(_ parts: [SharedBytes]) {
    guard parts.count >= 2, parts[0].count <= 16,
      let fields = try? JSONDecoder().decode(Fields.self, from: Data(parts[1].array()))
    else {
      others += 1
      return
    }
    let place = scans.lastIndex { $0.name == fields.identifier } ?? scans.indices.last
    switch String(decoding: parts[0].array(), as: UTF8.self) {
    case "start":
      let joules = fields.energy.map { $0 / 1.602_176_634e-19 }
      scans.append(
        Scan(
          name: fields.identifier ?? "without a name",
          tilt: fields.rotation_angle_deg,
          energy: fields.energy_eV ?? joules,
          expected: fields.expected_frames
        )
      )
    case "frame":
      guard let place else { return others += 1 }
      if fields.role == "dark" { scans[place].darks += 1 } else { scans[place].frames += 1 }
    case "stop":
      if let place { scans[place].ending = "stopped" }
    case "abort":
      if let place { scans[place].ending = "aborted" }
    default:
      others += 1
    }
  }

  mutating func take(_ event: AcquisitionEvent) {
    switch event {
    case .start(let description, _):
      let identity = description.identity
      let expected = description.expectedExposures
      scans.append(
        Scan(
          name: identity.scan,
          tilt: identity.tilt?.degrees,
          energy: identity.energy.electronVolts,
          expected: expected > 0 ? expected : nil
        )
      )
    case .frame(let frame):
      count(frame.header)
      guard let place = scans.lastIndex(where: { $0.name == frame.header.scan }) else {
        return others += 1
      }
      if frame.header.role == .dark { scans[place].darks += 1 } else { scans[place].frames += 1 }
    case .stop(let name, _), .abort(let name, _):
      let place = scans.lastIndex { $0.name == name } ?? scans.indices.last
      guard let place else { return others += 1 }
      if case .stop = event {
        scans[place].ending = "stopped"
      } else {
        scans[place].ending = "aborted"
      }
    }
  }

  private mutating func count(_ header: FrameHeader) {
    let place = frameKinds.firstIndex {
      $0.shape == header.shape && $0.type == header.sampleType
    }
    if let place {
      frameKinds[place].count += 1
    } else {
      frameKinds.append((header.shape, header.sampleType, 1))
    }
  }

  var lines: [String] {
    var lines = [Words.line("scans", "\(scans.count)")]
    let limit = 20
    for scan in scans.prefix(limit) {
      var parts = ["\"\(scan.name)\""]
      if let tilt = scan.tilt { parts.append("\(Words.number(tilt)) degrees") }
      if let energy = scan.energy { parts.append("\(Words.number(energy, 2)) eV") }
      let expected = scan.expected.map { " of \($0)" } ?? ""
      parts.append("\(scan.frames)\(expected) frames")
      if scan.darks > 0 { parts.append(Words.count(scan.darks, "dark")) }
      parts.append(scan.ending)
      lines.append("    \(parts.joined(separator: ", "))")
    }
    if scans.count > limit { lines.append("    and \(scans.count - limit) more") }
    if others > 0 { lines.append(Words.line("unknown", Words.count(others, "message"))) }
    return lines
  }
}
