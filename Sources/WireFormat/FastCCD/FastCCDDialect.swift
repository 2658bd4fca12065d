// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// The frame server's raw stream (port 49206): `[number, words]`, which says nothing of scans.
///
/// What a frame is comes from one of two places. From the events of pystxmcontrol on a second
/// endpoint, whose `ccd_frame_num` is the frame's number; or from a sidecar file that lists the scans
/// to come with the number of their first frame. Frames are placed by their number, never by the order
/// or count of their coming. `shape` of the frames is that of the assembled raw picture, and their
/// words stand as the camera reads out (`WordOrder.clocks`).
public struct FastCCDDialect: StreamReader {
  /// The topics to subscribe to: these messages have none.
  public static let topics = [""]

  private var events: PystxmcontrolDialect
  private var join = FrameJoin()
  private var program: ScanProgram?
  private var hasEvents = false
  private var notes: [ReaderNote] = []

  /// Makes a reader; the axes are those of the scan events or of the sidecar's positions.
  public init(axes: PositionAxes = .identity, tiltMotor: String? = nil) {
    events = PystxmcontrolDialect(axes: axes, tiltMotor: tiltMotor)
  }

  /// Reads one message: a raw frame, or an event of pystxmcontrol.
  public mutating func events(in parts: [SharedBytes]) throws(WireError) -> [AcquisitionEvent] {
    defer { noteLosses() }
    guard parts.count == 1 else {
      let frame = try RawFrame(parts)
      guard !hasEvents, program != nil else { return join.take(frame) }
      return program?.take(frame) ?? []
    }
    let readings = try events.readings(in: parts)
    // Events know better than a list that was written beforehand.
    hasEvents = true
    return readings.flatMap { reading in
      switch reading {
      case .mark(let event): join.take(event)
      case .frame(let header, let pixels, let number):
        join.take(header, pixels: pixels, number: number.map { UInt16(truncatingIfNeeded: $0) })
      }
    }
  }

  /// Whether a message is a start, or the first frame of a scan in the sidecar file.
  public func startsScan(_ parts: [SharedBytes]) -> Bool {
    if parts.count == 1 { return events.startsScan(parts) }
    guard !hasEvents, let program, let frame = try? RawFrame(parts) else { return false }
    return program.opensScan(frame.number)
  }

  /// Takes the scans of a sidecar file.
  public mutating func take(_ scans: [SidecarScan], from first: String?) {
    program = scans.isEmpty ? nil : ScanProgram(scans, from: first, axes: events.axes)
  }

  /// Hands over what a person should know.
  public mutating func takeNotes() -> [ReaderNote] {
    defer { notes = [] }
    return events.takeNotes() + notes
  }

  private mutating func noteLosses() {
    if join.losses.withoutEvent > 0 {
      let source = hasEvents ? "event" : "event and no sidecar file"
      notes.append(
        ReaderNote(
          "raw",
          .warning,
          "raw frames come that no \(source) names; they are recorded and take no part",
          unplacedFrames: join.losses.withoutEvent
        )
      )
    }
    if join.losses.withoutPixels > 0 {
      notes.append(
        ReaderNote(
          "pixels",
          .warning,
          "raw frames that events name did not come; is the frame server among source.connect?"
        )
      )
    }
    join.losses = FrameJoin.Losses()
    if let unseen = program?.takeUnseen() {
      notes.append(
        ReaderNote(
          "unseen",
          .hint,
          "was not seen from the start: \(unseen.frames) of its frames came before the first of ours; "
            + "they do not count as lost",
          scan: unseen.scan
        )
      )
    }
    if let left = program?.takeLeftOver(), left > 0 {
      notes.append(
        ReaderNote(
          "raw",
          .warning,
          "raw frames come whose numbers belong to no scan of the sidecar file; they are recorded "
            + "and take no part",
          unplacedFrames: left
        )
      )
    }
  }
}
