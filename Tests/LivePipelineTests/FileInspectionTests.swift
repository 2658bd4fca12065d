// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import TestSupport
import Testing

@Suite struct FileInspectionTests {
  let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  private static func text(_ topic: String, _ json: String) -> [SharedBytes] {
    [SharedBytes(Array(topic.utf8)), SharedBytes(Array(json.utf8))]
  }

  private static func frame(_ scan: String, _ index: Int, role: String) -> [SharedBytes] {
    let json = """
      {"identifier": "\(scan)", "index": \(index), "shape_y": 3, "shape_x": 5, "dtype": "uint16",
       "role": "\(role)"}
      """
    return text("frame", json) + [SharedBytes([UInt8](repeating: 1, count: 30))]
  }

  /// Two scans, the second cut off; messages half a second apart.
  private func append(to writer: inout RecordingWriter) throws {
    var messages = [
      Self.text(
        "start",
        """
        {"identifier": "first", "energy_eV": 708.2, "rotation_angle_deg": -12.5,
         "expected_frames": 3}
        """
      ),
      Self.frame("first", 0, role: "dark"),
    ]
    messages += (0..<3).map { Self.frame("first", $0, role: "exposure") }
    messages.append(Self.text("stop", "{\"identifier\": \"first\"}"))
    messages.append(Self.text("start", "{\"identifier\": \"second\", \"energy\": 1.137e-16}"))
    messages.append(Self.frame("second", 0, role: "exposure"))
    messages.append(Self.text("noise", "no JSON"))
    for (number, parts) in messages.enumerated() {
      try writer.append(parts, arrival: 1_700_000_000_000_000_000 + Int64(number) * 500_000_000)
    }
    try writer.appendSchedule([
      "{\"step\":\"begin\",\"scan\":\"first\",\"probe\":\"zone-plate\"}",
      "{\"step\":\"iterate\",\"scan\":\"first\",\"iterations\":3}",
      "{\"step\":\"iterate\",\"scan\":\"first\",\"iterations\":3}",
    ])
    try writer.flush()
  }

  @Test func aRecordingIsDescribed() throws {
    let path = scratch.file("run.h5")
    var writer = try RecordingWriter(creating: path, configuration: "", version: "9.8.7")
    try append(to: &writer)
    try writer.finish()

    let words = try FileInspection.describe(path)
    #expect(words.contains("9.8.7, no longer written"))
    #expect(words.contains("messages:     9"))
    #expect(words.contains("2023-11-14T22:13:20Z for 4.0 s"))
    #expect(words.contains("5 of 3 x 5 uint16"))
    #expect(
      words.contains("\"first\", -12.5 degrees, 708.20 eV, 3 of 3 frames, 1 dark, stopped")
    )
    #expect(words.contains("\"second\", 709.66 eV, 1 frames, not ended"))
    #expect(words.contains("unknown:      1 message"))
    #expect(words.contains("3 steps: 1 begin, 2 iterate"))
  }

  @Test func aScanIsDescribed() throws {
    let path = scratch.file("scan.cxi")
    let small = SmallScan()
    try writeCXI(scan: small.scan, to: path)
    let words = try FileInspection.describe(path)
    #expect(words.contains("scan (CXI) \"small\""))
    #expect(words.contains("100 of 32 x 32"))
    #expect(words.contains("708.20 eV, 1.7507 nm"))
    #expect(words.contains("30.00 um on the detector, 145.891 nm on the object"))
    #expect(words.contains("start probe:  there"))
  }

  @Test func aTomogramIsDescribed() throws {
    let path = scratch.file("tomogram.h5")
    let tilts = [-80, -1.5, 77].map { TiltAngle(degrees: $0) }
    var labels = Volume(sizeX: 4, sizeZ: 2, sizeY: 3)
    for i in 0..<8 { labels.values[i] = i < 2 ? 1 : 3 }
    var (lithiated, delithiated) = (labels, labels)
    for i in labels.values.indices {
      lithiated.values[i] = labels.values[i] == 1 ? 1 : 0
      delithiated.values[i] = labels.values[i] == 3 ? 1 : 0
    }
    let record = TomogramRecord(
      name: "plates",
      voxelSize: Length(nanometers: 6.7),
      tilts: tilts,
      energies: [PhotonEnergy(electronVolts: 708.2), PhotonEnergy(electronVolts: 710.2)],
      volumes: [labels, labels],
      shifts: [
        PixelShift(rows: 3, columns: 4), .init(rows: 0, columns: 0), .init(rows: 1, columns: 0),
      ],
      residuals: [[0.1, 0.02, 0.3], [0.1, 0.05, .nan]],
      accepted: [true, false, true],
      chemistry: TomogramChemistry(
        lithiated: lithiated,
        delithiated: delithiated,
        composition: labels,
        polarAngle: labels,
        phaseLabel: labels
      )
    )
    try writeTomogram(record, to: path)
    let words = try FileInspection.describe(path)
    #expect(words.contains("3 from -80.0 to 77.0 degrees"))
    #expect(words.contains("2 tilts; held back, degrees: -1.5"))
    #expect(words.contains("2 of 4 x 2 x 3 voxels"))
    #expect(words.contains("shifts up to 5.0 pixels"))
    #expect(words.contains("by 0.1 OD at 708.20 eV"))
    #expect(words.contains("8 voxels with iron: 25.0 % LiFePO4, 0.0 % mixed, 75.0 % FePO4"))
    #expect(words.contains("75.0 % of all iron phosphate is FePO4"))
  }

  /// The extent of a PNG file.
  private static func extent(_ path: String) throws -> (width: Int, height: Int) {
    let bytes = Array(try Data(contentsOf: URL(filePath: path)))
    try #require(bytes.count > 24 && Array(bytes[1..<4]) == Array("PNG".utf8))
    func number(_ place: Int) -> Int { (0..<4).reduce(0) { $0 << 8 | Int(bytes[place + $1]) } }
    return (number(16), number(20))
  }

  @Test func everyKindHasItsPicture() throws {
    let scan = scratch.file("scan.cxi")
    try writeCXI(scan: SmallScan().scan, to: scan)
    #expect(FileInspection.defaultPicture(for: scan) == scratch.file("scan-inspection.png"))
    #expect(try FileInspection.draw(scan, to: scratch.file("scan.png")))
    // Mean pattern, positions and map side by side.
    let extent = try Self.extent(scratch.file("scan.png"))
    #expect(extent.width > 2 * extent.height)

    let run = scratch.file("run.h5")
    var writer = try RecordingWriter(creating: run, configuration: "", version: "9.8.7")
    try append(to: &writer)
    try writer.finish()
    #expect(try FileInspection.draw(run, to: scratch.file("run.png")))
    #expect(try Self.extent(scratch.file("run.png")).width > 100)

    let volume = scratch.file("volume.mrc")
    let voxels = Volume(sizeX: 4, sizeZ: 2, sizeY: 3, values: (0..<24).map { Float($0) })
    try writeMRC(voxels, voxelSize: Length(nanometers: 6.7), to: volume, label: "plates")
    let words = try FileInspection.describe(volume)
    #expect(words.contains("4 x 3 x 2"))
    #expect(words.contains("6.700 nm"))
    #expect(words.contains("plates"))
    #expect(words.contains("0 to 23, mean 11.5"))
    #expect(try FileInspection.draw(volume, to: scratch.file("volume.png")))

    let other = scratch.file("truth.h5")
    let file = try StorageFile(creating: other)
    try file.write([708.2, 710.2], shape: [2], at: "/entry/energy", unit: "eV")
    try file.write(text: "annular", at: "/entry/probe")
    try file.close()
    let listed = try FileInspection.describe(other)
    #expect(listed.contains("/entry/energy: 2 float64 eV"))
    #expect(listed.contains("/entry/probe: \"annular\""))
    #expect(try FileInspection.draw(other, to: scratch.file("truth.png")) == false)
    #expect(!scratch.names.contains("truth.png"))
  }

  @Test func whatIsNotOursIsRefusedInWords() throws {
    let text = scratch.file("text.h5")
    try "hello".write(toFile: text, atomically: true, encoding: .utf8)
    func failure(_ path: String) -> PipelineError? {
      do {
        _ = try FileInspection.describe(path)
        return nil
      } catch {
        return error
      }
    }
    #expect(failure(text)?.kind == .data)
    #expect(failure(text)?.description.contains("no HDF5 file") == true)
    #expect(failure(text)?.description.contains("tomograms") == true)
    #expect(failure(scratch.file("missing"))?.kind == .input)
    #expect(failure(scratch.path)?.kind == .input)
  }
}
