// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import Reporting

/// What a scan of raw frames holds.
enum RawScanDescription {
  static func lines(_ path: String) throws(StorageError) -> [String] {
    let reader = try RawScanReader(path: path)
    let metadata = reader.metadata
    let kind = reader.layout == .stxm ? "pystxmcontrol .stxm" : "raw CXI"
    let version = reader.version.map { " \($0)" } ?? ""
    var lines = ["scan of raw frames (\(kind)\(version)) \"\(reader.name)\""]
    if let start = reader.startTime { lines.append(Words.line("began", start)) }
    let shape = reader.frameShape
    lines.append(
      Words.line(
        "frames",
        "\(reader.exposures.count) of \(shape.rows) x \(shape.columns), raw words"
      )
    )
    lines.append(Words.line("darks", darks(reader)))
    lines.append(Words.line("exposures", exposures(reader)))
    lines.append(Words.line("positions", positions(reader)))
    lines.append(
      Words.line(
        "energy",
        "\(Words.number(reader.energy.electronVolts, 2)) eV, "
          + "\(Words.number(reader.energy.wavelength.nanometers, 4)) nm"
      )
    )
    lines.append(
      Words.line(
        "distance",
        metadata.detectorDistance.map { "\(Words.number($0.meters, 4)) m" } ?? "not said"
      )
    )
    if let pixel = metadata.detectorPixelSize {
      lines.append(Words.line("pixels", "\(Words.number(pixel.micrometers, 2)) um on the detector"))
    }
    if let region = metadata.region { lines.append(Words.line("region", region)) }
    if !reader.motors.isEmpty {
      let motors = reader.motors.sorted { $0.key < $1.key }
        .map { "\($0.key) \(Words.short($0.value))" }
      lines.append(Words.line("motors", Words.list(motors)))
    }
    for remark in reader.remarks { lines.append(Words.line("note", remark)) }
    return lines
  }

  private static func darks(_ reader: borrowing RawScanReader) -> String {
    guard !reader.darks.isEmpty else { return "none, raw frames cannot be cleaned without" }
    let times = Dictionary(grouping: reader.darks) { $0.exposureTime ?? -1 }
    let parts = times.sorted { $0.key < $1.key }.map { time, frames in
      time < 0 ? "\(frames.count)" : "\(frames.count) of \(milliseconds(time))"
    }
    return parts.joined(separator: ", ")
  }

  private static func exposures(_ reader: borrowing RawScanReader) -> String {
    let times = reader.metadata.exposureTimes.map(milliseconds)
    guard times.count > 1 else { return times.first.map { "\($0) each" } ?? "time not said" }
    return "double, \(times.joined(separator: " then ")) at each point"
  }

  private static func positions(_ reader: borrowing RawScanReader) -> String {
    let all = reader.positions.isEmpty ? reader.metadata.translations : reader.positions
    guard !all.isEmpty else { return "not said" }
    let (x, y) = (all.map(\.x), all.map(\.y))
    let width = ((x.max() ?? 0) - (x.min() ?? 0)) * 1e6
    let height = ((y.max() ?? 0) - (y.min() ?? 0)) * 1e6
    return "\(all.count) planned over \(Words.number(width, 2)) um x \(Words.number(height, 2)) um"
      + " (the beamline's x, y)"
  }

  private static func milliseconds(_ seconds: Double) -> String {
    "\(Words.short(seconds * 1000)) ms"
  }

  // MARK: - The picture

  /// The mean raw frame above the darks, and the positions as they are planned.
  ///
  /// Of long scans some points stand for all. The frame is as it comes from the detector, the halves
  /// not yet turned, because without a configuration the instrument is not known.
  static func sheet(_ path: String) throws(StorageError) -> PictureSheet? {
    let reader = try RawScanReader(path: path)
    let longest = reader.metadata.exposureTimes.max()
    let exposures = reader.exposures.filter { $0.exposureTime == longest }
    let darks = reader.darks.filter { $0.exposureTime == longest }
    var panels: [PictureSheet.Panel] = []
    let dark = try mean(darks, reader, limit: 8)
    let positions =
      reader.positions.isEmpty ? reader.metadata.translations : reader.positions
    var map = LightMap()
    if var mean = try mean(
      exposures,
      reader,
      limit: Self.limit,
      each: { frame, words in
        guard positions.indices.contains(frame.point) else { return }
        map.add(positions[frame.point], light: Self.light(words, above: dark))
      }
    ) {
      if let dark, dark.shape == mean.shape {
        for i in mean.values.indices { mean.values[i] -= dark.values[i] }
      }
      let title = "mean raw frame" + (dark == nil ? ", no darks" : " above the mean dark")
      panels.append(ScanPanels.logarithmic(mean, title, unit: "ADU", floor: 2))
    }
    if !positions.isEmpty { panels.append(ScanPanels.positions(positions)) }
    if exposures.count <= limit, let light = ScanPanels.map(map, unit: "ADU") {
      panels.append(light)
    }
    guard !panels.isEmpty else { return nil }
    return PictureSheet(title: "\(reader.name), raw", panels: panels, columns: 3)
  }

  /// Frames that stand for all of a scan.
  private static let limit = 200

  private static func mean(
    _ frames: [RawScanFrame],
    _ reader: borrowing RawScanReader,
    limit: Int,
    each: (RawScanFrame, [UInt16]) -> Void = { _, _ in }
  ) throws(StorageError) -> Image? {
    var sum = [UInt64](repeating: 0, count: reader.frameShape.count)
    var count = 0
    let step = max(1, (frames.count + limit - 1) / limit)
    for place in stride(from: 0, to: frames.count, by: step) {
      let words = try reader.read(frames[place]).pixels.elements(as: UInt16.self)
      guard words.count == sum.count else { continue }
      for i in words.indices { sum[i] &+= UInt64(words[i]) }
      count += 1
      each(frames[place], words)
    }
    guard count > 0 else { return nil }
    let scale = 1 / Double(count)
    return Image(shape: reader.frameShape, values: sum.map { Float(Double($0) * scale) })
  }

  /// The words that stand clearly above the dark, summed up: not the drift of the readout, which
  /// moves the whole frame.
  private static func light(_ words: [UInt16], above dark: Image?) -> Double {
    guard let dark, dark.values.count == words.count else {
      return words.reduce(0.0) { $0 + Double($1) }
    }
    var sum = 0.0
    for i in words.indices {
      let light = Float(words[i]) - dark.values[i]
      if light > drift { sum += Double(light) }
    }
    return sum
  }

  /// The readout level of a FastCCD wanders by so many words.
  private static let drift: Float = 50
}
