// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import TestSupport
import Testing

/// What is wrong with a series is said to a person, with what to do.
@Suite struct TomogramInputTests {
  let scratch: TemporaryFolder
  var series: PlateSeries { TomogramReconstructionTests.series }

  init() throws { scratch = try TemporaryFolder() }

  /// What a series is refused with.
  private func refusal(
    _ name: String,
    _ change: (inout TomogramOptions) -> Void = { _ in }
  ) -> PipelineError? {
    var options = TomogramOptions()
    options.aligns = false
    change(&options)
    do {
      _ = try TomogramReconstruction(paths: [scratch.file(name)], options: options)
      return nil
    } catch {
      return error as? PipelineError
    }
  }

  private func expect(
    _ refusal: PipelineError?,
    _ words: String...,
    kind: PipelineError.Kind = .data,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(refusal?.kind == kind, sourceLocation: sourceLocation)
    for word in words {
      let text = refusal?.description ?? "nothing"
      #expect(text.contains(word), "\(text)", sourceLocation: sourceLocation)
    }
  }

  private func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: scratch.file(name))
  }

  @Test func anglesThatAreMissingOrDoNotFitAreTold() throws {
    try series.writeMRCFile(scratch.file("a.mrc"))
    try remove("a.rawtlt")
    expect(refusal("a.mrc"), "a.rawtlt or a.tlt", "--tilts FILE")
    func angles(_ lines: [String]) throws {
      try lines.joined(separator: "\n")
        .write(toFile: scratch.file("angles.txt"), atomically: true, encoding: .utf8)
    }
    func named(_ options: inout TomogramOptions) { options.tiltFile = scratch.file("angles.txt") }
    expect(refusal("a.mrc", named), "angles.txt", "cannot be read", kind: .input)
    try angles((0..<25).map { "\($0)" })
    expect(refusal("a.mrc", named), "25 angles", "26 sections")
    for wrong in ["ten", "nan", "1 2", "720"] {
      try angles(["# degrees", "1.5", wrong])
      expect(refusal("a.mrc", named), "angles.txt:3: \"\(wrong)\" is no angle")
    }
    // Remarks and empty lines count for nothing.
    try angles(["# degrees", ""] + series.tilts.map { " \($0.degrees)  # as measured" })
    #expect(refusal("a.mrc", named) == nil)
  }

  @Test func filesThatAreCutOffOrOfAnotherKindAreTold() throws {
    try series.writeMRCFile(scratch.file("cut.mrc"))
    let bytes = try Data(contentsOf: URL(filePath: scratch.file("cut.mrc")))
    try bytes.dropLast(10).write(to: URL(filePath: scratch.file("cut.mrc")))
    expect(refusal("cut.mrc"), "cut.mrc", "cut off")
    expect(refusal("nowhere.mrc"), "there is no such file", kind: .input)
    try "text".write(toFile: scratch.file("text.st"), atomically: true, encoding: .utf8)
    expect(refusal("text.st"), "no HDF5 file and no MRC")
    let recording = try RecordingWriter(
      creating: scratch.file("run.h5"),
      configuration: "",
      version: ""
    )
    try recording.finish()
    expect(refusal("run.h5"), "is a recording", "tiltfold replay")
    let empty = TomogramRecord(
      name: "empty",
      voxelSize: PlateSeries.pixel,
      tilts: series.tilts,
      energies: [PhotonEnergy(electronVolts: 700)]
    )
    try writeTomogram(empty, to: scratch.file("empty.h5"))
    expect(refusal("empty.h5"), "holds no projections")
    let other = try StorageFile(creating: scratch.file("other.h5"))
    try other.write(value: 1.0, at: "/somewhere")
    try other.close()
    expect(refusal("other.h5"), "neither /exchange/data nor a group")
  }

  @Test func anUnknownPixelSizeIsAskedFor() throws {
    try series.writeDataExchange(scratch.file("exchange.h5"))
    expect(refusal("exchange.h5"), "does not say how large its pixels are", "--pixel-size-nm")
    #expect(refusal("exchange.h5") { $0.pixelSize = PlateSeries.pixel } == nil)
  }

  @Test func pixelsThatAreNoNumbersHaveNoWeight() throws {
    var broken = series.images
    let count = broken.shape.count
    broken.values[5 * count + 100] = .nan
    broken.values[5 * count + 101] = .infinity
    let path = scratch.file("nan.mrc")
    // As MRC files of other programs have them; ours hold zeros instead.
    try series.writeMRCFile(path)
    var bytes = try Data(contentsOf: URL(filePath: path))
    func put(_ stack: ImageStack) throws {
      bytes.replaceSubrange(
        1024...,
        with: stack.values.flatMap { value in
          (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(8 * $0)) }
        }
      )
      try bytes.write(to: URL(filePath: path))
    }
    try put(broken)
    var options = TomogramOptions()
    (options.aligns, options.sweeps) = (false, 12)
    let reconstruction = try TomogramReconstruction(paths: [path], options: options)
    #expect(reconstruction.series.remarks.contains { $0.contains("2 pixels") })
    #expect(reconstruction.series.coverage[0].values.count { $0 == 0 } == 2)
    let volume = try reconstruction.run().record.volumes[0]
    #expect(relativeError(volume.values, of: series.truth().values) < 0.22)
    for i in 5 * count..<6 * count { broken.values[i] = .nan }
    try put(broken)
    let without = try TomogramReconstruction(paths: [path], options: options)
    #expect(without.series.remarks.contains { $0.contains("projection 5 holds not one") })
    #expect(try without.run().record.tilts.count == 25)
  }

  @Test func anglesThatCannotBeDegreesAreDoubted() throws {
    let path = scratch.file("a.mrc")
    try writeMRC(PlateSeries.volume(series.images), voxelSize: PlateSeries.pixel, to: path)
    let text = series.tilts.map { "\($0.radians)\n" }.joined()
    try text.write(toFile: scratch.file("a.rawtlt"), atomically: true, encoding: .utf8)
    let reconstruction = try TomogramReconstruction(paths: [path])
    #expect(reconstruction.series.remarks.contains { $0.contains("are the angles in degrees?") })
  }

  @Test func tooFewTiltsAreTold() throws {
    try series.writeTomogramFile(scratch.file("a.h5"))
    expect(refusal("a.h5") { $0.removedTilts = [.places(1...25)] }, "only one tilt")
    expect(refusal("a.h5") { $0.removedTilts = [.places(0...25)] }, "no tilt is left")
    expect(refusal("a.h5") { $0.removedTilts = [.places(26...26)] }, "no tilt 26", "0 to 25")
    expect(refusal("a.h5") { $0.removedTilts = [.angle(12.34)] }, "no tilt 12.34 degrees")
    expect(refusal("a.h5") { $0.energies = [500] }, "has the energies 708.20 eV", "--energy")
    expect(refusal("a.h5") { $0.binning = 20 }, "--bin 20 leaves fewer than 8")
    expect(refusal("a.h5") { $0.quantity = .signal }, "leave --quantity signal out")
  }

  @Test func whatTheMachineCannotHoldIsRefusedBeforeItTries() throws {
    try series.writeTomogramFile(scratch.file("a.h5"))
    let refusal = refusal("a.h5") { ($0.volumeSide, $0.volumeHeight) = (2048, 2048) }
    expect(refusal, "GB of memory are needed", "--bin 2")
  }

  @Test func numbersThatCannotBeWhatTheyAreSaidToBeAreTold() throws {
    var dark = series.images
    for i in dark.values.indices { dark.values[i] = 0 }
    let path = scratch.file("dark.mrc")
    try writeMRC(PlateSeries.volume(dark), voxelSize: PlateSeries.pixel, to: path)
    try series.writeAngles(beside: path, "rawtlt")
    expect(refusal("dark.mrc") { $0.quantity = .intensity }, "no intensity is above zero")
    expect(refusal("dark.mrc") { $0.quantity = .signal }, "above their background")
  }

  @Test func anglesWithTheLineEndsOfWindowsAreRead() throws {
    let path = scratch.file("a.mrc")
    try writeMRC(PlateSeries.volume(series.images), voxelSize: PlateSeries.pixel, to: path)
    let text = series.tilts.map { "\($0.degrees)\r\n" }.joined()
    try text.write(toFile: scratch.file("a.rawtlt"), atomically: true, encoding: .utf8)
    #expect(refusal("a.mrc") == nil)
  }

  @Test func anglesInHDF5ThatAreNoNumbersAreTold() throws {
    let file = try StorageFile(creating: scratch.file("a.h5"))
    let shape = [series.images.count, PlateSeries.side, PlateSeries.side]
    try file.write(series.images.values, shape: shape, at: "/exchange/data")
    var angles = series.tilts.map(\.degrees)
    angles[7] = .nan
    try file.write(angles, shape: [angles.count], at: "/exchange/theta")
    try file.close()
    let pixel: (inout TomogramOptions) -> Void = { $0.pixelSize = PlateSeries.pixel }
    expect(refusal("a.h5", pixel), "the angle of projection 7")
  }

  @Test func listsOfTiltsAreRead() {
    #expect(
      TiltChoice.list("3, 17,20-24,-62.5deg")
        == [.places(3...3), .places(17...17), .places(20...24), .angle(-62.5)]
    )
    for wrong in ["", "x", "-3", "5-3", "1-2-3", "deg", "nandeg", "3.5"] {
      #expect(TiltChoice.list(wrong) == nil, "\(wrong)")
    }
  }
}
