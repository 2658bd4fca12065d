// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import HDF5Storage
import Imaging
import LivePipeline
import Preprocessing
import TestSupport
import Testing

// Files of double exposures.
extension FileConversionTests {
  /// Of a double exposure's third point the long frame is missing: as bright as it is with it.
  @Test func aPointWithoutItsLongExposureIsAsBrightAsWithIt() throws {
    var parameters = SimulationParameters(.cosmic)
    parameters.tiltCount = 1
    parameters.energies = [PhotonEnergy(electronVolts: 708.2)]
    parameters.scanColumns = 2
    parameters.scanRows = 2
    parameters.volumeSide = 64
    parameters.sampleDiameter = Length(nanometers: 220)
    parameters.plateCount = 6
    let times = parameters.exposureTimes
    try #require(times.count == 2)
    let long = times[0] < times[1] ? 1 : 0
    var detector = try SimulatedDetector(parameters)
    let scan = detector.plan.scans[0]
    let path = scratch.file("double.stxm")
    let lacking = scratch.file("lacking.stxm")
    for (path, isLacking) in [(path, false), (lacking, true)] {
      let file = try StorageFile(creating: path)
      for exposure in times.indices {
        for index in 0..<3 {
          let dark = detector.dark(scan, index: index, exposure: exposure)
          try Self.write(try #require(dark), as: "dark/\(2 * index + exposure)", to: file)
        }
        for point in 0..<4 where !(isLacking && point == 2 && exposure == long) {
          let frame = detector.exposure(scan, point: point, exposure: exposure)
          try Self.write(frame, as: "exp/\(2 * point + exposure)", to: file)
        }
      }
      let translations = scan.positions.map { "[\($0.y * 1e6), \($0.x * 1e6)]" }
      try file.write(
        text: """
          {"energy": 708.2, "dwell1": \(times[0] * 1e3), "dwell2": \(times[1] * 1e3),
           "isDoubleExp": true, "translations": [\(translations.joined(separator: ", "))]}
          """,
        at: "/metadata"
      )
      try file.close()
    }
    var configuration = try Self.configuration
    configuration.preprocessing.attenuator = nil
    configuration.preprocessing.detectorDistance = parameters.detectorDistance
    configuration.preprocessing.objectPixelSize = parameters.voxelSize
    configuration.preprocessing.amplitudeEstimate = .squareRoot
    let photons = try [path, lacking].map { path -> [Double] in
      let scan = try OfflineScan.read(path, configuration: configuration)
      return (0..<scan.positions.count).map { index in
        scan.pattern(index).amplitudes.values.reduce(0) {
          $0 + ($1 > 0 ? Double($1) * Double($1) : 0)
        }
      }
    }
    #expect(photons.map(\.count) == [4, 4])
    for point in 0..<4 {
      #expect(abs(photons[1][point] / photons[0][point] - 1) < 0.15, "\(photons)")
    }
  }
}
