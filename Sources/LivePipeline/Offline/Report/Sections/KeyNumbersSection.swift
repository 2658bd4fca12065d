// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import HDF5Storage
import Imaging
import Reporting

/// The numbers that a reader wants first, beside those of the paper and of the truth.
enum KeyNumbersSection {
  @Sendable static func blocks(_ contents: ReportContents) -> [ReportSection.Block] {
    var numbers = KeyNumbers(truth: contents.truth)
    addRun(contents, &numbers)
    if let record = contents.record {
      addVolumes(record, &numbers)
      addResolution(record, contents, &numbers)
      addChemistry(record, contents, &numbers)
    }
    ParticlesSection.addNumbers(contents, &numbers)
    var blocks: [ReportSection.Block] = []
    if contents.record == nil { blocks += .withoutTomogram }
    blocks.append(.table(numbers.table))
    if contents.truth != nil {
      blocks.append(
        .text(
          "Truth is what the simulator knows (truth.h5); detector-simulator score compares more."
        )
      )
    }
    return blocks
  }

  private static func addRun(_ contents: ReportContents, _ numbers: inout KeyNumbers) {
    guard let summary = contents.summary else { return }
    numbers.add("frames received", "\(summary.counters.exposures)", "frames")
    numbers.add("frames lost", "\(summary.framesLost)", "frames")
  }

  private static func addVolumes(_ record: TomogramRecord, _ numbers: inout KeyNumbers) {
    let taking = record.takingTilts
    let degrees = taking.map { record.tilts[$0].degrees }
    numbers.add(
      "tilts in the volumes",
      "\(taking.count) of \(record.tilts.count)",
      "tilts",
      paper: "158"
    )
    if let low = degrees.min(), let high = degrees.max() {
      numbers.add(
        "range of the tilts",
        "\(ReportWords.signed(low)) to \(ReportWords.signed(high))",
        "degree",
        paper: "−80 to +77"
      )
    }
    let energies = record.energies.filter { $0.electronVolts > 0 }
    if !energies.isEmpty {
      numbers.add(
        "photon energies",
        energies.map { ReportWords.number($0.electronVolts) }.joined(separator: ", "),
        "eV",
        paper: "708.2, 710.2"
      )
    }
    numbers.add(
      "voxel size",
      ReportWords.number(record.voxelSize.nanometers, 2),
      "nm",
      paper: "6.7"
    )
    if let volume = record.volumes.first {
      numbers.add(
        "volume, x × y × z",
        "\(volume.sizeX) × \(volume.sizeY) × \(volume.sizeZ)",
        "voxels"
      )
    }
  }

  private static func addResolution(
    _ record: TomogramRecord,
    _ contents: ReportContents,
    _ numbers: inout KeyNumbers
  ) {
    func half(_ length: Length) -> String {
      length.meters.isFinite ? ReportWords.number(length.nanometers) : "nothing agrees"
    }
    func full(_ length: Length) -> String {
      length.meters.isFinite ? ReportWords.number(2 * length.nanometers) : "nothing agrees"
    }
    for shell in record.resolution {
      let name = "FSC, volume at \(record.energyName(shell.energyIndex))"
      let electronVolts = record.energies[shell.energyIndex].electronVolts
      let paper =
        abs(electronVolts - 708.2) < 0.5 ? "11" : abs(electronVolts - 710.2) < 0.5 ? "12-14" : ""
      numbers.add(
        "\(name), half period, 1/2 bit",
        half(shell.halfPeriodAtHalfBit),
        "nm",
        paper: paper
      )
      numbers.add("\(name), full period, 1/2 bit", full(shell.halfPeriodAtHalfBit), "nm")
      numbers.add("\(name), half period, 0.5", half(shell.halfPeriodAtOneHalf), "nm")
    }
    if let limit = record.resolution.compactMap(\.crowtherLimit).first {
      numbers.add(
        "Crowther limit π D / N, full period",
        ReportWords.number(limit.nanometers),
        "nm",
        paper: "10"
      )
    }
    for ring in ScanCorrelation.nearestToZero(contents) {
      numbers.add(
        "FRC, projection at \(ring.label), half period, 1/2 bit",
        half(ring.halves.halfPeriodAtHalfBit),
        "nm",
        paper: "10"
      )
    }
  }

  private static func addChemistry(
    _ record: TomogramRecord,
    _ contents: ReportContents,
    _ numbers: inout KeyNumbers
  ) {
    guard let chemistry = record.chemistry else { return }
    let truth = contents.truth
    let tomogram = contents.summary?.tomograms.first { $0.name == record.name }
    if let charge = tomogram?.stateOfCharge ?? chargeOfVoxels(record, contents) {
      let error =
        tomogram?.stateOfChargeUncertainty.map { " ± \(ReportWords.number(100 * $0))" } ?? ""
      numbers.add(
        "state of charge, FP among all iron phosphate",
        "\(ReportWords.number(100 * charge))\(error)",
        "%",
        paper: "16.2",
        truth: truth?.stateOfCharge.map { ReportWords.number(100 * $0) }
      )
    }
    if let figures = PolarFigures(contents), let peaks = figures.peaks {
      // Others' angles are of densities as they were measured, at LiFePO₄'s peak first.
      let isComparable = figures.lithiatedIsLower && !figures.subtractsPreEdge
      func add(_ name: String, _ peak: PhasePeaks.Peak, _ paper: [String], _ truth: Double?) {
        numbers.add(
          "polar angle of \(name) voxels, centre",
          "\(ReportWords.number(peak.angle, 2)) ± \(ReportWords.number(peak.angleError, 2))",
          "degree",
          paper: isComparable ? paper[0] : "",
          truth: !isComparable ? nil : truth.map { ReportWords.number($0, 2) }
        )
        numbers.add(
          "composition at that centre, LFP",
          ReportWords.number(100 * peak.composition),
          "%",
          paper: paper[1]
        )
        numbers.add(
          "width of that peak, one σ",
          ReportWords.number(peak.compositionWidth),
          "percentage points",
          paper: paper[2]
        )
      }
      add("LFP-like", peaks.lithiated, ["27.48", "93", "11.3"], truth?.angles.lithiated)
      add("FP-like", peaks.delithiated, ["65.0", "2", "13.9"], truth?.angles.delithiated)
    }
    let counts = PhaseCounts(chemistry.phaseLabel)
    if counts.iron > 0 {
      let parts = [counts.lithiated, counts.mixed, counts.delithiated]
        .map { ReportWords.number(100 * Double($0) / Double(counts.iron)) }
      numbers.add(
        "voxels LFP-rich, mixed, FP-rich",
        parts.joined(separator: ", "),
        "% of those with iron"
      )
    }
  }

  /// The state of charge where no summary says it, from the summed optical densities.
  private static func chargeOfVoxels(
    _ record: TomogramRecord,
    _ contents: ReportContents
  ) -> Double? {
    guard let chemistry = record.chemistry, let densities = contents.chemicalDensities else {
      return nil
    }
    var sums = (first: 0.0, second: 0.0)
    let (a, b) = (densities.first.values, densities.second.values)
    for i in a.indices where chemistry.phaseLabel.values[i] > 0 {
      sums.first += Double(a[i])
      sums.second += Double(b[i])
    }
    return densities.inversion.polarComposition
      .composition(first: sums.first, second: sums.second).map { 1 - $0 }
  }
}

/// The rows of the table of key numbers.
struct KeyNumbers {
  private let hasTruth: Bool
  private var rows: [[String]] = []

  init(truth: ReportTruth?) { hasTruth = truth != nil }

  /// Adds a number.
  mutating func add(
    _ name: String,
    _ value: String,
    _ unit: String,
    paper: String = "",
    truth: String? = nil
  ) {
    rows.append([name, value, unit, paper] + (hasTruth ? [truth ?? ""] : []))
  }

  var table: ReportTable {
    ReportTable(
      columns: [
        .init("quantity", isNumeric: false), .init("value"), .init("unit", isNumeric: false),
        .init("Yu et al. 2018"),
      ] + (hasTruth ? [.init("truth")] : []),
      rows: rows
    )
  }
}
