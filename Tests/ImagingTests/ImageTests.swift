// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import TestSupport
import Testing

@Suite struct ImageTests {
  let shape = Shape2D(rows: 2, columns: 3)

  @Test func pixelsStandRowAfterRow() {
    let image = Image(shape: shape, values: [0, 1, 2, 10, 11, 12])
    #expect(image[0, 2] == 2)
    #expect(image[1, 0] == 10)
    var complex = ComplexImage(shape: shape)
    complex[1, 2] = .one
    #expect(complex.values[5] == .one)
    #expect(complex.values.count { $0 == .zero } == 5)
  }

  @Test func shapesSayRowsFirst() {
    #expect("\(shape)" == "2x3")
    #expect(shape.count == 6)
    #expect(Shape2D(square: 4) == Shape2D(rows: 4, columns: 4))
  }

  @Test func framesGoIntoAStackAndComeBack() {
    var stack = ImageStack(count: 3, shape: shape)
    let image = Image(shape: shape, values: [1, 2, 3, 4, 5, 6])
    stack[1] = image
    #expect(stack[1] == image)
    #expect(stack[0].values.allSatisfy { $0 == 0 })
    #expect(Array(stack.values[6..<12]) == image.values)
  }

  @Test func transpositionExchangesRowsAndColumns() {
    let image = Phantoms.lopsidedImage(side: 20)
    let turned = transposed(image)
    #expect(turned[3, 11] == image[11, 3])
    #expect(turned != image)
    #expect(transposed(turned) == image)
  }
}
