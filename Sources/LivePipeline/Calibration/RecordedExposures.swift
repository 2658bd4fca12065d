// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Preprocessing
import WireFormat

/// The raw exposures of a recording, series by series, with the darks that belong to them.
struct RecordedExposures {
  /// The exposures of one photon energy and one exposure time.
  struct Series {
    /// The photon energy.
    var energy: PhotonEnergy
    /// The exposure time, seconds; nil where the frames do not say it.
    var exposureTime: Double?
    /// How many there are.
    var count = 0

    /// Whether a frame was exposed as long as these.
    func hasTime(of frame: DetectorFrame) -> Bool {
      ExposureKey(frame.header.exposureTime) == ExposureKey(exposureTime)
    }
  }

  /// What a recording holds, as far as a calibration needs to know.
  struct Contents {
    /// The series of raw exposures, in order of appearance.
    var series: [Series] = []
    /// Darks.
    var darks = 0
    /// Frames that another program has cleaned.
    var cleaned = 0
    /// Messages that cannot be read.
    var malformed = 0
  }

  /// The file.
  let path: String
  private let configuration: PipelineConfiguration

  init(path: String, configuration: PipelineConfiguration) {
    self.path = path
    self.configuration = configuration
  }

  /// Whether two photon energies are one.
  private func isSame(_ a: PhotonEnergy, _ b: PhotonEnergy) -> Bool {
    abs(a.electronVolts - b.electronVolts) <= max(configuration.source.energyTolerance, 0.05)
  }

  /// Looks through the recording.
  ///
  /// - Parameter progress: Told of every message: so many of so many.
  /// - Returns: What it holds.
  /// - Throws: `StorageError` where it cannot be read.
  func contents(_ progress: (Int, Int) -> Void) throws -> Contents {
    var contents = Contents()
    let malformed = try forEachAction(progress) { action, energy in
      switch action {
      case .dark: contents.darks += 1
      case .exposure(_, let frame, _):
        guard frame.header.sampleType == .uint16 else {
          contents.cleaned += 1
          return true
        }
        guard let energy else { return true }
        let known = contents.series.firstIndex {
          isSame($0.energy, energy) && $0.hasTime(of: frame)
        }
        if let known {
          contents.series[known].count += 1
        } else {
          // Energies that are one get one value, so that their series can be told by it.
          let energy = contents.series.first { isSame($0.energy, energy) }?.energy ?? energy
          contents.series.append(
            Series(energy: energy, exposureTime: frame.header.exposureTime, count: 1)
          )
        }
      default: break
      }
      return true
    }
    contents.malformed = malformed
    return contents
  }

  /// Hands out the raw exposures of one series, and every dark that comes.
  ///
  /// - Parameters:
  ///   - series: The series.
  ///   - limit: Exposures at the most.
  ///   - dark: Takes each dark.
  ///   - exposure: Takes each exposure with the darks in hand.
  /// - Returns: The number of exposures.
  /// - Throws: `StorageError` where the recording cannot be read, and what the closures throw.
  @discardableResult
  func forEach(
    of series: Series,
    limit: Int,
    dark: (DetectorFrame) throws -> Void = { _ in },
    exposure: (DetectorFrame, DarkReference) throws -> Void
  ) throws -> Int {
    var darks = DarkReference(geometry: configuration.detector)
    var count = 0
    try forEachAction { _, _ in
    } body: { action, current in
      switch action {
      case .dark(let frame):
        try darks.addOfLatestScan(frame)
        try dark(frame)
      case .exposure(_, let frame, _):
        guard frame.header.sampleType == .uint16, let current,
          isSame(current, series.energy), series.hasTime(of: frame)
        else { return true }
        try exposure(frame, darks)
        count += 1
      default: break
      }
      return count < limit
    }
    return count
  }

  /// Sorts the messages into scans, as a run does.
  @discardableResult
  private func forEachAction(
    _ progress: (Int, Int) -> Void,
    body: (ScanAssembler.Action, PhotonEnergy?) throws -> Bool
  ) throws -> Int {
    let reader = try RecordingReader(path: path)
    var source = configuration.source.makeReader()
    var assembler = ScanAssembler()
    var energies: [String: PhotonEnergy] = [:]
    var malformed = 0
    for number in 0..<reader.messageCount {
      progress(number, reader.messageCount)
      guard let events = try? source.events(in: reader.message(number).parts) else {
        malformed += 1
        continue
      }
      for action in events.flatMap({ assembler.receive($0) }) {
        var energy: PhotonEnergy?
        switch action {
        case .open(let key, let description): energies[key] = description.identity.energy
        case .exposure(let key, _, _): energy = energies[key]
        default: break
        }
        guard try body(action, energy) else { return malformed }
      }
    }
    return malformed
  }
}
