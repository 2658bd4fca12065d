// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Testing

@Suite struct BeamlineScanMetadataTests {
  private static func read(_ json: String) throws -> BeamlineScanMetadata {
    let value = try JSONDecoder().decode(MetadataValue.self, from: Data(json.utf8))
    return try BeamlineScanMetadata(value)
  }

  @Test func theBeamlinesUnitsBecomeOurs() throws {
    let metadata = try Self.read(
      """
      {"energy": 708.2, "isDoubleExp": 1, "dwell1": 300, "dwell2": 30, "n_repeats": 2,
       "geometry": {"distance": 80, "psize": 30, "A0": null}, "exp_num_total": 4,
       "translations": [[1.5, 20], [1.57, 20.05]], "scanRegion": "Region2", "energyIndex": 3}
      """
    )
    #expect(metadata.exposureTimes == [0.03, 0.3])
    #expect(metadata.isDoubleExposure)
    #expect(metadata.repeats == 2)
    #expect(abs((metadata.detectorDistance?.meters ?? 0) - 0.08) < 1e-15)
    #expect(abs((metadata.detectorPixelSize?.micrometers ?? 0) - 30) < 1e-9)
    #expect(abs(metadata.translations[1].x - 20.05e-6) < 1e-15)
    #expect(abs(metadata.translations[1].y - 1.57e-6) < 1e-15)
    #expect(metadata.energyIndex == 3)
    #expect(metadata.region == "Region2")
  }

  @Test func thePreprocessorsUnitsAreKnownByTheirSize() throws {
    // What the preprocessor passes on: joules, metres, (x, y).
    let metadata = try Self.read(
      """
      {"energy": 1.13466e-16, "dwell1": 30, "dwell2": 30, "isDoubleExp": false,
       "geometry": {"distance": 0.08, "psize": 3e-5},
       "translations": [[2e-5, 1e-6], [2.005e-5, 1.07e-6]]}
      """
    )
    #expect(abs((metadata.energy?.electronVolts ?? 0) - 708.2) < 0.01)
    #expect(metadata.exposureTimes == [0.03])
    #expect(abs((metadata.detectorDistance?.meters ?? 0) - 0.08) < 1e-15)
    #expect(abs((metadata.detectorPixelSize?.micrometers ?? 0) - 30) < 1e-9)
    #expect(abs(metadata.translations[1].x - 2.005e-5) < 1e-15)
    #expect(abs(metadata.translations[1].y - 1.07e-6) < 1e-15)
  }

  @Test func whatIsSaidBesideThePlanAndMakesNoSenseLosesNoScan() throws {
    let metadata = try Self.read(
      """
      {"dwell1": 30, "isDoubleExp": false, "double_exposure": "true", "n_repeats": -4,
       "exp_num_total": "many", "geometry": {"distance": -1, "psize": "small"},
       "motors": {"SampleTheta": 1, "SampleX": null}, "motorPositions": {"SampleTheta": -33.5}}
      """
    )
    #expect(metadata.energy == nil)
    #expect(metadata.isDoubleExposure && metadata.exposuresPerPoint == 2)
    #expect(metadata.exposureTimes == [0.03])
    #expect(metadata.repeats == 1 && metadata.expectedExposures == nil)
    #expect(metadata.detectorDistance == nil && metadata.detectorPixelSize == nil)
    #expect(metadata.motors == ["SampleTheta": -33.5])
  }

  @Test(arguments: [
    ("[1, 2]", "metadata"), ("{\"energy\": -3}", "energy"), ("{\"energy\": \"high\"}", "energy"),
    ("{\"energy\": 708, \"translations\": [[1]]}", "translations[0]"),
    ("{\"energy\": 708, \"translations\": [[1, 2], [\"a\", 2]]}", "translations[1]"),
    ("{\"energy\": 708, \"dwell1\": \"long\"}", "dwell1"),
    ("{\"energy\": 708, \"translations\": [[1, 2], [1e7, 2]]}", "translations[1]"),
  ])
  func whatMakesNoSenseIsNamed(json: String, key: String) {
    #expect {
      try Self.read(json)
    } throws: { error in
      (error as? ParameterError)?.key == key
    }
  }
}
