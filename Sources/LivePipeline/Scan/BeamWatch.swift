// SPDX-License-Identifier: BSD-3-Clause

package import AcquisitionModel

/// Tells when the beam has changed from one scan to the next.
///
/// What a scan's probe holds is taken from its own brightest frames. Those meet some of the sample
/// nearly everywhere, and a weaker beam makes them weaker too, so that vacuum in view departs from
/// |T| = 1 without any change, and does not depart with one. The photons that vacuum lets through
/// do neither: they are compared with those of earlier scans of the same energy.
package struct BeamWatch: Sendable {
  /// A change, in photons a second of an exposure without sample.
  package struct Change: Sendable, Hashable {
    package var before: Double
    package var now: Double
  }

  private var history: [Int: [Double]] = [:]
  /// The first scans of each energy: what is far below them is told for as long as it lasts.
  private var firsts: [Int: [Double]] = [:]
  /// The tomogram that they are of.
  private var tomogram: String?
  /// A scan that departs from those before, until the next one says the same or not.
  private var suspects: [Int: Double] = [:]

  package init() {}

  /// What a scan's vacuum let through over that of the energy's first scans of the tomogram; nil before
  /// there are any.
  ///
  /// Between tomograms slits and filters may be changed on purpose.
  ///
  /// - Parameters:
  ///   - photons: Photons a second of an exposure without sample.
  ///   - energy: The photon energy.
  ///   - tomogram: The tomogram that the scan belongs to; nil where it has no name.
  /// - Returns: The ratio.
  package mutating func ratio(
    _ photons: Double,
    at energy: PhotonEnergy,
    of tomogram: String? = nil
  ) -> Double? {
    if tomogram != self.tomogram {
      firsts = [:]
      self.tomogram = tomogram
    }
    guard photons > 0, photons.isFinite else { return nil }
    let first = firsts[energy.twentieths] ?? []
    if first.count < Self.memory { firsts[energy.twentieths] = first + [photons] }
    guard !first.isEmpty else { return nil }
    return photons / first.sorted()[first.count / 2]
  }

  /// Takes what a scan's vacuum let through.
  ///
  /// - Parameters:
  ///   - photons: Photons a second of an exposure without sample.
  ///   - energy: The photon energy.
  ///   - expected: What is to be expected before any scan is known; nil where nobody knows.
  /// - Returns: A change by more than `tolerance` in two scans running, or by more than
  ///   `largeChange` in one, told once; what it changed to counts from then on.
  package mutating func take(
    _ photons: Double,
    at energy: PhotonEnergy,
    expected: Double? = nil
  ) -> Change? {
    guard photons > 0, photons.isFinite else { return nil }
    let place = energy.twentieths
    let known = history[place] ?? []
    let before = known.isEmpty ? expected : known.sorted()[known.count / 2]
    let suspect = suspects.removeValue(forKey: place)
    if let before, abs(photons - before) > Self.tolerance * before {
      if abs(photons - before) > Self.largeChange * before {
        history[place] = [photons]
        return Change(before: before, now: photons)
      }
      guard let suspect, (suspect > before) == (photons > before) else {
        suspects[place] = photons
        return nil
      }
      history[place] = [suspect, photons]
      return Change(before: before, now: (suspect + photons) / 2)
    }
    history[place] = (known + [photons]).suffix(Self.memory)
    return nil
  }

  /// A change that is told when the next scan has it too: single scans of a constant beam were seen
  /// to depart by up to 8 %, where the sample leaves little vacuum.
  package static let tolerance = 0.06
  /// A change that is told at once.
  package static let largeChange = 0.2
  /// Scans whose median is compared with: a slow decay is followed.
  private static let memory = 5
}
