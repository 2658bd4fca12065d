// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Synchronization

/// One tomogram of a run, from its first projection to its files.
final class TomogramSession: Sendable {
  /// What the thread that works on the tomogram touches.
  struct Content: Sendable {
    var assembly: TomogramAssembly
    /// The energies of each tilt whose projections were taken, by place in the series.
    var energiesOfTilt: [Int: Set<Int>] = [:]
    /// The tilts that came to have both energies of the chemistry, the latest last, by place in the series.
    private(set) var pairedTilts: [Int] = []
    /// What the chemistry is as a whole, once there are two energies.
    var chemicalSummary: ChemicalSummary?
    /// The resolution of each energy, as it was measured last.
    var resolution: [ShellCorrelation] = []
    /// The tilts and energies that are in, or given up; a repeated scan counts once.
    private(set) var places: [Place] = []
    /// How close angles and energies are one.
    let source: SourceConfiguration
    /// The projections that no tilt of the tomogram holds, not even held back.
    private(set) var refusals: [Place] = []
    /// What was measured and is not in the tomogram.
    private(set) var leftOut: [LeftOut] = []
    /// Projections that no tilt of the tomogram holds, not even held back.
    var refused: Int { refusals.count }
    /// The first projection that was not folded.
    private(set) var firstRefusal: FoldReport?
    var isComplete = false
    /// Whether it is a stack of many energies at one tilt, of which no volume is made.
    var isStack = false
    /// Whether it was said that the objects lie on a film.
    var toldOfFilm = false
    /// Whether it was said that chemistry is not made of its energies.
    var toldOfEnergies = false

    /// When a fold last gave its further replays up for a newcomer.
    var gaveWay: ContinuousClock.Instant?

    /// Whether a fold may do so again: whoever comes and goes all the time costs the volume little.
    var mayGiveWay: Bool { gaveWay.map { .now - $0 > .seconds(10) } ?? true }

    /// Notes that a scan is in, or given up.
    mutating func add(_ identity: ScanIdentity) {
      let place = Place(identity)
      if !places.contains(where: { isOne($0, place) }) { places.append(place) }
    }

    /// Notes that what was measured at a tilt and an energy is not in the tomogram, and why.
    ///
    /// A repetition that came to nothing leaves what is there.
    mutating func noteLeftOut(_ identity: ScanIdentity, _ reason: String) {
      guard identity.tilt != nil, !holds(Place(identity)) else { return }
      setLeftOut(Place(identity), reason)
    }

    private mutating func setLeftOut(_ place: Place, _ reason: String) {
      forgetLeftOut(at: place)
      leftOut.append(LeftOut(place: place, reason: reason))
    }

    /// Notes that a tilt was dropped, whatever was measured there.
    mutating func noteDropped(_ degrees: Double) {
      leftOut = leftOut.filter { abs($0.place.degrees - degrees) > source.tiltTolerance }
      refusals = refusals.filter { abs($0.degrees - degrees) > source.tiltTolerance }
      let place = Place(degrees: degrees, electronVolts: .nan)
      leftOut.append(LeftOut(place: place, reason: ""))
    }

    private mutating func forgetLeftOut(at place: Place) {
      leftOut = leftOut.filter { entry in
        // One without an energy was dropped, and is measured again.
        let isDropped =
          entry.place.electronVolts.isNaN
          && abs(entry.place.degrees - place.degrees) <= source.tiltTolerance
        return !isDropped && !isOne(entry.place, place)
      }
    }

    /// The angles at which something was measured that is not in the tomogram, and why, in words.
    var leftOutWords: [(degrees: Double, words: String)] {
      var found: [(degrees: Double, words: String)] = []
      for entry in leftOut {
        let place = found.firstIndex {
          abs($0.degrees - entry.place.degrees) <= source.tiltTolerance
        }
        if let place {
          found[place].words += "; \(entry.words)"
        } else {
          found.append((entry.place.degrees, entry.words))
        }
      }
      return found
    }

    private func isOne(_ a: Place, _ b: Place) -> Bool {
      abs(a.degrees - b.degrees) <= source.tiltTolerance
        && abs(a.electronVolts - b.electronVolts) <= source.energyTolerance
    }

    /// Notes a finished scan whose projection is not fit to be folded.
    ///
    /// - Parameters:
    ///   - identity: Which scan it is.
    ///   - reason: Why it is not, in words.
    ///   - isShortcoming: Whether the tomogram lacks something that was to be measured.
    mutating func leaveOut(_ identity: ScanIdentity, _ reason: String, isShortcoming: Bool) {
      let place = Place(identity)
      guard !holds(place) else { return }
      setLeftOut(place, reason)
      guard isShortcoming, !refusals.contains(where: { isOne($0, place) }) else { return }
      refusals.append(place)
    }

    private func holds(_ place: Place) -> Bool {
      let energy = assembly.energies.firstIndex {
        abs($0.electronVolts - place.electronVolts) <= source.energyTolerance
      }
      let tilt = assembly.standings.first {
        abs($0.degrees - place.degrees) <= source.tiltTolerance
      }
      guard let energy, let tilt else { return false }
      return energiesOfTilt[tilt.index]?.contains(energy) ?? false
    }

    /// Notes that a tilt has both energies of the chemistry.
    mutating func addPair(ofTilt tilt: Int) {
      pairedTilts.removeAll { $0 == tilt }
      pairedTilts.append(tilt)
    }

    /// The latest tilt that has, and still has, both energies of the chemistry; nil for none.
    func latestPair(_ choice: ChemicalEnergies) -> Int? {
      pairedTilts.last {
        assembly.isMeasured(energies: [choice.first, choice.second], ofTilt: $0)
      }
    }

    /// Notes what became of a projection.
    mutating func add(_ fold: FoldReport, of identity: ScanIdentity) {
      add(identity)
      let place = Place(identity)
      // A repeated scan takes the place of the one before.
      refusals = refusals.filter { !isOne($0, place) }
      guard !fold.accepted else {
        forgetLeftOut(at: place)
        return
      }
      if firstRefusal == nil, !fold.isOnRequest { firstRefusal = fold }
      if fold.tiltIndex.map({ assembly.shifts[$0] == nil }) ?? true {
        refusals.append(place)
        setLeftOut(place, fold.heldBackReason ?? "no reason given")
      }
    }
  }

  /// Something that was measured and is not in the tomogram.
  struct LeftOut: Sendable {
    /// Where; without an energy where the whole tilt was dropped.
    let place: Place
    let reason: String

    var words: String {
      guard !place.electronVolts.isNaN else { return "dropped on request" }
      let energy = place.electronVolts > 0 ? " at \(Words.number(place.electronVolts)) eV" : ""
      return "not folded\(energy): \(reason)"
    }
  }

  /// A tilt and an energy of the series.
  struct Place: Sendable {
    let degrees: Double
    let electronVolts: Double

    init(degrees: Double, electronVolts: Double) {
      self.degrees = degrees
      self.electronVolts = electronVolts
    }

    init(_ identity: ScanIdentity) {
      degrees = identity.tilt?.degrees ?? 0
      electronVolts = identity.energy.electronVolts
    }
  }

  /// How one tilt stands, for whoever asks without waiting for a fold to end.
  struct TiltStanding: Sendable {
    /// Its place in the series.
    let index: Int
    let degrees: Double
    let isAccepted: Bool
    /// Whether somebody keeps it out.
    let isWithheld: Bool
    /// Why it takes no part, where that is known.
    let reason: String?
  }

  /// How all tilts stand.
  struct Roll: Sendable {
    /// In the order of the series.
    var tilts: [TiltStanding] = []
    var isComplete = false
    var isStack = false
    /// The tilts and energies that are in; a repeated scan counts once, one that was given up not.
    var scansIn = 0
    /// Its projections that take no part because they do not fit, or have no place in it.
    var heldBackCount = 0
    /// The tilts that somebody keeps out.
    var withheldCount: Int { tilts.count(where: \.isWithheld) }
  }

  /// The tomogram's name.
  let name: String
  /// How its tilts stood when they were last changed.
  let roll = Mutex(Roll())
  let content: Mutex<Content>
  /// The projections to come in all, where the source said.
  let expectedScans: Int?

  init(
    name: String,
    source: SourceConfiguration,
    expectedScans: Int?,
    isStack: Bool = false,
    assembly: TomogramAssembly
  ) {
    self.name = name
    self.expectedScans = expectedScans
    var start = Content(assembly: assembly, source: source)
    start.isStack = isStack
    content = Mutex(start)
    roll.withLock { $0.isStack = isStack }
  }

  /// Notes how the tilts stand.
  func note(_ content: Content) {
    var new = Roll(isComplete: content.isComplete, isStack: content.isStack)
    new.scansIn = content.places.count
    new.tilts = content.assembly.standings
    new.heldBackCount = content.assembly.heldBackProjectionCount + content.refused
    roll.withLock { $0 = new }
  }

  /// Whether all scans that its source announced are in, or given up.
  func hasAll(_ content: Content) -> Bool {
    guard let expectedScans else { return false }
    return content.places.count >= expectedScans
  }
}
