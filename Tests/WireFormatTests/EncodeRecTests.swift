// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Testing
import WireFormat

@Suite struct EncodeRecTests {
  @Test func theObjectLiesInsideABorderOf128Pixels() throws {
    let shape = Shape2D(rows: 2, columns: 3)
    let object = ComplexImage(shape: shape, values: (1...6).map { Complex64(Float($0), -1) })
    let parts = encodeRec(object, pixelSize: Length(meters: 6.7e-9), identifier: "s")
    #expect(parts.count == 3)
    #expect(parts[0].array() == Array("rec".utf8))
    let json = String(decoding: parts[1].array(), as: UTF8.self)
    #expect(
      json == #"{"byteorder":"<","dtype":"complex64","identifier":"s","#
        + #""obj_pixelsize_x":6.7e-09,"obj_pixelsize_y":6.7e-09,"order":"C","#
        + #""shape_x":259,"shape_y":258}"#
    )
    let padded = ComplexImage(
      shape: Shape2D(rows: 258, columns: 259),
      values: parts[2].elements(as: Complex64.self)
    )
    for row in 0..<2 {
      for column in 0..<3 {
        #expect(padded[128 + row, 128 + column] == object[row, column])
      }
    }
    #expect(padded.values.filter { $0 != .zero }.count == 6)
  }
}
