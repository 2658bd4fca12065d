// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
public import Imaging
import Registration
import Tomography

// What a person asks of a tomogram that grows: tilts out and in again, another joint alignment.
extension TomogramAssembly {
  /// Takes other parameters, for what comes.
  ///
  /// What sizes the volume and the search stays as it is.
  ///
  /// - Parameters:
  ///   - registration: How projections are laid onto one another.
  ///   - tomography: How projections become a volume.
  mutating func adjust(_ registration: RegistrationParameters, _ tomography: TomographyParameters) {
    let (before, volume) = (self.registration, self.tomography)
    self.registration = registration
    self.registration.maximumShift = before.maximumShift
    self.registration.refinementSteps = before.refinementSteps
    self.registration.stepLimit = before.stepLimit
    self.registration.interpolation = before.interpolation
    self.tomography = tomography
    self.tomography.volumeSide = volume.volumeSide
    self.tomography.volumeHeight = volume.volumeHeight
    self.tomography.voxelSize = volume.voxelSize
    self.tomography.method = volume.method
    self.tomography.damping = volume.damping
    self.tomography.isNonNegative = volume.isNonNegative
  }

  /// The places of the tilts that somebody keeps out of the volumes, in order.
  public var withheldTilts: [Int] { tilts.filter(\.isWithheld).map(\.index).sorted() }

  /// How each tilt stands, in the order of the series.
  var standings: [TomogramSession.TiltStanding] {
    tilts.sorted { $0.index < $1.index }.map { tilt in
      TomogramSession.TiltStanding(
        index: tilt.index,
        degrees: tilt.angle.degrees,
        isAccepted: tilt.isAccepted,
        isWithheld: tilt.isWithheld,
        reason: tilt.isAccepted ? nil : tilt.reason
      )
    }
  }

  /// The place in the series of the tilt that a change is about, by its place and angle, else by its angle
  /// alone: a replay may number tilts otherwise.
  func place(of change: TiltChange) -> Int? {
    let near = tilts.filter { abs($0.angle.degrees - change.degrees) <= tiltTolerance }
    return (near.first { $0.index == change.index } ?? near.first)?.index
  }

  /// Keeps a tilt out of the volumes until it is taken back; they still hold it until they are rebuilt.
  ///
  /// - Parameter index: The tilt's place in the series.
  /// - Returns: Whether it took part.
  @discardableResult
  public mutating func holdBack(tilt index: Int) -> Bool {
    guard let position = tilts.firstIndex(where: { $0.index == index }) else { return false }
    let tookPart = tilts[position].isAccepted
    tilts[position].holdBack(Self.onRequest)
    tilts[position].isWithheld = true
    return tookPart
  }

  /// Gives a tilt up, its projections included; the volumes still hold it until they are rebuilt.
  ///
  /// - Parameter index: The tilt's place in the series.
  /// - Returns: Whether it took part.
  @discardableResult
  public mutating func drop(tilt index: Int) -> Bool {
    guard let position = tilts.firstIndex(where: { $0.index == index }) else { return false }
    let tookPart = tilts[position].isAccepted
    tilts.remove(at: position)
    // They name tilts by their places in the list.
    schedules = energies.map { _ in ReplaySchedule() }
    return tookPart
  }

  /// Registers a tilt that is held back as if it came now, whoever held it back.
  ///
  /// - Parameter index: The tilt's place in the series.
  /// - Returns: Why it cannot be trusted, in words; nil where it takes part again.
  public mutating func takeBack(tilt index: Int) -> String? {
    guard let position = tilts.firstIndex(where: { $0.index == index }) else {
      return "there is no such tilt"
    }
    tilts[position].isWithheld = false
    tilts[position].reason = nil
    var refusals: [String] = []
    for energy in tilts[position].scans.keys.sorted() {
      guard let scan = tilts[position].scans[energy], !scan.isAccepted else { continue }
      if let mistrust = register(scan, of: position, energy: energy) {
        refusals.append(mistrust.reason)
      }
    }
    return tilts[position].isAccepted ? nil : refusals.first ?? "it has no projection"
  }

  /// Makes the running volumes anew from the stored projections, where they lie.
  ///
  /// A few sweeps; the folds of idle time bring them to rest (`refine`).
  ///
  /// - Parameter work: Threads that share the slices.
  public mutating func rebuildRunning(sharing work: any WorkSharing = SerialWork()) {
    for energy in energies.indices {
      let series = series(energy: energy)
      reconstructions[energy].reset()
      refinements[energy] = 0
      guard !series.tilts.isEmpty else { continue }
      reconstructions[energy].sweep(
        over: series,
        parameters: tomography,
        sweeps: Self.sweepsOfRebuild,
        sharing: work
      )
    }
    isReconstructed = acceptedTiltCount > 0
  }

  /// Aligns all tilts jointly as at the end, and makes the running volumes anew.
  ///
  /// - Parameters:
  ///   - rounds: The most rounds; the parameters' number if nil, but one at least.
  ///   - work: Threads that share the slices.
  ///   - goesOn: Asked before each further round whether there is time for it.
  /// - Returns: The rounds that were run, and how far the last one moved the tilts, RMS, pixels; nil
  ///   where there are too few tilts.
  public mutating func realign(
    rounds: Int? = nil,
    sharing work: any WorkSharing = SerialWork(),
    while goesOn: () -> Bool = { true }
  ) -> (rounds: Int, moved: Double)? {
    guard acceptedTiltCount >= Self.fewestTiltsToAlign else { return nil }
    var done = (rounds: 0, moved: 0.0)
    let most = rounds ?? max(1, tomography.finalAlignmentRounds)
    _ = alignToRest(rounds: most, sharing: work, while: goesOn) { step in
      if case .moved(_, let pixels, _) = step { done = (done.rounds + 1, pixels) }
      return true
    }
    rebuildRunning(sharing: work)
    return done
  }

  /// Why a tilt takes no part that somebody keeps out.
  static let onRequest = "held back on request"
  /// Fewer say nothing about one another.
  static let fewestTiltsToAlign = 3
  /// As many as a joint round has; the idle time's folds do the rest.
  private static let sweepsOfRebuild = 4
}
