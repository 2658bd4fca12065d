// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import TestSupport
import Testing

import LivePipeline

// The table of particles.
extension ResultsReportTests {
  /// Three particles, the second one active, the third a bunch.
  private func writeParticles(to path: String, firstVolume: Double = 100) throws {
    let file = try StorageFile(creating: path)
    let group = "/entry/particles"
    try file.makeGroup("/entry")
    try file.makeGroup(group)
    try file.makeGroup("\(group)/table")
    let side = Self.side
    try file.write(
      record().chemistry?.phaseLabel.values.map { Int32($0) } ?? [],
      shape: [side, side, side],
      at: "\(group)/label"
    )
    try file.write(value: 15.0, at: "\(group)/active_percent", unit: "percent")
    try file.write(value: 0.02, at: "\(group)/threshold", unit: "1")
    try file.write([1, 2] as [Int32], shape: [1, 2], at: "\(group)/contacts", unit: "1")
    let numbers: [(String, [Double])] = [
      ("volume", [3e4, 9e4, 2e5]), ("volume_voxels", [firstVolume, 300, 700]),
      ("facet_area", [4000, 9000, 1e4]), ("long", [80, 100, 120]), ("wide", [60, 90, 100]),
      ("thickness", [20.5, 24, 30]), ("delithiated", [0.05, 0.403, 0.2]),
      ("delithiated_error", [0.01, 0.01, 0.01]), ("centroid_x", [-6.7, 6.7, 0]),
      ("centroid_y", [0, 0, 0]), ("centroid_z", [0, 0, 0]), ("moment_long", [40, 40, 40]),
      ("moment_wide", [30, 30, 30]), ("moment_thin", [20, 20, 20]),
      ("long_axis_x", [0, 0, 0]), ("long_axis_y", [1, 1, 1]), ("long_axis_z", [0, 0, 0]),
      ("wide_axis_x", [0, 0, 0]), ("wide_axis_y", [0, 0, 0]), ("wide_axis_z", [1, 1, 1]),
      ("thin_axis_x", [1, 1, 1]), ("thin_axis_y", [0, 0, 0]), ("thin_axis_z", [0, 0, 0]),
    ]
    for (name, list) in numbers {
      try file.write(list, shape: [3], at: "\(group)/table/\(name)", unit: "1")
    }
    try file.write([1, 2, 3] as [Int32], shape: [3], at: "\(group)/table/id")
    let flags: [(String, [UInt8])] = [
      ("is_bunch", [0, 0, 1]), ("is_active", [0, 1, 1]), ("is_cut", [0, 0, 0]),
    ]
    for (name, list) in flags { try file.write(list, shape: [3], at: "\(group)/table/\(name)") }
    try file.close()
  }

  @Test func particlesAreCountedWithTheirBinomialError() throws {
    try writeTomogram(record(), to: folder.file("tomogram.h5"))
    try writeParticles(to: folder.file("particles.h5"))
    let text = try page(ResultsReport(folder.path), figures: true)
    #expect(try row("particles, separated", in: text)[0] == "2")
    #expect(try row("bunches that could not be separated", in: text)[0] == "1")
    // √(1/2 · 1/2 / 2) = 35.4 %.
    #expect(try row("active particles, from 15 % FP on", in: text)[0] == "50.0 ± 35.4")
    let cells = text.matches(of: /<td class="number">2<\/td>.*90.00.*9000.*24.0.*40.3.*active/)
    #expect(cells.count == 1)
    #expect(text.contains("Li0.60FePO₄"))
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.file("report"))
    for name in ["particles.png", "particle-activity.svg", "particle-sections.png"] {
      #expect(files.contains(name), "\(files.sorted())")
    }
  }

  @Test func aTomogramsParticlesAreThoseOfItsName() throws {
    try writeTomogram(record(), to: folder.file("second-tomogram.h5"))
    try writeParticles(to: folder.file("particles.h5"))
    let none = try page(ResultsReport(folder.file("second-tomogram.h5")))
    #expect(none.contains("There are no particles in this tomogram"))
    try writeParticles(to: folder.file("second-particles.h5"))
    let found = try page(ResultsReport(folder.file("second-tomogram.h5")))
    #expect(try row("particles, separated", in: found)[0] == "2")
  }

  @Test func binsOfVolumeAreTheConfigurationsAndHoldWhatIsKnown() throws {
    var record = record()
    record.parameters += "particles:\n  volume_bin_voxels: 50\n"
    try writeTomogram(record, to: folder.file("tomogram.h5"))
    try writeParticles(to: folder.file("particles.h5"), firstVolume: .nan)
    let text = try page(ResultsReport(folder.path))
    #expect(text.contains("in bins of 50 voxels"))
    #expect(text.contains("Not known, and in no bin: the volume of 1."))
    // It is a particle all the same.
    #expect(try row("particles, separated", in: text)[0] == "2")
  }
}
