// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import FourierTransform
import Imaging
import Ptychography
import Testing

@Suite struct ProbeStartTests {
  private static let energy = PhotonEnergy(electronVolts: 708.2)
  private static let pixelSize = Length(nanometers: 6.7)
  private static let shape = Shape2D(square: 128)

  private static func probe(defocus: Double) -> ComplexImage {
    ProbeStart.zonePlate(
      ZonePlate(),
      shape: shape,
      pixelSize: pixelSize,
      energy: energy,
      defocus: Length(micrometers: defocus)
    )
  }

  @Test func theFarFieldIsARingOfTheZonePlatesAperture() {
    var far = centerToCorner(Self.probe(defocus: 10))
    FourierPlan2D(shape: Self.shape, effort: .estimate).forwardUnitary(&far)
    far = cornerToCenter(far)
    #expect(abs(squaredNorm(far.values.span) - 1) < 1e-4)
    // 1 / (2 · 100 nm) is 4.29 pixels of 1 / (128 · 6.7 nm).
    let edge = 128 * 6.7 / 200
    var inside = 0.0
    for row in 0..<128 {
      for column in 0..<128 {
        let y = Double(row - 64)
        let x = Double(column - 64)
        let radius = (x * x + y * y).squareRoot()
        let isRing = radius < edge + 0.75 && radius > 0.35 * edge - 0.75
        inside += isRing ? Double(far[row, column].squaredModulus) : 0
      }
    }
    #expect(inside > 0.9999)
  }

  /// Downstream of its focus a beam spreads: its phase rises outwards; upstream it falls.
  @Test(arguments: [-15.0, -8, 8, 15])
  func theSignOfDefocusIsThatOfTheBeam(micrometers: Double) {
    let probe = Self.probe(defocus: micrometers)
    var rise = 0.0
    for row in 0..<128 {
      for column in 0..<127 {
        let step = probe[row, column + 1] * probe[row, column].conjugate
        rise += Double(step.im) * (Double(column) + 0.5 - 64)
      }
    }
    #expect(rise * micrometers > 0)
  }

  /// Of a cone with the half-angle λ / 2Δr, the spot at Δz is Δz λ / Δr wide.
  @Test func theSpotGrowsWithDefocusAsTheConeDoes() {
    func radius(_ probe: ComplexImage) -> Double {
      var sum = 0.0
      for row in 0..<128 {
        for column in 0..<128 {
          let y = Double(row - 64)
          let x = Double(column - 64)
          sum += Double(probe[row, column].squaredModulus) * (x * x + y * y)
        }
      }
      return sum.squareRoot()
    }
    // The mean squared radius of a ring from s to 1 is (1 + s²) / 2; what two defoci differ by
    // does not depend on the spot in focus. A pupil of four pixels' radius is coarse: 15 %.
    let (near, far) = (radius(Self.probe(defocus: 8)), radius(Self.probe(defocus: 16)))
    let edge = Self.energy.wavelength.meters * 1e-6 / (2 * 100e-9) / Self.pixelSize.meters
    let ring = (1 + 0.35 * 0.35) / 2
    let expected = edge * edge * (16 * 16 - 8 * 8) * ring
    #expect(abs((far * far - near * near) / expected - 1) < 0.15)
  }

  @Test(arguments: [-30e-6, 0, 4e-6])
  func curvatureAndDefocusUndoEachOther(defocus: Double) {
    let curvature = ProbeStart.curvature(
      defocus: Length(meters: defocus),
      energy: Self.energy,
      pixelSize: Self.pixelSize
    )
    let back = ProbeStart.defocus(
      curvature: curvature,
      energy: Self.energy,
      pixelSize: Self.pixelSize
    )
    #expect(abs(back.meters - defocus) < 1e-12)
    #expect(curvature * defocus <= 0)
  }

  @Test func theMeanLeavesUnmeasuredPixelsOut() {
    let position = ScanPosition(x: 0, y: 0)
    func pattern(_ index: Int, _ first: Float) -> DiffractionPattern {
      var image = Image(shape: Shape2D(square: 2), filledWith: 3)
      image[0, 0] = first
      return DiffractionPattern(index: index, position: position, amplitudes: image)
    }
    let mean = ProbeStart.meanPattern([pattern(0, 2), pattern(1, -1), pattern(2, 4)])
    #expect(mean.values == [10, 9, 9, 9])
  }

  @Test(arguments: [26.0, -26])
  func theSearchFindsDefocusAndItsSign(curvature: Double) {
    let scan = SyntheticScan(lens: SyntheticScan.lens(power: 1e6, curvature: curvature))
    let search = DefocusSearch(
      patterns: scan.patterns,
      pixelSize: SyntheticScan.pixelSize,
      identity: ScanIdentity(scan: "a", energy: Self.energy),
      plan: SyntheticScan.plan,
      parameters: PtychographyParameters()
    )
    let best = search.run()
    #expect(abs(best.curvature - curvature) < 5)
    #expect(best.dataError < 0.1)
  }
}
