// SPDX-License-Identifier: BSD-3-Clause

package import AcquisitionModel
import Imaging
package import Preprocessing

/// Finds the direct beam from the first raw frames of a tomogram, where it is to be found, and
/// looks at the first frames of every later scan for what has moved.
///
/// Of double exposures the shorter ones are looked at. The frames are cleaned and looked at on a
/// thread of their own; here it is only decided which, and what follows. What changes patterns does
/// so without clocks: the answer to a question is waited for when `Self.lag` more frames have come,
/// so that the same frames are cleaned with the same centre from the same message on. The centre
/// changes with the tomogram only; in between a move is told, as soon as it is known. Frames that
/// come before the centre is known wait for it.
package struct CalibrationWatch: Sendable {
  /// What a frame led to.
  package struct Finding: Sendable {
    /// Whether the frame has to wait.
    package var mustWait = false
    /// Whether frames are to be cleaned with another centre from now on.
    package var hasNewCenter = false
    /// What a person should know.
    package var events: [RunEvent] = []
  }

  /// Frames of one scan that are being looked at.
  private struct Look {
    var subject: CalibrationLook.Subject
    /// Whether the centre is to be taken over; if not, it is compared.
    var isFinding: Bool
    /// The exposure time that is looked at, seconds; nil where none is said.
    var time: Double?
    /// Frames that were looked at.
    var count = 0
    /// Frames of other times that came since the last one that was looked at.
    var passed = 0
    /// The frames that came before the question whose answer is not taken yet.
    var asked: Int?
    /// Whether it is still to be said where the beam falls.
    var needsBeam = true
  }

  /// Where the beam falls as it was found; nil where that is given, or not known yet.
  package internal(set) var center: PicturePosition?
  private let configuration: PipelineConfiguration
  var parameters: PreprocessingParameters { configuration.preprocessing }
  private var thread: CalibrationThread?
  private var look: Look?
  /// The tomogram whose centre is in hand; nil before the first.
  private var tomogram: String??
  /// The energies, in twentieths of an electron volt, at which the gain has been looked at.
  var knownGains: Set<Int> = []

  /// How many times as long as a check of a later scan nothing is checked after it.
  private let rest: Int

  /// Makes a watch.
  ///
  /// - Parameters:
  ///   - configuration: What frames are and how they are cleaned.
  ///   - rest: How many times as long as a check of a later scan nothing is checked after it.
  package init(configuration: PipelineConfiguration, rest: Int = 9) {
    self.configuration = configuration
    self.rest = rest
  }

  /// A scan starts.
  package mutating func open(_ key: String, _ description: ScanDescription) {
    look = nil
    let isNew = tomogram.map { $0 != description.identity.tomogram } ?? true
    tomogram = .some(description.identity.tomogram)
    let isFinding = parameters.findsCenter && isNew
    guard isFinding || parameters.checksCalibration else { return }
    let thread = self.thread ?? makeThread()
    self.thread = thread
    // A check can be left out, and is where scans follow each other faster than they may be checked.
    guard isFinding || thread.isReady else { return }
    let energy = description.identity.energy
    look = Look(
      subject: CalibrationLook.Subject(
        key: key,
        energy: energy,
        near: centerInUse,
        checksGain: parameters.checksCalibration && !knownGains.contains(energy.twentieths)
      ),
      isFinding: isFinding,
      time: description.exposureTimes.min()
    )
  }

  /// Whether frames wait for a centre that is being looked for.
  package var isFinding: Bool { look?.isFinding ?? false }

  /// Darks have come.
  package mutating func setDarks(_ darks: DarkReference) {
    if let look, look.count > 0 { thread?.push(.darks(darks)) }
  }

  /// An exposure has come; cleaned frames and those of other scans are passed over.
  package mutating func take(_ frame: DetectorFrame, of key: String, darks: DarkReference)
    -> Finding
  {
    var finding = Finding(events: news())
    guard var current = look, let thread, current.subject.key == key,
      frame.header.sampleType == .uint16, !darks.exposureTimes.isEmpty
    else { return finding }
    look = nil
    guard isLookedAt(frame, &current) else {
      if current.isFinding, current.passed > Self.longest + Self.lag {
        // Frames of the time that is looked at come no more; what there was has to do.
        finding.add(decide(&current))
        askWhatIsLeft(current)
        return finding
      }
      finding.mustWait = current.isFinding
      look = current
      return finding
    }
    if current.count == 0 { thread.push(.begin(current.subject, darks)) }
    thread.push(.frame(frame))
    current.count += 1
    if current.isFinding, let asked = current.asked, current.count >= asked + Self.lag {
      current.asked = nil
      finding.add(answer(to: &current, isLast: asked >= Self.longest))
    }
    if current.isFinding {
      if Self.attempts.contains(current.count) {
        thread.push(.beam)
        current.asked = current.count
      }
      finding.mustWait = true
      look = current
    } else if current.count < Self.shortest {
      look = current
    } else {
      askWhatIsLeft(current)
    }
    return finding
  }

  /// A scan has all its frames.
  package mutating func end(_ key: String) -> Finding {
    var finding = Finding(events: news())
    guard var current = look, current.subject.key == key else { return finding }
    look = nil
    guard current.count > 0 else {
      guard current.isFinding else { return finding }
      // Nothing was looked at: the next scan has to find it.
      tomogram = nil
      if current.passed > 0 {
        let reason = CalibrationError(
          "none of its \(Words.count(current.passed, "raw frame")) was exposed for "
            + "\(current.time.map { "\(Words.short($0)) s" } ?? "an unsaid time"), the shortest time "
            + "that it announced"
        )
        finding.hasNewCenter = true
        finding.events.append(takeOver(.failure(reason), current.subject))
      }
      return finding
    }
    if current.isFinding { finding.add(decide(&current)) }
    askWhatIsLeft(current)
    return finding
  }

  /// No frame comes any more; waits for everything that is still being looked at.
  ///
  /// - Returns: What a person should know.
  package mutating func finish() -> [RunEvent] {
    guard let thread else { return [] }
    thread.push(.mark)
    var events: [RunEvent] = []
    while true {
      let finding = thread.wait()
      if case .mark = finding { return events }
      events += words(of: finding)
    }
  }

  // MARK: -

  /// A thread that knows the bad pixels of the configuration and of its file.
  private func makeThread() -> CalibrationThread {
    var configuration = configuration
    // A file that cannot be read is told of where frames are cleaned.
    configuration.preprocessing =
      (try? configuration.preprocessing.withPixelsOfFile()) ?? configuration.preprocessing
    return CalibrationThread(configuration: configuration, rest: rest)
  }

  /// Whether a frame is of the exposure time that is looked at: the shortest there is, or, where
  /// many frames of other times come and none of that, what does come.
  private func isLookedAt(_ frame: DetectorFrame, _ current: inout Look) -> Bool {
    // One that cannot be cleaned tells nothing.
    guard frame.header.shape == configuration.detector.rawShape else { return false }
    let time = frame.header.exposureTime
    if current.count == 0, current.time == nil { current.time = time }
    if Self.isSame(time, current.time) {
      current.passed = 0
      return true
    }
    current.passed += 1
    guard current.count < Self.firstAttempt else { return false }
    let isShorter = time.map { $0 < current.time ?? .infinity } ?? false
    guard isShorter || current.passed > Self.longest + Self.lag else { return false }
    current.time = time
    current.count = 0
    current.passed = 0
    return true
  }

  /// Whether two exposure times are one: some sources say what was asked for in the start and what
  /// the shutter did with the frame.
  private static func isSame(_ a: Double?, _ b: Double?) -> Bool {
    guard let a, let b else { return a == nil && b == nil }
    return abs(a - b) <= 1e-3 * max(abs(a), abs(b))
  }

  /// Takes the beam over as the frames that were looked at show it.
  private mutating func decide(_ current: inout Look) -> Finding {
    var finding = Finding()
    if current.asked != nil {
      current.asked = nil
      finding.add(answer(to: &current, isLast: false))
    }
    if current.isFinding {
      thread?.push(.beam)
      finding.add(answer(to: &current, isLast: true))
    }
    return finding
  }

  /// Asks what is left to ask about a scan that is not looked at any more.
  private func askWhatIsLeft(_ current: Look) {
    if current.needsBeam { thread?.push(.beam) }
    if current.subject.checksGain { thread?.push(.photon) }
  }

  /// Waits for the answer to the question about the beam that was asked, and takes it over where it
  /// is good enough, or no better one will come.
  private mutating func answer(to current: inout Look, isLast: Bool) -> Finding {
    var finding = Finding()
    guard let thread else { return finding }
    while true {
      let next = thread.wait()
      guard case .beam(let subject, let frames, let result) = next,
        subject.key == current.subject.key
      else {
        finding.events += words(of: next)
        continue
      }
      let isGood = (try? result.get()).map { $0.uncertainty < Self.goodEnough } ?? false
      guard isGood || isLast || frames == 0 else { return finding }
      current.isFinding = false
      current.needsBeam = false
      finding.hasNewCenter = true
      finding.events.append(takeOver(result, subject))
      return finding
    }
  }

  /// What was found meanwhile about scans for which nothing waits.
  private mutating func news() -> [RunEvent] {
    var events: [RunEvent] = []
    while let finding = thread?.poll() { events += words(of: finding) }
    return events
  }

  private mutating func words(of finding: CalibrationThread.Finding) -> [RunEvent] {
    switch finding {
    case .beam(let subject, _, let result): compare(result, subject).map { [$0] } ?? []
    case .photon(let subject, let result): compare(result, subject).map { [$0] } ?? []
    case .mark: []
    }
  }

  private var centerInUse: PicturePosition {
    let middle = Double(FastCCDGeometry.pictureSide - 1) / 2
    return center ?? parameters.center ?? PicturePosition(row: middle, column: middle)
  }

  /// Frames at which the centre is looked for.
  private static let attempts: Set = [firstAttempt, 12, 16, 24, longest]
  private static let firstAttempt = 8
  /// Frames after which a comparison is made.
  private static let shortest = 16
  /// Frames after which the centre is taken as it is; raw ones have 2.4 MB each.
  private static let longest = 32
  /// Frames that come until an answer is waited for.
  private static let lag = 4
  /// An uncertainty that ends the search, pixels.
  static let goodEnough = 0.3
  /// An uncertainty that is better than the middle of the picture, pixels.
  static let acceptable = 1.0
  /// A move that is told, pixels.
  static let tolerance = 0.5
}

extension CalibrationWatch.Finding {
  /// Takes in what came after.
  fileprivate mutating func add(_ other: Self) {
    hasNewCenter = hasNewCenter || other.hasNewCenter
    events += other.events
  }
}
