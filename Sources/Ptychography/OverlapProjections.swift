// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// Both overlap projections of one iteration, as what a probe multiplies on the object's grid.
///
/// The next iteration's waves begin with P · `fromData` − P′ · `fromWave`; P is the probe as it is
/// by then, P′ the one that the sums over frames were taken with.
struct OverlapProjections: Sendable {
  /// 2β O_D, O_D the object of the data-projected waves, [row, column].
  var fromData: [Complex64]
  /// β O_ψ, O_ψ the object of the waves themselves, [row, column].
  var fromWave: [Complex64]
  /// P′, the probe's copies by slot; empty where no frame needed one.
  var probes: [[Complex64]]

  /// What a reconstruction starts from: waves of probe times object.
  init(object: ComplexImage, probes: [[Complex64]]) {
    fromData = object.values
    fromWave = [Complex64](repeating: .zero, count: object.values.count)
    self.probes = probes
  }
}
