// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// A `frame` event of pystxmcontrol, checked and in our units.
struct FrameEvent {
  var role: FrameRole
  /// The scan point; darks count by themselves.
  var index: Int
  /// Seconds.
  var exposureTime: Double?
  /// On our axes, where the source has its zero.
  var position: ScanPosition?
  var signature: PystxmcontrolDialect.Signature
  /// Whether each point has a short and a long exposure.
  var isDoubleExposure = false
  /// What the detector's own stream calls the frame.
  var number: Int?
  var tilt: TiltAngle?
  /// The names of all motors that the frame knows.
  var motors: [String] = []
  /// The name of the file, without folder and ending, where the frame says one.
  var file: String?

  private(set) var shape = Shape2D(rows: 0, columns: 0)
  private(set) var sampleType = SampleType.uint16
  private(set) var wordOrder = WordOrder.image
  /// The pixels; nil where the event has none.
  private(set) var pixels: SharedBytes?

  init(_ data: WireObject, axes: PositionAxes, tiltMotor: String?) throws(WireError) {
    role = try Self.role(data)
    // Darks need no index of their own.
    guard let index = try data.integer("index", in: WireLimits.index) ?? (role == .dark ? 0 : nil)
    else {
      throw WireError("is missing", part: 0, key: "data.index", expected: "the scan point")
    }
    self.index = index
    exposureTime = try data.number("dwell", in: 0...36_000_000).map { $0 / 1000 }
    if let x = try data.number("xPos", in: -1e6...1e6),
      let y = try data.number("yPos", in: -1e6...1e6)
    {
      position = axes.position(x: x * 1e-6, y: y * 1e-6)
    }
    signature = PystxmcontrolDialect.Signature(
      energy: try data.number("energy", in: 1...1e6),
      energyIndex: try data.integer("energyIndex", in: WireLimits.index),
      region: try data.name("scanRegion")
    )
    isDoubleExposure = data.flag("isDoubleExposure") || data.flag("doubleExposure")
    number = try data.integer("ccd_frame_num", in: 0...(.max))
    if let motors = data["motorPositions"] {
      self.motors = motors.keys
      if let tiltMotor {
        tilt = try motors.number(tiltMotor, in: -3600...3600).map(TiltAngle.init(degrees:))
      }
    }
    file = fileStem(["header", "file", "scan"].lazy.compactMap { data[$0]?.text }.first)
    try takePixels(data["ccd_frame"] ?? data["rawData"]?["CCD"]?["data"])
  }

  private static func role(_ data: WireObject) throws(WireError) -> FrameRole {
    guard let mode = data["ccd_mode"] else { return .exposure }
    switch mode.text?.lowercased().trimmingSpaces {
    case "dark": return .dark
    case "exp": return .exposure
    default: throw mode.error("is \(quoted(mode.text ?? "no text"))", expected: "dark or exp")
    }
  }

  private mutating func takePixels(_ value: WireObject?) throws(WireError) {
    guard let value else { return }
    guard let array = value.array, let number = array.type.number else {
      throw value.error("is no array of numbers", expected: "a picture of 16-bit words")
    }
    // A picture may stand in a stack of one.
    let extents = array.shape.count > 2 ? Array(array.shape.drop { $0 == 1 }) : array.shape
    guard extents.count == 2, extents.allSatisfy({ WireLimits.side ~= $0 }) else {
      throw value.error("has the shape \(array.shape)", expected: "rows and columns, up to 16384")
    }
    shape = Shape2D(rows: extents[0], columns: extents[1])
    let layout = PixelLayout(
      number: number,
      isBigEndian: array.type.isBigEndian,
      isColumnMajor: array.isColumnMajor,
      shape: shape
    )
    if number == .float32 || number == .float64 {
      (pixels, sampleType) = try layout.standardPixels(from: array.bytes, part: value.part)
      return
    }
    guard let words = layout.rawWords(from: array.bytes) else {
      throw value.error("holds numbers that no detector word can be", expected: "0 to 65535")
    }
    pixels = words
    // As the camera reads out: 12 columns of a tile one after the other, 192 channels at a time.
    if shape.columns == RawFastCCD.channels, shape.rows.isMultiple(of: RawFastCCD.tileColumns) {
      wordOrder = .clocks
      shape = RawFastCCD.shape(words: shape.count) ?? shape
    }
  }

  /// The photon energy, eV.
  func knownEnergy() throws(WireError) -> Double {
    guard let energy = signature.energy else {
      throw WireError(
        "is missing",
        part: 0,
        key: "data.energy",
        expected: "the photon energy (eV), because no start said it"
      )
    }
    return energy
  }

  /// What travels with the pixels.
  func header(scan: String, position: ScanPosition?) -> FrameHeader {
    var header = FrameHeader(
      scan: scan,
      index: index,
      role: role,
      exposureTime: exposureTime,
      position: position,
      shape: shape,
      sampleType: sampleType
    )
    header.wordOrder = wordOrder
    return header
  }
}

/// The name of a file without folder and ending; nil where nothing is left of it that can be shown.
func fileStem(_ path: String?) -> String? {
  guard let name = path?.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last else { return nil }
  let stem = name.lastIndex(of: ".").map { name[..<$0] } ?? name
  let isPrintable = stem.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
  return !stem.isEmpty && stem.utf8.count <= 160 && isPrintable ? String(stem) : nil
}

extension String {
  /// Without white space at its ends.
  var trimmingSpaces: String {
    let start = drop { $0.isWhitespace }
    return String(start.reversed().drop { $0.isWhitespace }.reversed())
  }
}
