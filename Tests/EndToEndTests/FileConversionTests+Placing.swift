// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import Ptychography
import Preprocessing
import Ptychography
import TestSupport
import Testing
import Tomography

// What a configuration and a file's neighbours say of a scan.
extension FileConversionTests {
  @Test func theTiltComesFromAMotorASidecarOrTheCommandLine() throws {
    let taken = try #require(Self.taken)
    let source = try stxm(taken, motors: ["SampleTheta": -33.5, "SampleX": 7])
    func identity(
      _ motor: String?,
      sidecar: String? = nil,
      tilt: Double? = nil
    ) throws -> (identity: ScanIdentity, remarks: String) {
      var configuration = try Self.configuration
      configuration.source.tiltMotor = motor
      configuration.source.sidecar = sidecar
      configuration.source.tomogram = "configured"
      var options = FileConversion.Options()
      options.tilt = tilt.map { TiltAngle(degrees: $0) }
      options.replaces = true
      var remarks = ""
      _ = try FileConversion(
        source,
        to: scratch.file("placed.cxi"),
        configuration: configuration,
        options: options
      ) { if case .remark(let remark) = $0 { remarks += remark + "\n" } }.run()
      return (try readCXI(scratch.file("placed.cxi")).identity, remarks)
    }
    #expect(try identity(nil).identity.tilt == nil)
    #expect(try identity("SampleTheta").identity.tilt?.degrees == -33.5)
    let strange = try identity("Rotation")
    #expect(strange.identity.tilt == nil)
    #expect(strange.remarks.contains("does not say where the motor Rotation"))
    #expect(strange.remarks.contains("in it are SampleTheta, SampleX"))
    #expect(try identity("SampleTheta", tilt: 4).identity.tilt?.degrees == 4)

    // Beside the scan, for all of its file's regions and energies.
    let beside = scratch.file("sidecar.yaml")
    let placement = "placements:\n  - {scan: NS_231005012, rotation_angle_deg: 12.25}\n"
    try placement.write(toFile: beside, atomically: true, encoding: .utf8)
    #expect(try identity("SampleTheta").identity.tilt?.degrees == 12.25)
    #expect(try identity("SampleTheta", tilt: 4).identity.tilt?.degrees == 4)
    // The one that is configured counts before it.
    let other = scratch.file("other.json")
    try #"{"placements": [{"scan": "NS_231005012_ccdframes_0_0", "rotation_angle_deg": -7}]}"#
      .write(toFile: other, atomically: true, encoding: .utf8)
    #expect(try identity(nil, sidecar: other).identity.tilt?.degrees == -7)
    // A mistake in it is told, and the motor counts.
    try "placements: 3".write(toFile: beside, atomically: true, encoding: .utf8)
    let mistaken = try identity("SampleTheta")
    #expect(mistaken.identity.tilt?.degrees == -33.5)
    #expect(mistaken.remarks.contains("sidecar.yaml") && mistaken.remarks.contains("a list"))

    // The recording and its replay have it, too.
    var configuration = try Self.configuration
    configuration.source.tiltMotor = "SampleTheta"
    try FileManager.default.removeItem(atPath: beside)
    _ = try FileConversion(source, to: scratch.file("run.h5"), configuration: configuration).run()
    let words = try FileInspection.describe(scratch.file("run.h5"))
    #expect(words.contains("-33.5 degrees"))
  }

  @Test func aScanHasNoVoxelsThatItsPixelsMustFit() throws {
    let taken = try #require(Self.taken)
    var configuration = try Self.configuration
    let change = "preprocessing.object_pixel_size_m=8e-9"
    #expect(throws: ConfigurationErrors.self) { try configuration.apply([change]) }
    try configuration.applyToScan([change])
    #expect(configuration.tomography.voxelSize == Length(meters: 8e-9))
    // Who names both is held to the rule.
    #expect(throws: ConfigurationErrors.self) {
      try configuration.applyToScan([change, "tomography.voxel_size_m=5e-9"])
    }
    let source = try stxm(taken)
    let target = scratch.file("clean.cxi")
    _ = try FileConversion(source, to: target, configuration: configuration).run()
    #expect(abs(try readCXI(target).objectPixelWidth.nanometers - 8) < 1e-6)
    // Finer than the detector reaches: told with what would be possible.
    try configuration.applyToScan(["preprocessing.object_pixel_size_m=4.5e-9"])
    var remarks = ""
    _ = try OfflineScan.read(source, configuration: configuration) {
      if case .remark(let remark) = $0 { remarks += remark }
    }
    #expect(remarks.contains("4.500 nm is finer than the detector reaches at 708.2 eV"))
    #expect(remarks.contains("the finest size is 4.942e-9"))
    #expect(configuration.warnings.count == 1)
    #expect(try Self.configuration.warnings.isEmpty)
  }
}
