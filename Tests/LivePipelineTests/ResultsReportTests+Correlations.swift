// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import TestSupport
import Testing

import LivePipeline

// Results beside a run, and files that cannot be read.
extension ResultsReportTests {
  /// A result of one scan with the correlation of its halves.
  private func writeScan(_ identity: ScanIdentity, halfPeriod: Double, to path: String) throws {
    let shape = Shape2D(square: 24)
    var object = ReconstructedObject(
      identity: identity,
      transmission: ComplexImage(shape: shape, filledWith: .one),
      probe: ComplexImage(shape: Shape2D(square: 8), filledWith: .one),
      coverage: Image(shape: shape, filledWith: 1),
      pixelSize: Length(nanometers: 6.7),
      origin: ScanPosition(x: -77.05e-9, y: -77.05e-9)
    )
    object.halves = HalfScanCorrelation(
      frequencies: [0.1, 0.3],
      correlations: [0.9, 0.2],
      halfBitThreshold: [0.5, 0.4],
      halfPeriodAtHalfBit: Length(nanometers: halfPeriod),
      halfPeriodAtOneHalf: Length(nanometers: halfPeriod),
      iterations: 40
    )
    try writeCXI(
      result: object,
      source: CXISource(
        detectorDistance: Length(meters: 0.08),
        positions: [ScanPosition(x: 0, y: 0)],
        parameters: "",
        version: "test"
      ),
      to: path
    )
  }

  /// The summary of a run of one scan at 0°, whose correlation it did not measure.
  private func writeSummary(scan: String) throws {
    let plain = try JSONEncoder().encode(RunSummary())
    var summary = try #require(try JSONSerialization.jsonObject(with: plain) as? [String: Any])
    summary["scans"] = [
      [
        "scan": scan, "rotation_angle_deg": 0, "energy_eV": 708.2, "frames": 9, "iterations": 9,
        "vacuum_modulus": 1, "vacuum_in_view": true, "duration_s": 1,
      ] as [String: Any]
    ]
    try JSONSerialization.data(withJSONObject: summary)
      .write(to: URL(filePath: folder.file("summary.json")))
  }

  @Test func aResultBesideTheRunCountsWhereItIsTheRuns() throws {
    let tomogram = record()
    try writeTomogram(tomogram, to: folder.file("tomogram.h5"))
    try writeSummary(scan: "scan-a")
    func write(_ scan: String, tomogram: String? = nil, degrees: Double = 0) throws {
      let identity = ScanIdentity(
        scan: scan,
        tomogram: tomogram,
        tilt: TiltAngle(degrees: degrees),
        energy: PhotonEnergy(electronVolts: 708.2)
      )
      try writeScan(identity, halfPeriod: 9.4, to: folder.file("\(scan).cxi"))
    }
    let name = "FRC, projection at 0.0°, 708.2 eV, half period, 1/2 bit"
    // Of another tomogram, of a scan that the run does not know, of one at another tilt.
    try write("scan-of-another", tomogram: "another")
    try write("stranger")
    try write("scan-a", degrees: 30)
    let report = try ResultsReport(folder.path)
    let without = try page(report)
    #expect(!without.contains(name))
    #expect(without.contains("There is no ring correlation of a projection"))
    let written = try report.write(
      to: folder.file("again.html"),
      drawsFigures: false,
      plotly: plotly
    )
    let remark = try #require(written.remarks.first { $0.contains("stranger.cxi") })
    #expect(remark.contains("scan-of-another.cxi") && remark.contains("scan-a.cxi"))

    for (scan, named) in [("scan-a", nil), ("any", tomogram.name)] {
      for file in ["scan-a.cxi", "any.cxi"] {
        try? FileManager.default.removeItem(atPath: folder.file(file))
      }
      try write(scan, tomogram: named)
      let with = try page(ResultsReport(folder.path))
      #expect(try row(name, in: with)[0] == "9.4")
      #expect(with.contains("it is that of \(scan).cxi, by tiltfold reconstruct"))
    }
  }

  @Test func whatCannotBeReadIsSaid() throws {
    try writeTomogram(record(), to: folder.file("tomogram.h5"))
    try writeSummary(scan: "scan-a")
    for file in ["broken.cxi", "particles.h5"] {
      try "no HDF5".write(toFile: folder.file(file), atomically: true, encoding: .utf8)
    }
    let report = try ResultsReport(folder.path)
    let written = try report.write(
      to: folder.file("report.html"),
      drawsFigures: false,
      plotly: plotly
    )
    for file in ["broken.cxi", "particles.h5"] {
      #expect(written.remarks.contains { $0.contains(file) }, "\(written.remarks)")
    }
  }
}
