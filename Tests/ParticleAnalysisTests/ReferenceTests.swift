// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import ParticleAnalysis
import Testing

/// The steps of the segmentation against SciPy and scikit-image.
@Suite struct ReferenceTests {
  let reference: ReferenceArrays

  init() throws { reference = try ReferenceArrays() }

  @Test func squaredDistancesAreThoseOfSciPy() {
    let found = DistanceTransform(of: reference.mask("mask")).squares
    #expect(found == reference.numbers("squared_distance").map { Int32($0) })
  }

  @Test func holesAreThoseOfSciPy() {
    let mask = reference.mask("mask")
    #expect(mask.fillingHoles() == reference.mask("filled"))
    #expect(mask.fillingHoles(.enclosedInSlices) == reference.mask("filled_in_slices"))
    #expect(reference.mask("filled") != reference.mask("filled_in_slices"))
  }

  @Test func componentsAreThoseOfSciPy() {
    let mask = reference.mask("mask")
    #expect(mask.components(.faces) == reference.labels("components_faces"))
    #expect(mask.components(.corners) == reference.labels("components_corners"))
  }

  @Test func smallObjectsAreThoseOfScikitImage() {
    let large = reference.mask("mask").removingParts(smallerThan: 12)
    #expect(large == reference.mask("large"))
    #expect(large != reference.mask("mask"))
  }

  @Test func maximaAreThoseOfScikitImage() {
    let (mask, height) = (reference.mask("mask"), reference.volume("height"))
    let maxima = HMaxima(of: height, in: mask, height: 60)
    let found = maxima.markers(of: height, in: mask)
    #expect(found.values.map { $0 > 0 } == reference.mask("maxima").values)
    #expect(maxima.maxima.count == reference.labels("markers").greatest)
    #expect(maxima.maxima.count > 5)
  }

  @Test func basinsAreThoseOfScikitImage() {
    let (mask, height) = (reference.mask("mask"), reference.volume("height"))
    var landscape = height
    for i in landscape.values.indices { landscape.values[i] = -height.values[i] }
    let markers = reference.labels("markers")
    let found = Watershed().flood(landscape, from: markers, in: mask)
    // Where two basins are as high, the order of neighbours decides: overlap, not equality.
    let expected = reference.labels("basins")
    for label in 1...Int32(expected.greatest) {
      var (both, either) = (0.0, 0.0)
      for (a, b) in zip(found.values, expected.values) where a == label || b == label {
        either += 1
        if a == b { both += 1 }
      }
      #expect(both >= 0.98 * either, "basin \(label): \(both) of \(either)")
    }
    #expect(zip(found.values, mask.values).allSatisfy { $1 || $0 == 0 })
  }

  @Test func momentsAreThoseOfScikitImage() {
    let labels = reference.mask("mask").components(.corners)
    var moments = PlateMoments()
    for (index, label) in labels.values.enumerated() where label == 1 {
      moments.add(SIMD3<Double>(labels.grid.place(index)))
    }
    let centroid = reference.numbers("centroid")
    for axis in 0..<3 { #expect(abs(moments.center[axis] - centroid[axis]) < 1e-9) }
    let box = PlateBox(moments)
    for (axis, variance) in reference.numbers("variances").enumerated() {
      #expect(abs(box.lengths[axis] - (12 * variance + 1).squareRoot()) < 1e-8)
    }
  }
}
