// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import Reporting
import WireFormat

/// The picture of a recording: a scan of it, cleaned by the recorded configuration, and all tilts.
enum RecordingPicture {
  static func sheet(_ path: String) throws(StorageError) -> PictureSheet? {
    var panels: [PictureSheet.Panel] = []
    var title = "recording"
    let list: RecordedScanList
    let yaml: String
    let firstFrame: Image?
    do {
      let reader = try RecordingReader(path: path)
      list = try RecordingDescription.scans(in: reader)
      yaml = reader.configuration
      firstFrame = try rawFrame(reader)
    }
    if let best = list.scans.first(where: { $0.ending == "stopped" }) ?? list.scans.first {
      let configuration =
        (try? PipelineConfiguration(yaml: yaml, file: path)) ?? PipelineConfiguration()
      var scans = RecordedScans(path: path, configuration: configuration) { _ in }
      var found: CXIScan?
      // Without darks or with another detector there is no pattern, but there is a raw frame.
      try? scans.visit(only: best.name) { (_, scan) throws(PipelineError) in found = found ?? scan }
      if let found {
        panels += ScanPanels.panels(found)
        title = "scan \(best.name)"
      }
    }
    if panels.isEmpty, let firstFrame {
      panels.append(ScanPanels.logarithmic(firstFrame, "first frame, as sent", unit: "count"))
    }
    if let tilts = tilts(list.scans) { panels.append(tilts) }
    return panels.isEmpty ? nil : PictureSheet(title: title, panels: panels, columns: 2)
  }

  /// The tilt of each scan in the order of their starts, a curve for each energy.
  private static func tilts(_ scans: [RecordedScanList.Scan]) -> PictureSheet.Panel? {
    var curves: [Double: (x: [Double], y: [Double])] = [:]
    for (place, scan) in scans.enumerated() {
      guard let tilt = scan.tilt else { continue }
      let energy = Double(PhotonEnergy(electronVolts: scan.energy ?? 0).twentieths) / 20
      curves[energy, default: ([], [])].x.append(Double(place + 1))
      curves[energy, default: ([], [])].y.append(tilt)
    }
    // Six energies can be told apart; a spectrum has a hundred.
    guard scans.count > 1, !curves.isEmpty else { return nil }
    return .plot(
      LinePlot(
        title: "\(scans.count) scans",
        horizontal: LinePlot.Axis("scan"),
        vertical: LinePlot.Axis("tilt", unit: "degree"),
        curves: curves.sorted { $0.key < $1.key }.prefix(6).map { energy, points in
          LinePlot.Curve(
            label: energy > 0 ? "\(Words.number(energy, 2)) eV" : "energy not said",
            x: points.x,
            y: points.y,
            style: .dots
          )
        }
      )
    )
  }

  /// The first frame whose words can be read as numbers.
  private static func rawFrame(
    _ reader: borrowing RecordingReader
  ) throws(StorageError) -> Image? {
    guard let layout = reader.frameLayouts.first else { return try frameWithin(reader) }
    for message in 0..<min(reader.messageCount, 100) {
      guard let payload = try reader.message(message).parts.last,
        payload.count == layout.byteCount
      else { continue }
      switch layout.type {
      case .uint16:
        return Image(
          shape: layout.shape,
          values: payload.elements(as: UInt16.self).map { Float($0) }
        )
      case .float32:
        return Image(shape: layout.shape, values: payload.elements(as: Float.self))
      default: return nil
      }
    }
    return nil
  }

  /// The first frame that stands within a message.
  private static func frameWithin(
    _ reader: borrowing RecordingReader
  ) throws(StorageError) -> Image? {
    var dialect = reader.source.makeReader()
    for message in 0..<min(reader.messageCount, 100) {
      let parts = try reader.message(message).parts
      for case .frame(let frame) in (try? dialect.events(in: parts)) ?? [] {
        let (pixels, shape) = (frame.pixels, frame.header.shape)
        switch frame.header.sampleType {
        case .uint16 where pixels.count == 2 * shape.count:
          let words = pixels.elements(as: UInt16.self)
          return Image(shape: shape, values: words.map { Float($0) })
        case .float32 where pixels.count == 4 * shape.count:
          return Image(shape: shape, values: pixels.elements(as: Float.self))
        default: return nil
        }
      }
    }
    return nil
  }
}
