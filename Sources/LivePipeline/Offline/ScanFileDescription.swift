// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import Reporting

/// What a CXI file holds: a scan, its result, or both.
enum ScanFileDescription {
  static func lines(_ path: String) throws(StorageError) -> [String] {
    let results = try cxiResultNumbers(path)
    let hasFrames = try hasFrames(path)
    // Without a result what is missing for a scan is told.
    var lines = hasFrames || results.isEmpty ? Self.scan(try readCXI(path)) : []
    if !results.isEmpty {
      if lines.isEmpty { lines.append("result of a scan (CXI), without its frames") }
      if results.count > 1 {
        let names = results.map { "image_\($0)" }
        lines.append("\(results.count) results, \(Words.list(names)); the latest is described")
      }
      lines += try result(path)
    }
    return lines
  }

  /// Mean pattern and positions where there are frames, object and probe where there is a result.
  static func sheet(_ path: String) throws(StorageError) -> PictureSheet? {
    var panels: [PictureSheet.Panel] = []
    var title = ""
    let results = try cxiResultNumbers(path)
    if try hasFrames(path) || results.isEmpty {
      let scan = try readCXI(path)
      title = "\(scan.title), \(Words.number(scan.energy.electronVolts, 2)) eV"
      panels += ScanPanels.panels(scan)
    }
    if !results.isEmpty {
      let object = try readCXIResult(path)
      if title.isEmpty { title = object.identity.scan }
      panels += ScanPanels.panels(object)
    }
    return PictureSheet(title: title, panels: panels, columns: 3)
  }

  private static func hasFrames(_ path: String) throws(StorageError) -> Bool {
    let file = try StorageFile(reading: path)
    return file.exists("/entry_1/data_1/data")
      || file.exists("/entry_1/instrument_1/detector_1/data")
  }

  private static func scan(_ scan: CXIScan) -> [String] {
    let frames = scan.frames
    let shape = frames.shape
    let photons = sum(frames.values.span) / Double(max(frames.count, 1))
    let brightest = Double(frames.values.max() ?? 0)
    var lines = ["scan (CXI) \"\(scan.title)\""]
    lines.append(
      Words.line(
        "frames",
        "\(frames.count) of \(shape.rows) x \(shape.columns), "
          + "\(Words.number(photons, 0)) photons each on average, "
          + "\(Words.number(brightest, 0)) in the brightest pixel"
      )
    )
    lines.append(Words.line("positions", positions(scan.positions)))
    if let tilt = scan.identity.tilt {
      lines.append(Words.line("tilt", "\(Words.number(tilt.degrees, 2)) degrees"))
    }
    lines.append(energy(scan.energy))
    lines.append(Words.line("distance", "\(Words.number(scan.detectorDistance.meters, 4)) m"))
    lines.append(
      Words.line(
        "pixels",
        "\(Words.number(scan.detectorPixelWidth.micrometers, 2)) um on the detector, "
          + "\(Words.number(scan.objectPixelWidth.nanometers, 3)) nm on the object"
      )
    )
    lines.append(
      Words.line("start probe", scan.probe == nil ? "none, defocus must be searched" : "there")
    )
    lines.append(Words.line("mask", mask(scan)))
    if let lit = scan.illuminationMask {
      let count = lit.values.count { $0 != 0 }
      lines.append(Words.line("aperture", "\(count) of \(lit.values.count) pixels are lit"))
    }
    if scan.nearField {
      lines.append(
        Words.line("kind", "near-field patterns, which cannot be reconstructed here")
      )
    }
    return lines
  }

  private static func positions(_ positions: [ScanPosition]) -> String {
    let x = positions.map(\.x)
    let y = positions.map(\.y)
    let width = ((x.max() ?? 0) - (x.min() ?? 0)) * 1e6
    let height = ((y.max() ?? 0) - (y.min() ?? 0)) * 1e6
    return "\(positions.count) over \(Words.number(width, 2)) um x \(Words.number(height, 2)) um"
      + " (x, y)"
  }

  private static func mask(_ scan: CXIScan) -> String {
    var parts: [String] = []
    if let mask = scan.mask {
      parts.append("\(mask.values.count { $0 != 0 }) of \(mask.values.count) pixels left out")
    }
    if let masks = scan.frameMasks {
      parts.append("\(masks.values.count { $0 != 0 }) pixels left out in single frames")
    }
    return parts.isEmpty ? "none" : parts.joined(separator: "; ")
  }

  private static func energy(_ energy: PhotonEnergy) -> String {
    Words.line(
      "energy",
      "\(Words.number(energy.electronVolts, 2)) eV, "
        + "\(Words.number(energy.wavelength.nanometers, 4)) nm"
    )
  }

  private static func result(_ path: String) throws(StorageError) -> [String] {
    let result = try readCXIResult(path)
    let shape = result.transmission.shape
    let width = Double(shape.columns) * result.pixelSize.micrometers
    let height = Double(shape.rows) * result.pixelSize.micrometers
    var lines = ["result of \"\(result.identity.scan)\""]
    lines.append(
      Words.line(
        "object",
        "\(shape.rows) x \(shape.columns) pixels of "
          + "\(Words.number(result.pixelSize.nanometers, 3)) nm, "
          + "\(Words.number(width, 2)) um x \(Words.number(height, 2)) um"
      )
    )
    if let tilt = result.identity.tilt {
      lines.append(Words.line("tilt", "\(Words.number(tilt.degrees, 2)) degrees"))
    }
    lines.append(energy(result.identity.energy))
    let photons = squaredNorm(result.probe.values.span)
    lines.append(Words.line("probe", "\(Words.number(photons, 0)) photons in one exposure"))
    lines.append(Words.line("background", result.background == nil ? "none" : "retrieved"))
    let iterations =
      result.iteration > 0 ? "\(result.iteration) iterations" : "iterations not said"
    lines.append(Words.line("made from", "\(result.frameCount) frames, \(iterations)"))
    lines.append(
      Words.line(
        "errors",
        "data \(Words.short(result.dataError)), overlap \(Words.short(result.overlapError))"
      )
    )
    return lines
  }
}
