// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import LivePipeline
import Registration
import Testing
import Tomography

/// 158 tilts from −80° to 77° with jitter of ±4 pixels, as the experiment had them.
@Suite struct TiltRegistrationTests {
  /// The strongest optical density of the phantom's projections, of which noise is a part.
  static let strongest = 1.6

  @Test(arguments: [(0.02, 0.05), (0.10, 0.12)])
  func jitteredTiltsAreLaidWhereTheyBelong(noise: Double, bound: Double) {
    let clock = ContinuousClock()
    let begin = clock.now
    let series = SimulatedSeries(tiltCount: 158, noise: noise * Self.strongest)
    let high = series.projections.flatMap { $0[0].opticalDensity.values }.max() ?? 0
    print("made", clock.now - begin, high)
    var assembly = series.assembly
    for projection in series.interleaved { _ = assembly.fold(projection) }
    let live = series.registrationError(of: assembly)
    print(
      "live",
      clock.now - begin,
      live,
      series.chemistryError(of: assembly),
      assembly.heldBackTilts
    )
    assembly.finish()
    let final = series.registrationError(of: assembly)
    print("final", clock.now - begin, final, series.chemistryError(of: assembly))
    #expect(max(final.rows, final.columns) < bound, "\(final)")
  }
}
