// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import TestSupport
import Testing
import Tomography

/// `tiltfold tomogram` as a person runs it.
@Suite(.enabled(if: BuiltProgram.tiltfold != nil, "tiltfold is not built"))
struct TomogramCommandTests {
  let scratch: TemporaryFolder
  let tiltfold: BuiltProgram

  init() throws {
    scratch = try TemporaryFolder()
    tiltfold = try #require(BuiltProgram.tiltfold)
  }

  private func writeSeries(
    side: Int = 32,
    tilts: Int = 41
  ) throws -> (path: String, volume: Volume) {
    let path = scratch.file("blobs.h5")
    let series = LopsidedSeries(side: side, tilts: tilts)
    try writeTomogram(series.record, to: path)
    return (path, series.volume)
  }

  @Test func aTomogramIsBuiltAnewWithItsVolumesForOtherPrograms() throws {
    let (path, truth) = try writeSeries()
    let outcome = try tiltfold(
      "tomogram",
      path,
      "--no-align",
      "--sweeps",
      "15",
      "--mrc",
      "--tiff",
      "--set",
      "tomography.variation_weight=0"
    )
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("sweep 15/15 | residual"))
    for words in ["volume: 32 x 32 x 32 voxels", "tilts: 41 from", "residual: ", "written: "] {
      #expect(outcome.output.contains(words), "\(outcome.output)")
    }
    #expect(
      scratch.names == [
        "blobs-rebuilt-alignment.csv", "blobs-rebuilt-quality.png", "blobs-rebuilt.h5",
        "blobs-rebuilt.mrc", "blobs-rebuilt.png", "blobs-rebuilt.tif", "blobs.h5",
      ]
    )
    let record = try readTomogram(scratch.file("blobs-rebuilt.h5"))
    let error = relativeError(record.volumes[0].values, of: truth.values)
    #expect(error < 0.1, "\(error)")
    #expect(record.sweepResiduals[0].count == 15)
    let mrc = scratch.file("blobs-rebuilt.mrc")
    #expect(try readMRC(mrc, readMRCSummary(mrc)) == record.volumes[0])
    #expect(record.parameters.contains("variation_weight: 0"))
  }

  @Test func quietMeansQuietAndAnAlignedSeriesEndsWith0() throws {
    let (path, _) = try writeSeries()
    let outcome = try tiltfold(
      "tomogram",
      path,
      "--sweeps",
      "2",
      "--quiet",
      "--no-pictures",
      "--output",
      scratch.file("other.h5")
    )
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.errors.isEmpty)
    #expect(outcome.output.contains("shifts: rows "))
    #expect(scratch.names == ["blobs.h5", "other-alignment.csv", "other.h5"])
  }

  @Test func aResultIsNeverWrittenOverItsSourceNorNowhere() throws {
    let (path, _) = try writeSeries()
    let over = try tiltfold("tomogram", path, "--output", path)
    #expect(over.code == 73)
    #expect(over.errors.contains("is the series itself"))
    let nowhere = try tiltfold("tomogram", path, "--output", scratch.file("no/such.h5"))
    #expect(nowhere.code == 73)
    #expect(nowhere.errors.contains("there is no folder"))
    let typo = try tiltfold("tomogram", path, "--set", "tomography.relaxaton=0.3")
    #expect(typo.code == 78)
    #expect(typo.errors.contains("did you mean relaxation?"))
    let lone = try tiltfold("tomogram", path, "--remove-tilts", "0-39")
    #expect(lone.code == 65)
    #expect(lone.errors.contains("only one tilt"))
    #expect(scratch.names == ["blobs.h5"])
  }

  @Test func ctrlCWritesWhatThereIs() throws {
    // A thousand sweeps over so much take far longer than anybody needs to press the keys.
    let (path, truth) = try writeSeries(side: 128, tilts: 81)
    let program = [
      "tomogram", path, "--no-align", "--no-pictures", "--set", "tomography.final_sweeps=1000",
    ]
    let outcome = try tiltfold.run(program) { process in
      process.wait(for: "sweep 1/1000")
      process.interrupt()
    }
    #expect(outcome.code == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("writing what there is"))
    #expect(outcome.output.contains("ended on request"))
    #expect(scratch.names == ["blobs-rebuilt-alignment.csv", "blobs-rebuilt.h5", "blobs.h5"])
    let record = try readTomogram(scratch.file("blobs-rebuilt.h5"))
    #expect((1..<1000).contains(record.sweepResiduals[0].count))
    #expect(relativeError(record.volumes[0].values, of: truth.values) < 0.3)
  }
}

/// The real tilt series of a needle, unaligned.
@Suite(.enabled(if: RealData.isPresent, Comment(rawValue: RealData.reason)))
struct RealTiltSeriesTests {
  @Test func theNeedleIsImportedAlignedAndReconstructedByThePlainCommand() throws {
    let source = try #require(RealData.path("tomography/HAADF.mrc"))
    let tiltfold = try #require(BuiltProgram.tiltfold)
    let scratch = try TemporaryFolder()
    let output = scratch.file("needle.h5")
    let outcome = try tiltfold.run(["tomogram", source, "--bin", "2", "--output", output])
    // A tilt or two that are held back make it 1.
    #expect([0, 1].contains(outcome.code), "\(outcome.errors)")
    #expect(outcome.output.contains("32768 added to signed counts"))
    #expect(outcome.output.contains("the rotation axis runs across the images"))
    let record = try readTomogram(output)
    #expect(record.tilts.map(\.degrees) == (0..<77).map { -76 + 2 * Double($0) })
    #expect(abs(record.voxelSize.nanometers - 6.72) < 1e-3)
    #expect(record.accepted.count { $0 } >= 74)
    #expect(record.shifts.allSatisfy { $0.rows.isFinite && $0.columns.isFinite })
    #expect(record.shifts.contains { abs($0.columns) > 10 })
    let residuals = record.residuals[0].filter(\.isFinite)
    #expect(residuals.count == record.accepted.count { $0 })
    // The signal is scaled to 1; its own RMS over the images is 0.22.
    let mean = residuals.reduce(0, +) / Double(residuals.count)
    #expect(mean < 0.015, "\(mean)")
    let sweeps = record.sweepResiduals[0]
    #expect(sweeps.last ?? 1 < 0.2 * sweeps[0])
    print("needle: mean residual \(mean), sweeps \(sweeps[0]) to \(sweeps.last ?? .nan)")
  }
}
