// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging
import Testing

@Suite struct FourierShiftTests {
  @Test(arguments: [Shape2D(rows: 4, columns: 6), Shape2D(rows: 5, columns: 7)])
  func theCentreIsHalfTheExtentRoundedDown(shape: Shape2D) {
    var image = Image(shape: shape)
    image[shape.rows / 2, shape.columns / 2] = 1
    #expect(centerToCorner(image)[0, 0] == 1)
    var corner = Image(shape: shape)
    corner[0, 0] = 1
    #expect(cornerToCenter(corner) == image)
  }

  @Test(arguments: [Shape2D(rows: 4, columns: 6), Shape2D(rows: 5, columns: 7)])
  func theTwoShiftsUndoEachOther(shape: Shape2D) {
    let image = Image(shape: shape, values: (0..<shape.count).map(Float.init))
    #expect(centerToCorner(cornerToCenter(image)) == image)
    let complex = ComplexImage(shape: shape, values: image.values.map { Complex64($0, -$0) })
    #expect(cornerToCenter(centerToCorner(complex)) == complex)
  }

  @Test func aThreeByThreeIsMovedAsNumPyDoes() {
    // numpy.fft.fftshift(numpy.arange(9).reshape(3, 3))
    let image = Image(shape: Shape2D(square: 3), values: (0..<9).map(Float.init))
    #expect(cornerToCenter(image).values == [8, 6, 7, 2, 0, 1, 5, 3, 4])
  }
}
