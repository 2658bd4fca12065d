// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Ptychography
import TestSupport
import Testing

@Suite struct RAARDefinitionTests {
  /// From a probe of wrong defocus, so that neither projection is at rest.
  private static func objects(
    iterations: Int,
    beta: Double,
    sign: Double
  ) -> (solver: [Complex64], reference: [Complex64]) {
    let scan = SyntheticScan(side: 4)
    var solver = scan.reconstruction(probe: SyntheticScan.lens(power: 1, curvature: 20)) {
      $0.probeUpdatePeriod = 0
      $0.beta = beta
    }
    for pattern in scan.patterns { solver.add(pattern) }
    var reference = ReferenceRAAR(
      scan: scan,
      probe: solver.result().probe,
      beta: beta,
      sign: sign
    )
    solver.iterate(iterations)
    for _ in 0..<iterations { reference.step() }
    return (
      solver.result().transmission.values,
      reference.object.map { Complex64(Float($0.re), Float($0.im)) }
    )
  }

  @Test(arguments: [(1, 0.75), (2, 0.75), (6, 0.75), (6, 0.5), (6, 0.9)])
  func iterationsAreThoseOfTheDefinition(iterations: Int, beta: Double) {
    let (solver, reference) = Self.objects(iterations: iterations, beta: beta, sign: 1)
    // Single precision at the dimmest pixels that still count leaves 2e-4.
    #expect(relativeError(solver, of: reference) < 5e-4)
  }

  @Test func iterationsThatRefineTheProbeAreThoseOfTheDefinition() {
    let scan = SyntheticScan(side: 4)
    let photons = 1.1e6
    var solver = scan.reconstruction(probe: SyntheticScan.lens(power: 1, curvature: 20)) {
      $0.probeUpdateStart = 1
      $0.incidentPhotons = photons
    }
    for pattern in scan.patterns { solver.add(pattern) }
    var reference = ReferenceRAAR(
      scan: scan,
      probe: solver.result().probe,
      beta: 0.75,
      incidentPhotons: photons
    )
    solver.iterate(6)
    for k in 0..<6 { reference.step(refinesProbe: k >= 1) }
    let result = solver.result()
    let single = { (values: [ReferenceRAAR.Number]) in
      values.map { Complex64(Float($0.re), Float($0.im)) }
    }
    // With the refined probe in the waves' own overlap projection the object differs by 0.04.
    #expect(relativeError(result.probe.values, of: single(reference.probe)) < 1e-3)
    #expect(relativeError(result.transmission.values, of: single(reference.object)) < 1e-3)
  }

  @Test func theOtherSignIsAnotherIteration() {
    let (solver, reference) = Self.objects(iterations: 6, beta: 0.75, sign: -1)
    #expect(relativeError(solver, of: reference) > 0.05)
  }
}
