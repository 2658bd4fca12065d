// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import Synchronization
import WireFormat

// The resolution of volumes: on request while they grow, and once when they are complete.
extension ReconstructionEngine {
  /// Prepares the measurement of what somebody asks for.
  ///
  /// - Parameter name: The tomogram; nil for all that grow.
  /// - Returns: One measurement for each, to be advanced when there is time.
  /// - Throws: `PipelineError` where there is none, or nothing in it that could be measured.
  func measurements(of name: String?) throws(PipelineError) -> [ResolutionMeasurement] {
    let known = tomograms.withLock { $0.values.sorted { $0.name < $1.name } }
    let named = known.filter { session in name == nil || session.name == name }
    guard !named.isEmpty else {
      let names = known.map(\.name).joined(separator: ", ")
      throw PipelineError(
        .data,
        (name.map { "there is no tomogram \($0)" } ?? "no projection has been folded yet")
          + (known.isEmpty ? "" : "; there is \(names)")
      )
    }
    var refusals: [String] = []
    let measurements = named.filter { session -> Bool in
      guard let words = refusalToMeasure(session) else { return true }
      refusals.append(words)
      return false
    }
    guard !measurements.isEmpty else {
      throw PipelineError(.data, refusals.joined(separator: "; "))
    }
    return measurements.map(ResolutionMeasurement.init(of:))
  }

  /// Why a tomogram's resolution cannot be measured now, in words; nil where it can be.
  private func refusalToMeasure(_ session: TomogramSession) -> String? {
    let (name, roll) = (session.name, session.roll.withLock { $0 })
    if roll.isStack { return "\(name) is a stack of energies at one tilt" }
    if roll.isComplete {
      // Whoever asks does not wait for a fold or an end that goes on.
      let words = session.content.withLockIfAvailable {
        Self.inWords($0.resolution) ?? "nothing could be measured"
      }
      return "\(name) is complete" + (words.map { ": \($0)" } ?? "")
    }
    return Self.shortage(of: name, roll.tilts.count(where: \.isAccepted))
  }

  /// Why so few tilts say nothing, in words; nil where they are enough.
  private static func shortage(of name: String, _ tilts: Int) -> String? {
    guard tilts < HalfTomograms.fewestTilts else { return nil }
    return "\(name) has \(Words.count(tilts, "tilt")) so far; halves of fewer than "
      + "\(HalfTomograms.fewestTilts) say nothing"
  }

  /// Does a slice of a measurement; says the result when there is one.
  ///
  /// - Returns: Whether it is done.
  func advance(_ measurement: ResolutionMeasurement) -> Bool {
    guard let resolution = measurement.advance(sharing: crew) else { return false }
    measurement.session.content.withLock { content in
      // Measured again when it was completed meanwhile, with all its tilts.
      guard !content.isComplete else { return }
      guard !resolution.isEmpty else {
        let words =
          Self.shortage(of: measurement.session.name, content.assembly.acceptedTiltCount)
          ?? "no energy has tilts enough"
        report(RunEvent(.info, "the resolution was asked for and cannot be measured: \(words)"))
        return
      }
      content.resolution = resolution
      tell(resolution, of: measurement.session.name)
      offerAlignment(content)
    }
    return true
  }

  /// Measures a tomogram that is complete.
  func measureResolution(of name: String, _ content: inout TomogramSession.Content) {
    content.resolution = content.assembly.shellCorrelations(sharing: crew)
    tell(content.resolution, of: name)
  }

  private func tell(_ resolution: [ShellCorrelation], of name: String) {
    guard let words = Self.inWords(resolution) else { return }
    board.update { status in
      status.shellHalfPeriods = resolution.map(\.halfPeriod)
      status.shellTilts = resolution.map { $0.tilts.reduce(0, +) }.max() ?? 0
    }
    report(RunEvent(.info, "tomogram \(name): \(words)"))
  }

  /// The half periods of all energies in a sentence; nil where there is none.
  static func inWords(_ resolution: [ShellCorrelation]) -> String? {
    guard let first = resolution.first else { return nil }
    let periods = resolution.map { correlation in
      "\(correlation.halfPeriodInWords) at \(correlation.energy?.electronVolts ?? .nan) eV"
    }
    let tilts = first.tilts.map { "\($0)" }.joined(separator: " + ")
    let limit = first.crowtherLimit.map {
      "; the Crowther limit is \(inTenths($0.nanometers / 2)) nm half period"
    }
    return "resolved to \(periods.joined(separator: ", ")), half periods at 1/2 bit of the Fourier "
      + "shell correlation from \(tilts) tilts\(limit ?? "")"
  }

  // MARK: - Previews

  /// Adds the half period of each energy and the number of tilts to a preview's figures.
  func addResolution(_ resolution: [ShellCorrelation], to header: inout PreviewHeader) {
    guard let first = resolution.first else { return }
    header.quality["fsc_tilts"] = Double(first.tilts.reduce(0, +))
    header.quality["crowther_full_period_m"] = first.crowtherLimit?.meters ?? .nan
    for correlation in resolution {
      let name = "fsc_half_period_m_\(correlation.energyIndex)"
      header.quality[name] = correlation.halfPeriod.meters
    }
  }

  /// The correlation and threshold of each energy, as a preview has them.
  func resolutionArrays(_ resolution: [ShellCorrelation]) -> [PreviewArray] {
    resolution.flatMap { correlation in
      let record = correlation.record
      func array(_ name: String, _ unit: String, _ values: [Double]) -> PreviewArray {
        PreviewArray(
          name: "\(name)_\(correlation.energyIndex)",
          shape: [values.count],
          values: values.map { Float($0) },
          unit: unit
        )
      }
      return [
        array("fsc_frequency", "1/nm", record.frequencies),
        array("fsc_correlation", "1", record.correlations),
        array("fsc_half_bit", "1", record.halfBitThreshold),
      ]
    }
  }
}
