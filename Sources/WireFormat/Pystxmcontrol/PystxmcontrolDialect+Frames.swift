// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

// Which scan a frame belongs to, where the source's marks do not say it.
extension PystxmcontrolDialect {
  mutating func frame(_ event: WireObject) throws(WireError) -> [Reading] {
    guard let data = event["data"], data.isDictionary else {
      throw WireError("is missing", part: 0, key: "data", expected: "the frame")
    }
    let fields = try FrameEvent(data, axes: axes, tiltMotor: tiltMotor)
    if let late = place(overtaken: fields) { return [late] }
    var readings = try adopt(fields).map(Reading.mark)
    guard var scan = current else { return readings }
    if fields.role == .exposure { scan.lastIndex = fields.index }
    scan.signature = scan.signature ?? fields.signature
    readings.append(place(fields, in: &scan))
    current = scan
    return readings
  }

  private func place(_ fields: FrameEvent, in scan: inout OpenScan) -> Reading {
    var position = fields.position
    if scan.isMadeUp, fields.role == .exposure, let place = position {
      let origin = scan.origin ?? place
      scan.origin = origin
      position = ScanPosition(x: place.x - origin.x, y: place.y - origin.y)
    }
    return .frame(
      fields.header(scan: scan.name, position: position),
      pixels: fields.pixels,
      number: fields.number
    )
  }

  /// A frame of the scan that ended last, overtaken by its stop; nil for every other.
  private mutating func place(overtaken frame: FrameEvent) -> Reading? {
    guard waiting == nil, current == nil, var scan = ended, frame.role == .exposure,
      scan.lastIndex >= 0, frame.index >= scan.lastIndex,
      let signature = scan.signature, !signature.differs(from: frame.signature)
    else { return nil }
    scan.lastIndex = frame.index
    let reading = place(frame, in: &scan)
    ended = scan
    return reading
  }

  /// Sees to it that the scan of a frame is open.
  private mutating func adopt(_ frame: FrameEvent) throws(WireError) -> [AcquisitionEvent] {
    if var start = waiting {
      if start.lacksEnergy {
        start.description.identity.energy = PhotonEnergy(electronVolts: try frame.knownEnergy())
      }
      waiting = nil
      if start.description.identity.tilt == nil {
        start.description.identity.tilt = frame.tilt
        noteMissingTilt(start.description.identity.scan, frame)
      }
      return open(start.description)
    }
    if let scan = current {
      let isOther = scan.signature?.differs(from: frame.signature) ?? false
      guard isOther || (scan.isMadeUp && beginsAnew(frame, after: scan)) else { return [] }
    }
    return try openMadeUp(frame)
  }

  /// Darks after exposures, and a first point after later ones, belong to the next scan.
  private func beginsAnew(_ frame: FrameEvent, after scan: OpenScan) -> Bool {
    scan.lastIndex >= 0 && (frame.role == .dark || (frame.index == 0 && scan.lastIndex > 0))
  }

  /// Opens a scan that no start announced, with what its first frame says.
  private mutating func openMadeUp(_ frame: FrameEvent) throws(WireError) -> [AcquisitionEvent] {
    let energy = PhotonEnergy(electronVolts: try frame.knownEnergy())
    madeUpCount += 1
    let name =
      "\(frame.file ?? "unnamed-\(madeUpCount)")_ccdframes_\(frame.signature.energyIndex ?? 0)"
      + "_\(frame.signature.region ?? "Region1")"
    let isTaken = name == current?.name || name == ended?.name
    let identity = ScanIdentity(
      scan: isTaken ? "\(name)-\(madeUpCount)" : name,
      tilt: frame.tilt,
      energy: energy,
      energyIndex: frame.signature.energyIndex
    )
    noteMissingTilt(identity.scan, frame)
    notes.append(
      ReaderNote(
        "made-up",
        .warning,
        "no start announced it: it is opened from its first frame, and its object is made when "
          + "all frames are there",
        scan: identity.scan
      )
    )
    ended = nil
    current = OpenScan(name: identity.scan, isMadeUp: true)
    var description = ScanDescription(identity: identity, positions: [])
    if frame.isDoubleExposure, let time = frame.exposureTime {
      // The other time is not known yet, and need not be: two exposures make a point.
      description.exposureTimes = [time, time]
    }
    return [.start(description, sequence: nil)]
  }

  /// Says that the configured motor is not among those that the source knows.
  mutating func noteMissingTilt(_ scan: String, _ frame: FrameEvent?) {
    guard let tiltMotor, frame?.tilt == nil else { return }
    let motors = frame?.motors.sorted().joined(separator: ", ") ?? ""
    notes.append(
      ReaderNote(
        "tilt",
        .warning,
        "nothing says where the motor \(quoted(tiltMotor)) of source.tilt_motor stands; "
          + (motors.isEmpty ? "no motors are named" : "named are \(motors)")
          + ". Without a tilt it takes no part in a volume",
        scan: scan
      )
    )
  }
}
