// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Imaging
import LivePipeline
import Testing

@Suite struct EdgeSurveyTests {
  @Test(arguments: [EdgeSurvey.Axis.x, .y, .z])
  func edgesAreAsWideAsTheyWereBlurred(axis: EdgeSurvey.Axis) throws {
    // A slab with two edges, each the integral of a Gaussian of 1.5 voxels.
    var volume = Volume(sizeX: 48, sizeZ: 48, sizeY: 48)
    let deviation = 1.5
    func step(_ place: Double) -> Double { 0.5 * (1 + erf(place / (deviation * 2.0.squareRoot()))) }
    for x in 0..<48 {
      for z in 0..<48 {
        for y in 0..<48 {
          let place = Double(axis == .x ? x : axis == .y ? y : z)
          volume[x: x, z: z, y: y] = Float(0.07 * step(place - 12.3) * step(35.2 - place))
        }
      }
    }
    for other in EdgeSurvey.axes {
      let survey = EdgeSurvey(of: volume, along: other)
      if other == axis {
        let width = try #require(survey.median)
        #expect(abs(width / (2.563 * deviation) - 1) < 0.05, "\(width)")
        #expect(survey.edges.count > 100)
      } else {
        #expect(survey.edges.isEmpty)
      }
    }
  }
}
