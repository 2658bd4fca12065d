// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Testing

@Suite struct RecordTests {
  @Test func theAbsorptionMatrixKeepsItsRowsAndColumns() {
    let matrix = AbsorptionMatrix(rows: [[11.80, 5.33], [5.45, 11.86]])
    #expect(matrix.lithiatedAtFirst == 11.80)
    #expect(matrix.delithiatedAtFirst == 5.33)
    #expect(matrix.lithiatedAtSecond == 5.45)
    #expect(matrix.rows == [[11.80, 5.33], [5.45, 11.86]])
    #expect(abs(matrix.determinant - (11.80 * 11.86 - 5.33 * 5.45)) < 1e-12)
    #expect(AbsorptionMatrix(rows: [[1, 2], [2, 4]]).determinant == 0)
  }

  @Test func parameterErrorsNameKeyValueAndBounds() throws {
    try ParameterError.require(5, in: 1...10, key: "iterations")
    let error = #expect(throws: ParameterError.self) {
      try ParameterError.require(11, in: 1...10, key: "iterations")
    }
    #expect(error?.description == "iterations is 11; expected 1 to 10")
    #expect(throws: ParameterError.self) {
      try ParameterError.require(Double.nan, in: 0...1, key: "beta")
    }
  }

  @Test func positionsAreCentredOnTheirBoundingBox() {
    let identity = ScanIdentity(scan: "s", energy: PhotonEnergy(electronVolts: 708.2))
    let scan = ScanDescription(
      identity: identity,
      positions: [
        ScanPosition(x: 1, y: -3), ScanPosition(x: 5, y: 7), ScanPosition(x: 4, y: 0),
      ]
    )
    #expect(scan.middleOfPositions == ScanPosition(x: 3, y: 2))
    let empty = ScanDescription(identity: identity, positions: [])
    #expect(empty.middleOfPositions == ScanPosition(x: 0, y: 0))
  }

  @Test func samplesHaveTheirSize() {
    #expect(SampleType.uint16.byteCount == 2)
    #expect(SampleType.float32.byteCount == 4)
  }
}
