// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Ptychography
import Testing

@Suite struct RAARTests {
  @Test func theTrueProbeRecoversTheObjectFromNoiseFreePatterns() {
    // The other sign of RAAR's last term diverges from here.
    let scan = SyntheticScan()
    var reconstruction = scan.reconstruction { $0.probeUpdatePeriod = 0 }
    for pattern in scan.patterns { reconstruction.add(pattern) }
    reconstruction.iterate(300)
    let result = reconstruction.result()
    #expect(scan.error(of: result) < 0.002)
    #expect(result.dataError < 0.001)
    #expect(result.overlapError < 0.01)
    #expect(result.frameCount == 49)
    #expect(result.iteration == 300)
  }

  @Test func aProbeOfWrongDefocusIsRefined() {
    let scan = SyntheticScan()
    var reconstruction = scan.reconstruction(
      probe: SyntheticScan.lens(power: 1, curvature: 22, radius: 6.5)
    )
    for pattern in scan.patterns { reconstruction.add(pattern) }
    reconstruction.iterate(400)
    let result = reconstruction.result()
    #expect(scan.error(of: result) < 0.02)
    #expect(result.dataError < 0.02)
  }

  @Test func positionsBetweenPixelsAreHonoured() {
    let scan = SyntheticScan(onPixels: false)
    func error(steps: Int) -> Double {
      var reconstruction = scan.reconstruction {
        $0.probeUpdatePeriod = 0
        $0.subpixelSteps = steps
      }
      for pattern in scan.patterns { reconstruction.add(pattern) }
      reconstruction.iterate(200)
      return reconstruction.result().dataError
    }
    let quarters = error(steps: 4)
    #expect(quarters < error(steps: 1) / 3)
    #expect(error(steps: 16) < quarters / 3)
  }

  @Test func objectIsOneWhereNoLightFell() {
    let scan = SyntheticScan()
    var reconstruction = scan.reconstruction()
    for pattern in scan.patterns.prefix(9) { reconstruction.add(pattern) }
    reconstruction.iterate(20)
    let result = reconstruction.result()
    #expect(result.transmission.values.allSatisfy { $0.re.isFinite && $0.im.isFinite })
    #expect(result.transmission[result.transmission.shape.rows - 1, 0] == .one)
  }

  @Test func theSameFramesGiveTheSameBits() {
    let scan = SyntheticScan(onPixels: false)
    func run() -> ReconstructedObject {
      var reconstruction = scan.reconstruction { $0.subpixelSteps = 2 }
      for pattern in scan.patterns { reconstruction.add(pattern) }
      reconstruction.iterate(30)
      return reconstruction.result()
    }
    let (first, second) = (run(), run())
    #expect(first.transmission == second.transmission)
    #expect(first.probe == second.probe)
  }

  @Test func withoutFramesNothingHappens() {
    var reconstruction = SyntheticScan().reconstruction()
    reconstruction.iterate(5)
    let result = reconstruction.result()
    #expect(result.iteration == 0)
    #expect(result.transmission.values.allSatisfy { $0 == .one })
  }

  @Test func vacuumHasModulusOneWhenTheProbesPowerIsKnown() {
    let scan = SyntheticScan()
    var reconstruction = scan.reconstruction(
      probe: SyntheticScan.lens(power: 5, curvature: 24)
    ) { $0.incidentPhotons = 1e6 }
    for pattern in scan.patterns { reconstruction.add(pattern) }
    reconstruction.iterate(200)
    let result = reconstruction.result()
    #expect(abs(squaredNorm(result.probe.values.span) / 1e6 - 1) < 1e-3)
    let middle = scan.object.shape.rows / 2
    let truth = scan.object[middle, middle].modulus
    #expect(abs(result.transmission[middle, middle].modulus / truth - 1) < 0.05)
  }
}
