// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Foundation
package import HDF5Storage
import Imaging
import ParticleAnalysis
import Preprocessing
import Ptychography
import Synchronization

/// The folder of a run's results.
///
/// Every file takes its name when it is whole. What cannot be written is told and left out; the run goes on.
final class ResultFolder: Sendable {
  /// Its path.
  let path: String
  let configuration: PipelineConfiguration
  private let content = Mutex(RunSummary())
  /// Kept for as long as the run goes on.
  private let use: Use?
  private let lastPicture = Mutex<ContinuousClock.Instant?>(nil)

  /// Makes the folder and writes the configuration into it.
  ///
  /// - Throws: `PipelineError` where the folder cannot be made or written.
  init(path: String, configuration: PipelineConfiguration) throws(PipelineError) {
    self.path = path
    self.configuration = configuration
    do {
      try FileManager.default.createDirectory(
        atPath: path,
        withIntermediateDirectories: true
      )
      use = try Use.mark(path)
      let text = configuration.describedInFull
      try text.write(toFile: "\(path)/configuration.yaml", atomically: true, encoding: .utf8)
    } catch let error as PipelineError {
      throw error
    } catch {
      throw PipelineError(
        .output,
        "the folder of the results, \(path), cannot be made or written; name another one"
      )
    }
    note("configuration.yaml")
  }

  /// Takes a folder that could not be written, in case it can be later.
  init(unwritable path: String, configuration: PipelineConfiguration) {
    self.path = path
    self.configuration = configuration
    use = nil
  }

  /// The summary so far.
  var summary: RunSummary { content.withLock { $0 } }

  /// Writes a finished scan.
  func write(_ finished: FinishedScan, report: (RunEvent) -> Void) {
    let object = finished.object
    content.withLock { $0.scans.append(RunSummary.Scan(finished)) }
    if configuration.results.scans {
      writing("scans/\(Self.fileName(finished.key)).cxi", report) { path in
        try writeCXI(
          result: object,
          source: CXISource(
            detectorDistance: configuration.preprocessing.detectorDistance,
            positions: finished.positions,
            toldPositions: finished.toldPositions,
            parameters: finished.configuration.describedInFull,
            version: tiltfoldVersion
          ),
          to: path
        )
      }
    }
    if configuration.results.pictures { draw(finished, report) }
  }

  /// Writes a finished tomogram.
  func write(
    _ record: TomogramRecord,
    _ tomogram: TomogramSession.Content,
    report: (RunEvent) -> Void
  ) {
    // The first tomogram has the plain names.
    let isFirst = content.withLock { summary in
      let entry = RunSummary.Tomogram(record, tomogram)
      if let place = summary.tomograms.firstIndex(where: { $0.name == record.name }) {
        summary.tomograms[place] = entry
      } else {
        summary.tomograms.append(entry)
      }
      return summary.tomograms[0].name == record.name
    }
    let prefix = isFirst ? "" : "\(Self.fileName(record.name))-"
    writing("\(prefix)tomogram.h5", report) { try writeTomogram(record, to: $0) }
    writing("\(prefix)alignment.csv", report) { path in
      try AlignmentTable(of: record).text.write(toFile: path, atomically: true, encoding: .utf8)
    }
    if let particles = record.particles {
      writing("\(prefix)particles.csv", report) { path in
        try ParticleTable(particles, name: record.name).text
          .write(toFile: path, atomically: true, encoding: .utf8)
      }
    }
    if configuration.results.mrc {
      for (volume, energy) in zip(record.volumes, record.energies) {
        let name = String(format: "%@volume-%.2f-eV.mrc", prefix, energy.electronVolts)
        writing(name, report) { path in
          try writeMRC(
            volume,
            voxelSize: record.voxelSize,
            to: path,
            label: "\(record.name), OD per voxel at \(energy.electronVolts) eV"
          )
        }
      }
    }
    if configuration.results.pictures { draw(record, tomogram, prefix: prefix, report) }
  }

  /// Writes the summary.
  func writeSummary(
    counters: StreamCounters,
    events: [RunEvent],
    errors: Int,
    elapsed: Double,
    load: PtychographyLoad,
    latency: RunLatency,
    recording: String?,
    report: (RunEvent) -> Void
  ) -> RunSummary {
    // Also where it cannot be written, it says what the run came to.
    let summary = content.withLock { summary in
      summary.counters = counters
      summary.framesLost = counters.lost
      summary.elapsed = elapsed
      summary.ptychography = load
      summary.latency = latency
      summary.recording = recording
      summary.errors = errors
      summary.events = events.filter { $0.severity != .info }.map(\.description)
      if !summary.files.contains("summary.json") { summary.files.append("summary.json") }
      summary.files.sort()
      return summary
    }
    writing("summary.json", report) { path in
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try encoder.encode(summary).write(to: URL(filePath: path), options: .atomic)
    }
    return summary
  }

  // MARK: -

  /// Writes one file, making its folder; tells what goes wrong.
  func writing(_ name: String, _ report: (RunEvent) -> Void, _ body: (String) throws -> Void) {
    let file = "\(path)/\(name)"
    do {
      let folder = URL(filePath: file).deletingLastPathComponent()
        .path(percentEncoded: false)
      try FileManager.default.createDirectory(
        atPath: folder,
        withIntermediateDirectories: true
      )
      try body(file)
      note(name)
    } catch {
      report(RunEvent(.error, "\(file) cannot be written: \(error)"))
    }
  }

  /// Whether a scan's picture should be drawn now; scans may come faster than anybody looks.
  func isPictureDue() -> Bool {
    lastPicture.withLock { last in
      if let last, ContinuousClock.now - last < .seconds(5) { return false }
      last = .now
      return true
    }
  }

  private func note(_ name: String) {
    content.withLock { if !$0.files.contains(name) { $0.files.append(name) } }
  }

  /// A scan's name without what does not belong into a file's; different names stay different.
  static func fileName(_ name: String) -> String {
    let allowed = String(
      name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.~".contains($0)) ? $0 : "_" }
    )
    guard allowed != name || name.utf8.count > 120 || name.hasPrefix(".") || name.isEmpty else {
      return name
    }
    // FNV-1a, so that names which differ only in what was replaced or cut do not meet.
    let hash = name.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    return "scan-\(allowed.prefix(100))-\(String(hash, radix: 16))"
  }
}

extension RunSummary.Scan {
  fileprivate init(_ finished: FinishedScan) {
    let object = finished.object
    func known(_ value: Double) -> Double? { value.isFinite ? value : nil }
    self.init(
      scan: finished.key,
      rotationAngle: object.identity.tilt?.degrees,
      energy: object.identity.energy.electronVolts,
      frames: object.frameCount,
      iterations: object.iteration,
      end: object.end,
      dataError: known(object.dataError),
      overlapError: known(object.overlapError),
      vacuumModulus: finished.vacuum.modulus,
      vacuumInView: finished.vacuum.isInView,
      halfPeriod: (object.halves?.halfPeriodAtHalfBit.meters).flatMap(known),
      halfPeriodAtOneHalf: (object.halves?.halfPeriodAtOneHalf.meters).flatMap(known),
      duration: Double(finished.finishedAt - finished.startedAt) * 1e-9
    )
  }
}

extension RunSummary.Tomogram {
  fileprivate init(_ record: TomogramRecord, _ content: TomogramSession.Content) {
    self.init(
      name: record.name,
      tilts: content.assembly.acceptedTiltCount,
      heldBack: content.assembly.heldBackTilts,
      refused: content.refused,
      energies: record.energies.map(\.electronVolts),
      stateOfCharge: content.chemicalSummary?.stateOfCharge?.fraction,
      stateOfChargeUncertainty: content.chemicalSummary?.stateOfCharge?.uncertainty,
      phasePeaks: Self.known(record.chemistry?.figures?.peaks ?? []),
      halfPeriods: content.resolution.isEmpty
        ? nil
        : content.resolution.map {
          $0.halfPeriod.meters.isFinite ? $0.halfPeriod.meters : nil
        },
      particles: record.particles.map { RunSummary.Particles($0) },
      leftOut: content.assembly.withheldTilts.isEmpty ? nil : content.assembly.withheldTilts
    )
  }
}

extension RunSummary.Tomogram {
  /// The peaks; nil where there are none or a number of theirs is not known, as JSON has no NaN.
  package static func known(_ peaks: [ChemistryFigures.Peak]) -> [ChemistryFigures.Peak]? {
    let areKnown = peaks.allSatisfy { peak in
      peak.angle.isFinite && peak.angleError.isFinite && peak.angleWidth.isFinite
        && peak.composition.isFinite && peak.compositionWidth.isFinite
    }
    return peaks.isEmpty || !areKnown ? nil : peaks
  }
}

extension RunSummary.Particles {
  fileprivate init(_ particles: TomogramParticles) {
    let numbers = ParticleNumbers(particles)
    let hasPlates = numbers.plates > 0
    self.init(
      count: numbers.plates,
      bunches: numbers.bunches,
      active: numbers.active.active,
      activePercent: particles.activePercent,
      activeFraction: hasPlates ? numbers.active.fraction : nil,
      activeError: hasPlates ? numbers.active.error : nil
    )
  }
}
