// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

extension NativeDialect {
  // MARK: - Start

  func decodeStart(_ parts: [SharedBytes]) throws(WireError) -> AcquisitionEvent {
    let fields = try JSONPart.decode(
      StartFields.self,
      from: parts,
      part: 1,
      maximumBytes: WireLimits.startBytes
    )
    try checkSchema(fields.schema)
    var identity = ScanIdentity(
      scan: try identifier(fields.identifier, "identifier"),
      energy: try energy(of: fields)
    )
    if let tomogram = fields.tomogram {
      identity.tomogram = try identifier(tomogram, "tomogram_id")
    }
    identity.tilt = try checked(fields.rotationAngle, "rotation_angle_deg", in: -3600...3600)
      .map(TiltAngle.init(degrees:))
    identity.tiltIndex = try checked(fields.tiltIndex, "tilt_index", in: WireLimits.index)
    identity.energyIndex = try checked(fields.energyIndex, "energy_index", in: WireLimits.index)

    var description = ScanDescription(identity: identity, positions: try positions(of: fields))
    description.positionsAreCentered = fields.schema != nil
    description.expectedFrames =
      try checked(fields.expectedFrames, "expected_frames", in: WireLimits.index)
    description.exposureTimes = try exposureTimes(of: fields)
    description.tiltCount = try checked(fields.tiltCount, "tilt_count", in: WireLimits.count)
    description.energyCount = try checked(fields.energyCount, "energy_count", in: WireLimits.count)
    description.detectorDistance =
      try checked(fields.detectorDistance, "detector_distance", in: 1e-4...100)
      .map(Length.init(meters:))
    description.detectorPixelSize = try pixelSize(of: fields)
    description.illumination = try illumination(of: fields)
    return .start(description, sequence: try checkedSequence(fields.sequence))
  }

  private func energy(of fields: StartFields) throws(WireError) -> PhotonEnergy {
    if let electronVolts = fields.energyElectronVolts {
      return PhotonEnergy(
        electronVolts: try checked(electronVolts, "energy_eV", in: 1...1e6)
      )
    }
    guard let joules = fields.energy else {
      throw WireError("is missing", part: 1, key: "energy", expected: "energy (J) or energy_eV")
    }
    guard !(1...1e6).contains(joules) else {
      throw WireError(
        "is \(joules), which looks like electron volts",
        part: 1,
        key: "energy",
        expected: "joules here, or the key energy_eV"
      )
    }
    // 1 eV to 1 MeV.
    return PhotonEnergy(joules: try checked(joules, "energy", in: 1.6e-19...1.7e-13))
  }

  private func positions(of fields: StartFields) throws(WireError) -> [ScanPosition] {
    let translations = fields.translations?.rows ?? []
    var positions: [ScanPosition] = []
    positions.reserveCapacity(translations.count)
    for (i, pair) in translations.enumerated() {
      guard pair.count == 2 || pair.count == 3 else {
        throw WireError(
          "has \(pair.count) numbers",
          part: 1,
          key: "translations[\(i)]",
          expected: "[x, y] in metres"
        )
      }
      positions.append(
        axes.position(
          x: try checked(pair[0], "translations[\(i)][0]", in: -1...1),
          y: try checked(pair[1], "translations[\(i)][1]", in: -1...1)
        )
      )
    }
    return positions
  }

  private func exposureTimes(of fields: StartFields) throws(WireError) -> [Double] {
    let times = fields.exposureTimes?.seconds ?? []
    guard times.count <= 64 else {
      throw WireError(
        "has \(times.count) times",
        part: 1,
        key: "exposure_s",
        expected: "at most 64"
      )
    }
    for time in times { _ = try checked(time, "exposure_s", in: 0...36_000) }
    return times
  }

  private func pixelSize(of fields: StartFields) throws(WireError) -> Length? {
    let x = try checked(fields.pixelSizeX, "x_pixel_size", in: 1e-9...1)
    let y = try checked(fields.pixelSizeY, "y_pixel_size", in: 1e-9...1)
    if let x, let y, abs(x - y) > 1e-3 * x {
      throw WireError(
        "is \(y) where x_pixel_size is \(x)",
        part: 1,
        key: "y_pixel_size",
        expected: "square pixels"
      )
    }
    return (x ?? y).map(Length.init(meters:))
  }

  private func illumination(of fields: StartFields) throws(WireError) -> ComplexImage? {
    guard let real = fields.illuminationReal?.rows,
      let imaginary = fields.illuminationImaginary?.rows
    else {
      return nil
    }
    let shape = Shape2D(rows: real.count, columns: real.first?.count ?? 0)
    _ = try checked(shape.rows, "illumination_real", in: WireLimits.illuminationSide)
    _ = try checked(shape.columns, "illumination_real[0]", in: WireLimits.illuminationSide)
    guard imaginary.count == shape.rows,
      real.allSatisfy({ $0.count == shape.columns }),
      imaginary.allSatisfy({ $0.count == shape.columns })
    else {
      throw WireError(
        "has rows of different lengths",
        part: 1,
        key: "illumination_imag",
        expected: "\(shape) numbers in both parts"
      )
    }
    let values = zip(real.joined(), imaginary.joined()).map { Complex64($0, $1) }
    guard values.allSatisfy({ $0.squaredModulus.isFinite }) else {
      throw WireError("holds a value that is not a number", part: 1, key: "illumination_real")
    }
    return ComplexImage(shape: shape, values: values)
  }

  // MARK: - Frame

  func decodeFrame(_ parts: [SharedBytes]) throws(WireError) -> DetectorFrame {
    let fields = try JSONPart.decode(
      FrameFields.self,
      from: parts,
      part: 1,
      maximumBytes: WireLimits.headerBytes
    )
    try checkSchema(fields.schema)
    let shape = Shape2D(
      rows: try checked(fields.rows, "shape_y", in: WireLimits.side),
      columns: try checked(fields.columns, "shape_x", in: WireLimits.side)
    )
    let layout = try PixelLayout(
      sampleType: fields.sampleType,
      byteOrder: fields.byteOrder,
      order: fields.order,
      shape: shape
    )
    let (pixels, sampleType) = try layout.standardPixels(from: parts[2], part: 2)
    let header = FrameHeader(
      scan: try identifier(fields.identifier, "identifier"),
      index: try checked(fields.index, "index", in: WireLimits.index),
      role: try role(fields.role),
      exposureTime: try checked(fields.exposureTime, "exposure_s", in: 0...36_000),
      position: try position(of: fields),
      shape: shape,
      sampleType: sampleType,
      sequence: try checkedSequence(fields.sequence),
      timestamp: fields.timestamp
    )
    return DetectorFrame(header: header, pixels: pixels)
  }

  private func role(_ text: String?) throws(WireError) -> FrameRole {
    guard let text else { return .exposure }
    guard let role = FrameRole(rawValue: text) else {
      throw WireError("is \(quoted(text))", part: 1, key: "role", expected: "dark or exposure")
    }
    return role
  }

  private func position(of fields: FrameFields) throws(WireError) -> ScanPosition? {
    guard fields.positionX != nil || fields.positionY != nil else { return nil }
    guard let x = fields.positionX else {
      throw WireError("is missing", part: 1, key: "posx", expected: "posx with posy, metres")
    }
    guard let y = fields.positionY else {
      throw WireError("is missing", part: 1, key: "posy", expected: "posy with posx, metres")
    }
    return axes.position(
      x: try checked(x, "posx", in: -1...1),
      y: try checked(y, "posy", in: -1...1)
    )
  }

  // MARK: - Stop and abort

  func decodeEnd(_ parts: [SharedBytes]) throws(WireError) -> EndFields {
    var fields = try JSONPart.decode(
      EndFields.self,
      from: parts,
      part: 1,
      maximumBytes: WireLimits.headerBytes
    )
    try checkSchema(fields.schema)
    if let name = fields.identifier { fields.identifier = try identifier(name, "identifier") }
    fields.sequence = try checkedSequence(fields.sequence)
    return fields
  }

  // MARK: - Values

  private func checkSchema(_ schema: String?) throws(WireError) {
    guard schema == nil || schema == Self.schema else {
      throw WireError(
        "is \(quoted(schema ?? ""))",
        part: 1,
        key: "schema",
        expected: "\(Self.schema), or no schema for plain cosmicstreams"
      )
    }
  }

  /// A name that can be shown and kept: not empty, not long, no control characters.
  private func identifier(_ text: String, _ key: String) throws(WireError) -> String {
    let isPrintable = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    guard !text.isEmpty, text.utf8.count <= WireLimits.identifierBytes, isPrintable else {
      throw WireError(
        "is \(quoted(text))",
        part: 1,
        key: key,
        expected: "1 to \(WireLimits.identifierBytes) printable bytes"
      )
    }
    return text
  }

  private func checkedSequence(_ value: Int?) throws(WireError) -> Int? {
    try checked(value, "sequence", in: WireLimits.sequence)
  }
}

/// Hands a value on if it lies in a range; no range holds NaN.
func checked<Value: Comparable>(
  _ value: Value,
  _ key: String,
  in range: ClosedRange<Value>,
  part: Int = 1
) throws(WireError) -> Value {
  guard range.contains(value) else {
    throw WireError(
      "is \(value)",
      part: part,
      key: key,
      expected: "\(range.lowerBound) to \(range.upperBound)"
    )
  }
  return value
}

/// Hands an optional value on if it is absent or lies in a range.
func checked<Value: Comparable>(
  _ value: Value?,
  _ key: String,
  in range: ClosedRange<Value>,
  part: Int = 1
) throws(WireError) -> Value? {
  guard let value else { return nil }
  return try checked(value, key, in: range, part: part) as Value
}
