// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import Testing

import LivePipeline

@Suite struct AlignmentTableTests {
  /// A sample that rises by 6 pixels over 41 tilts, one of them held back.
  @Test func theTableHoldsWhatTheStageDid() throws {
    let tilts = (0..<41).map { TiltAngle(degrees: -80 + 4 * Double($0)) }
    var record = TomogramRecord(
      name: "stage",
      voxelSize: Length(nanometers: 6.7),
      tilts: tilts,
      energies: [PhotonEnergy(electronVolts: 708.2)],
      shifts: tilts.indices.map { place in
        PixelShift(
          rows: -6 * (Double(place) / 40 - 0.5),
          columns: -2 * cosine(tilts[place].radians)
        )
      },
      residuals: [tilts.map { _ in 0.01 }],
      accepted: tilts.indices.map { $0 != 7 }
    )
    record.confidence = tilts.map { _ in 0.99 }
    let lines = AlignmentTable(of: record).text.split(separator: "\n").map(String.init)
    let drift = try #require(lines.first { $0.hasPrefix("# drift") })
    #expect(drift.contains("rows 6.000 +- 0.000, columns not told"), "\(drift)")
    let header = try #require(lines.first { !$0.hasPrefix("#") })
    let names = header.split(separator: ",").map(String.init)
    let rows = lines.filter { !$0.hasPrefix("#") }.dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    #expect(rows.count == 41 && rows.allSatisfy { $0.count == names.count })
    func cell(_ row: Int, _ name: String) throws -> String {
      rows[row][try #require(names.firstIndex(of: name))]
    }
    #expect(abs((Double(try cell(40, "drift_rows_px")) ?? 0) - 3) < 0.1)
    #expect(abs((Double(try cell(20, "place_columns_px")) ?? 0) - 2) < 0.01)
    #expect(try cell(7, "accepted") == "0" && cell(7, "jitter_rows_px") == "")
    #expect(try cell(3, "residual_708.20_eV") == "0.010000")
  }
}
