// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// The event stream of the beamline's control system (pystxmcontrol, port 37012 or 9997).
///
/// Every message is one part: a Python pickle of `{"event": ..., "data": ...}`, read by a restricted
/// reader that runs nothing, or the same as JSON text. The events and keys stand in
/// Docs/Reference/WireProtocol.md. Units there are ms, um and eV; positions are (y, x) in a plan and
/// `xPos`, `yPos` in a frame.
///
/// A start may be missing: newer versions of the control system send none. A scan is then opened
/// from its first frame, with what the frame says.
public struct PystxmcontrolDialect: StreamReader {
  /// The topics to subscribe to: these messages have none.
  public static let topics = [""]

  /// How the source's axes turn into scan positions.
  public let axes: PositionAxes
  /// The motor whose place is the tilt, degrees; nil where none says it.
  public let tiltMotor: String?

  /// A start that waits for its first frame, which says what the start does not.
  var waiting: WaitingStart?
  /// The scan that frames belong to.
  var current: OpenScan?
  /// The scan that ended last.
  var ended: OpenScan?
  /// Scans that had to be opened from a frame.
  var madeUpCount = 0
  var notes: [ReaderNote] = []

  /// Makes a reader for a source with these axes, which can be inverted.
  public init(axes: PositionAxes = .identity, tiltMotor: String? = nil) {
    precondition(axes.determinant != 0, "the axes lose a direction")
    self.axes = axes
    self.tiltMotor = tiltMotor
  }

  /// What one message holds: marks, and frames whose pixels may come another way.
  enum Reading {
    case mark(AcquisitionEvent)
    case frame(FrameHeader, pixels: SharedBytes?, number: Int?)
  }

  /// A start whose first frame has not come.
  struct WaitingStart {
    var description: ScanDescription
    var lacksEnergy: Bool
  }

  /// What all frames of a scan have in common.
  struct Signature {
    var energy: Double?
    var energyIndex: Int?
    var region: String?

    /// Whether both say something, and not the same.
    func differs(from other: Signature) -> Bool {
      if let energy, let theirs = other.energy, abs(energy - theirs) > 0.05 { return true }
      if let energyIndex, let theirs = other.energyIndex, energyIndex != theirs { return true }
      if let region, let theirs = other.region, region != theirs { return true }
      return false
    }
  }

  /// A scan that frames belong to.
  struct OpenScan {
    var name: String
    /// Whether no start announced it.
    var isMadeUp = false
    var signature: Signature?
    /// The index of the last exposure; −1 before any.
    var lastIndex = -1
    /// What is subtracted from positions where no plan says where the middle is.
    var origin: ScanPosition?
  }

  /// Reads one message.
  public mutating func events(in parts: [SharedBytes]) throws(WireError) -> [AcquisitionEvent] {
    var events: [AcquisitionEvent] = []
    for reading in try readings(in: parts) {
      switch reading {
      case .mark(let event): events.append(event)
      case .frame(let header, let pixels?, _):
        events.append(.frame(DetectorFrame(header: header, pixels: pixels)))
      case .frame(let header, nil, _):
        notes.append(
          ReaderNote(
            "pixels",
            .warning,
            "frames come without pixels (neither ccd_frame nor rawData.CCD.data); where the frame "
              + "server sends them, use source.dialect: fastccd and connect to both",
            scan: header.scan,
            unplacedFrames: 1
          )
        )
      }
    }
    return events
  }

  /// Whether a message is a start, or a frame where no scan is open.
  public func startsScan(_ parts: [SharedBytes]) -> Bool {
    guard parts.count == 1 else { return false }
    switch Self.glance(parts[0]) {
    case "start": return true
    case "frame": return current == nil && waiting == nil
    default: return false
    }
  }

  /// Hands over what a person should know.
  public mutating func takeNotes() -> [ReaderNote] {
    defer { notes = [] }
    return notes
  }

  /// Reads one message; frames may be without pixels.
  mutating func readings(in parts: [SharedBytes]) throws(WireError) -> [Reading] {
    guard parts.count == 1 else {
      throw WireError("message has \(parts.count) parts", expected: "1, a pickle or JSON")
    }
    let event: WireObject
    switch parts[0].withBytes({ $0.byteCount > 0 ? $0.byte(0) : 0 }) {
    case 0x80: event = try PickleReader.read(parts[0])
    case UInt8(ascii: "{"): event = try WireObject.read(json: parts, part: 0)
    default:
      throw WireError("is neither a pickle nor a JSON object", part: 0)
    }
    guard let name = event["event"]?.text else {
      throw WireError("is missing", part: 0, key: "event", expected: "start, frame, stop or abort")
    }
    switch name.lowercased().trimmingSpaces {
    case "start": return try start(event).map(Reading.mark)
    case "frame": return try frame(event)
    case "stop": return end(isAbort: false).map(Reading.mark)
    case "abort": return end(isAbort: true).map(Reading.mark)
    case "ccd_data":
      noteFile(event)
      return []
    default:
      throw WireError(
        "is \(quoted(name))",
        part: 0,
        key: "event",
        expected: "start, frame, stop or abort"
      )
    }
  }

  // MARK: - Marks

  private mutating func start(_ event: WireObject) throws(WireError) -> [AcquisitionEvent] {
    let next = try description(of: event)
    var events = releaseWaiting()
    current = nil
    ended = nil
    // What the start does not say, the first frame may.
    if next.lacksEnergy || (tiltMotor != nil && next.description.identity.tilt == nil) {
      waiting = next
    } else {
      events += open(next.description)
    }
    return events
  }

  mutating func open(_ description: ScanDescription) -> [AcquisitionEvent] {
    current = OpenScan(name: description.identity.scan)
    return [.start(description, sequence: nil)]
  }

  private mutating func end(isAbort: Bool) -> [AcquisitionEvent] {
    let events = releaseWaiting()
    let name = current?.name
    if let current { ended = current }
    current = nil
    return events + [isAbort ? .abort(scan: name, sequence: nil) : .stop(scan: name, sequence: nil)]
  }

  /// Lets a start go that its scan's frames will say no more about.
  private mutating func releaseWaiting() -> [AcquisitionEvent] {
    guard let start = waiting else { return [] }
    waiting = nil
    let scan = start.description.identity.scan
    guard !start.lacksEnergy else {
      notes.append(
        ReaderNote("energy", .warning, "its start says no energy and no frame came", scan: scan)
      )
      return []
    }
    noteMissingTilt(scan, nil)
    return open(start.description)
  }

  /// The file that the control system wrote.
  private mutating func noteFile(_ event: WireObject) {
    let name = event["data"].flatMap { try? $0.name("identifier") } ?? "of an unknown name"
    notes.append(
      ReaderNote(
        "file|\(name)",
        .hint,
        "the control system wrote its frames to the file \(quoted(name))",
        scan: current?.name ?? ended?.name
      )
    )
  }
}
