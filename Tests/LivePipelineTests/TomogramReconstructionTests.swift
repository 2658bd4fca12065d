// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import Registration
import TestSupport
import Testing
import Tomography

/// Volumes from every kind of file, against the plates that the files were made of.
@Suite struct TomogramReconstructionTests {
  static let series = PlateSeries()
  let scratch: TemporaryFolder
  var series: PlateSeries { Self.series }

  init() throws { scratch = try TemporaryFolder() }

  /// Without alignment, twelve sweeps.
  private static var standing: TomogramOptions {
    var options = TomogramOptions()
    options.aligns = false
    options.sweeps = 12
    return options
  }

  private func run(
    _ name: String,
    _ options: TomogramOptions = standing,
    _ overrides: [String] = []
  ) throws -> TomogramResult {
    try TomogramReconstruction(
      paths: [scratch.file(name)],
      overrides: overrides,
      options: options
    ).run()
  }

  @Test func ourTomogramDataExchangeNeXusAndMRCGiveTheSameTrueVolume() throws {
    try series.writeTomogramFile(scratch.file("ours.h5"))
    try series.writeDataExchange(scratch.file("exchange.h5"))
    try series.writeNeXus(scratch.file("nexus.nxs"))
    try series.writeMRCFile(scratch.file("stack.mrc"))
    var withPixel = Self.standing
    withPixel.pixelSize = PlateSeries.pixel
    let ours = try run("ours.h5")
    let error = relativeError(ours.record.volumes[0].values, of: series.truth().values)
    // Plates three voxels thin, a wedge of 26 degrees missing.
    #expect(error < 0.22, "\(error)")
    #expect(ours.isWhole && ours.record.accepted.count == 26)
    #expect(ours.record.energies == [PhotonEnergy(electronVolts: 708.2)])
    // What had been shifted before stays shifted by that.
    #expect(ours.record.shifts.allSatisfy { $0 == PixelShift(rows: 1, columns: 2) })
    for other in [
      try run("exchange.h5", withPixel), try run("nexus.nxs"),
      try run("stack.mrc", oriented(.rows)),
    ] {
      #expect(other.record.volumes[0].values == ours.record.volumes[0].values)
      #expect(abs(other.record.voxelSize.nanometers - 6.7) < 1e-5)
      #expect(other.record.quantity == "optical density")
      #expect(other.record.tilts.count == 26)
    }
    print("plates from a file: relative error \(error), residual \(ours.residuals)")
  }

  private func oriented(_ axis: AxisDirection) -> TomogramOptions {
    var options = Self.standing
    options.axis = axis
    return options
  }

  @Test func intensitiesWithFlatsAndDarksBecomeTheSameLineIntegrals() throws {
    try series.writeDataExchange(scratch.file("od.h5"))
    try series.writeIntensities(scratch.file("counts.h5"))
    var options = Self.standing
    options.pixelSize = PlateSeries.pixel
    let (od, counts) = (try run("od.h5", options), try run("counts.h5", options))
    let difference = relativeError(
      counts.record.projections[0].values,
      of: od.record.projections[0].values
    )
    #expect(difference < 1e-4, "\(difference)")
    #expect(counts.remarks.contains { $0.contains("-ln(I/I0)") })
  }

  @Test func aDarkFieldSignalWithTheAxisAcrossIsTurnedAndScaled() throws {
    try series.writeSignal(scratch.file("signal.st"))
    let result = try run("signal.st")
    #expect(result.remarks.contains { $0.contains("runs across the images, by what stays") })
    #expect(result.remarks.contains { $0.contains("32768 added") })
    #expect(result.record.quantity == "signal")
    // The background is 900; the projections are proportional to the optical densities, no pixel
    // exchanged with another.
    let values = result.record.projections[0].values
    let truth = series.images.values
    let factor = Float(
      innerProduct(values.span, truth.span) / innerProduct(truth.span, truth.span)
    )
    let scaled = truth.map { factor * $0 }
    #expect(relativeError(values, of: scaled) < 2e-3)
    let sorted = values.sorted()
    #expect(abs(sorted[Int(0.99 * Double(sorted.count - 1))] - 1) < 0.01)
    #expect(try run("signal.st", oriented(.rows)).record.projections != result.record.projections)
  }

  @Test func aDisplacedSeriesIsAlignedAndReconstructed() throws {
    let displaced = PlateSeries(jitter: 3)
    try displaced.writeTomogramFile(scratch.file("displaced.h5"))
    var options = Self.standing
    options.aligns = true
    let result = try run("displaced.h5", options)
    #expect(result.isWhole)
    let left = zip(displaced.displacements, result.record.shifts).map {
      // What the file had been shifted by before is not our doing.
      $0 + $1 - PixelShift(rows: 1, columns: 2)
    }
    let errors = removeGauge(left, tilts: displaced.tilts)
    let rms = { (values: [Double]) in
      (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    }
    #expect(rms(errors.map(\.rows)) < 0.06 && rms(errors.map(\.columns)) < 0.06)
    let place = ShiftGauge(fittedTo: left, at: displaced.tilts, includingAxis: false)
    let truth = displaced.truth(movedBy: SIMD3(place.x, place.y, place.z))
    let error = relativeError(result.record.volumes[0].values, of: truth.values)
    #expect(error < 0.25, "\(error)")
    #expect(result.record.confidence.allSatisfy { $0 > 0.9 })
    #expect(result.record.energyShifts == [result.record.tilts.map { _ in .zero }])
    let unaligned = try run("displaced.h5")
    #expect(unaligned.residuals[0] > 3 * result.residuals[0])
    print(
      "displaced plates: registration \(rms(errors.map(\.rows))), \(rms(errors.map(\.columns))) px, "
        + "relative error \(error), residuals \(result.residuals) and \(unaligned.residuals)"
    )
  }

  @Test func theOrderOfTiltsInTheFileDoesNotMatter() throws {
    try series.writeTomogramFile(scratch.file("sorted.h5"))
    var record = try readTomogram(scratch.file("sorted.h5"))
    let shuffled = (0..<26).map { (7 * $0 + 3) % 26 }
    record.tilts = shuffled.map { series.tilts[$0] }
    for (place, tilt) in shuffled.enumerated() {
      record.projections[0][place] = series.images[tilt]
    }
    try writeTomogram(record, to: scratch.file("shuffled.h5"))
    var options = Self.standing
    (options.aligns, options.sweeps) = (true, 3)
    let (a, b) = (try run("sorted.h5", options), try run("shuffled.h5", options))
    #expect(a.record.volumes == b.record.volumes)
    #expect(b.record.tilts == record.tilts)
    for (place, tilt) in shuffled.enumerated() {
      #expect(a.record.shifts[tilt] == b.record.shifts[place])
    }
  }

  @Test func tiltsThatAreTakenTwiceCountTwice() throws {
    try series.writeTomogramFile(scratch.file("once.h5"))
    var record = try readTomogram(scratch.file("once.h5"))
    let twice = Array(0..<26) + [4, 13, 13]
    record.tilts = twice.map { series.tilts[$0] }
    record.shifts = twice.map { _ in .zero }
    record.accepted = twice.map { _ in true }
    var stack = ImageStack(count: twice.count, shape: series.images.shape)
    for (place, tilt) in twice.enumerated() { stack[place] = series.images[tilt] }
    record.projections = [stack]
    record.coverage = []
    try writeTomogram(record, to: scratch.file("twice.h5"))
    var options = Self.standing
    options.aligns = true
    let result = try run("twice.h5", options)
    #expect(result.isWhole && result.record.tilts.count == 29)
    let error = relativeError(result.record.volumes[0].values, of: series.truth().values)
    #expect(error < 0.25, "\(error)")
  }

  @Test func removedTiltsMakeTheVolumeOfTheOthers() throws {
    try series.writeTomogramFile(scratch.file("all.h5"))
    var options = Self.standing
    options.sweeps = 2
    let angle = series.tilts[20].degrees
    options.removedTilts = try #require(TiltChoice.list("3,5-6,\(angle)deg"))
    let removed = try run("all.h5", options)
    #expect(removed.record.tilts.count == 22)
    #expect(removed.places == (0..<26).filter { ![3, 5, 6, 20].contains($0) })
    var record = try readTomogram(scratch.file("all.h5"))
    record.tilts = removed.record.tilts
    record.shifts = record.tilts.map { _ in .zero }
    record.coverage = []
    var stack = ImageStack(count: 22, shape: series.images.shape)
    for (place, tilt) in removed.places.enumerated() { stack[place] = series.images[tilt] }
    record.projections = [stack]
    try writeTomogram(record, to: scratch.file("others.h5"))
    options.removedTilts = []
    #expect(try run("others.h5", options).record.volumes == removed.record.volumes)
  }

  @Test func binningKeepsTheMass() throws {
    try series.writeTomogramFile(scratch.file("fine.h5"))
    var options = Self.standing
    let fine = try run("fine.h5", options)
    options.binning = 2
    let coarse = try run("fine.h5", options)
    #expect(coarse.record.volumes[0].sizeX == PlateSeries.side / 2)
    #expect(abs(coarse.record.voxelSize.nanometers - 13.4) < 1e-9)
    #expect(coarse.record.shifts[0] == PixelShift(rows: 0.5, columns: 1))
    let masses = [fine, coarse].map { $0.record.volumes[0].values.reduce(0.0) { $0 + Double($1) } }
    // OD per voxel length, over four times the area.
    #expect(abs(4 * masses[1] / masses[0] - 1) < 0.02, "\(masses)")
  }

  @Test func aResultIsRebuiltExactlyByItsOwnParameters() throws {
    try series.writeTomogramFile(scratch.file("plates.h5"))
    var few = Self.standing
    few.sweeps = 3
    let brief = try run("plates.h5", few)
    _ = try brief.write(to: scratch.file("brief.h5"))
    few.sweeps = nil
    let same = try run("brief.h5", few)
    #expect(same.record.volumes == brief.record.volumes)
    #expect(!same.remarks.contains { $0.contains("passed over") })
    let first = try run("plates.h5", Self.standing, ["tomography.relaxation=0.3"])
    let output = TomogramResult.defaultOutput(for: scratch.file("plates.h5"))
    #expect(output == scratch.file("plates-rebuilt.h5"))
    let written = try first.write(to: output, mrc: true, tiff: true)
    #expect(
      written
        == [".h5", "-alignment.csv", ".mrc", ".tif"].map { scratch.file("plates-rebuilt\($0)") }
    )
    let pictures = try first.drawPictures(beside: output)
    #expect(pictures.allSatisfy { scratch.names.contains(URL(filePath: $0).lastPathComponent) })
    let back = try readTomogram(output)
    #expect(back.sweepResiduals == [first.record.sweepResiduals[0]])
    #expect(first.record.sweepResiduals[0].count == 12)
    #expect(first.record.sweepResiduals[0][11] < 0.5 * first.record.sweepResiduals[0][0])
    var options = Self.standing
    options.sweeps = nil
    let again = try run("plates-rebuilt.h5", options)
    #expect(again.record.volumes == first.record.volumes)
    #expect(try run("plates.h5").record.volumes != first.record.volumes)
    let words = first.inWords
    #expect(words.contains("volume: 56 x 56 x 56 voxels (x, z, y) of 6.70 nm, 12 sweeps"))
    #expect(words.contains("tilts: 26 from -7") && words.contains("shifts: as they stood"))
  }

  @Test func whatThereIsIsKeptWhenSomebodyEndsIt() throws {
    try series.writeTomogramFile(scratch.file("plates.h5"))
    let reconstruction = try TomogramReconstruction(
      paths: [scratch.file("plates.h5")],
      options: Self.standing
    )
    let result = try reconstruction.run { step in
      if case .sweeping(_, _, let sweep, _, _) = step, sweep == 3 { reconstruction.requestFinish() }
    }
    #expect(result.wasCutShort && !result.isWhole)
    #expect(result.record.sweepResiduals[0].count == 3)
    #expect(result.inWords.contains("3 of 12 sweeps"))
    let error = relativeError(result.record.volumes[0].values, of: series.truth().values)
    #expect(error < 0.6, "\(error)")
  }

  @Test func aTiltThatShowsSomethingElseIsHeldBackAndKeptAsItCame() throws {
    try series.writeTomogramFile(scratch.file("foreign.h5"))
    var record = try readTomogram(scratch.file("foreign.h5"))
    let shape = series.images.shape
    var foreign = Image(shape: shape, values: Phantoms.noise(count: shape.count, seed: 5))
    for i in foreign.values.indices { foreign.values[i] *= 0.3 }
    record.projections[0][6] = foreign
    try writeTomogram(record, to: scratch.file("foreign.h5"))
    var options = Self.standing
    options.aligns = true
    let result = try run("foreign.h5", options)
    #expect(!result.isWhole)
    #expect(result.record.accepted == (0..<26).map { $0 != 6 })
    #expect(result.record.projections[0][6] == foreign)
    #expect(result.record.residuals[0][6].isNaN)
    let angle = series.tilts[6].degrees
    #expect(result.inWords.contains("held back 1: 6 (\((angle * 10).rounded() / 10) degrees)"))
    let error = relativeError(result.record.volumes[0].values, of: series.truth().values)
    #expect(error < 0.25, "\(error)")
  }

  @Test func twoEnergiesGetTheirChemistry() throws {
    let second = PlateSeries(energy: 1)
    let record = TomogramRecord(
      name: "two",
      voxelSize: PlateSeries.pixel,
      tilts: series.tilts,
      energies: [PhotonEnergy(electronVolts: 708.2), PhotonEnergy(electronVolts: 710.2)],
      projections: [series.images, second.images],
      shifts: series.tilts.map { _ in .zero },
      accepted: series.tilts.map { _ in true }
    )
    try writeTomogram(record, to: scratch.file("two.h5"))
    let both = try run("two.h5")
    let error = series.phantom.error(of: both.record.volumes)
    #expect(error.composition < 0.12, "\(error)")
    #expect(both.record.chemistry != nil)
    var options = Self.standing
    options.energies = [710.2]
    let one = try run("two.h5", options)
    #expect(one.record.volumes == [both.record.volumes[1]])
    #expect(one.record.chemistry == nil)
  }

  @Test func partsOfASeriesAreJoined() throws {
    try series.writeMRCFile(scratch.file("all.mrc"))
    for (name, part) in [("a", 0..<10), ("b", 10..<26)] {
      var stack = ImageStack(count: part.count, shape: series.images.shape)
      for (place, tilt) in part.enumerated() { stack[place] = series.images[tilt] }
      let path = scratch.file("\(name).mrc")
      try writeMRC(PlateSeries.volume(stack), voxelSize: PlateSeries.pixel, to: path)
      try part.map { "\(series.tilts[$0].degrees)" }.joined(separator: "\n")
        .write(toFile: scratch.file("\(name).tlt"), atomically: true, encoding: .utf8)
    }
    let whole = try run("all.mrc", oriented(.rows))
    let parts = try TomogramReconstruction(
      paths: ["a.mrc", "b.mrc"].map(scratch.file),
      options: oriented(.rows)
    ).run()
    #expect(parts.record.volumes == whole.record.volumes)
    #expect(parts.places == Array(0..<26))
  }
}
