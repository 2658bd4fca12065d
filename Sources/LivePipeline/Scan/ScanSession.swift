// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Ptychography
import Synchronization

/// One scan of a run, from its start to its result.
///
/// Patterns come in from one thread while another works on the solver; each side has its own lock,
/// and the conductor sees to it that only one thread at a time works on the solver.
final class ScanSession: Sendable {
  /// A pattern that waits for the solver, with the place of its message in the recording.
  struct PendingPattern: Sendable {
    var pattern: DiffractionPattern
    var message: Int
    /// The frames that it was merged from.
    var exposures = 1
  }

  /// What is known of a scan's progress without asking its solver.
  struct Progress: Sendable {
    /// Patterns that the solver has.
    var frames = 0
    /// Patterns that came, taken by the solver or waiting.
    var received = 0
    /// The exposure time whose counts its patterns have, seconds; 0 where nobody says.
    var seconds = 0.0
    /// Iterations run.
    var iteration = 0
    /// sqrt(Σ|D − P O|² / Σ|D|²) of the last iteration; NaN before.
    var overlapError = Double.nan
    /// sqrt(Σ(|F P O| − √I)² / Σ I) when it was last measured; NaN before.
    var dataError = Double.nan
    /// The iteration after which it was.
    var measuredIteration = 0
    /// Seconds from its start until it is cut, at the pace of its source; nil where it is not cut
    /// or where no pace is known.
    var budget: Double?
    /// Whether all frames have come that will come.
    var isEnded = false
    /// How it ended; nil before.
    var end: ScanAssembler.End?
    /// Whether it was given up: it is reconstructed and kept, not folded.
    var wasAborted: Bool { end?.isAbort ?? false }
    /// Whether it is to be finished with what it has.
    var isCut = false
    /// Whether its result was taken.
    var isFinished = false
    /// The configuration as it stood when its last frame had come; nil before.
    var lastConfiguration: PipelineConfiguration?
  }

  /// What only the thread that works on the scan touches.
  struct Solver: ~Copyable, Sendable {
    var reconstruction: IncrementalReconstruction?
    /// Whether it began with a probe that had been refined, another scan's or its source's.
    var beganRefined = false
    /// Whether it cannot be reconstructed at all.
    var isGivenUp = false
    /// Where the probe of each frame was told to sit, in the order of joining.
    var positions: [ScanPosition] = []
    /// Whether patterns are kept for a search over defocus; decided when the scan begins.
    var keepsPatterns = false
    /// The patterns that joined, kept as long as a search over defocus may want them again.
    var kept: [DiffractionPattern] = []
    /// The iteration at which the scan is done; nil while frames may come.
    var goal: Int?
    /// Whether it is done sooner because its error has stopped falling.
    var hasStagnated = false
    /// Iterations that the schedule has not been told of yet.
    var unnoted = 0
    /// Whether those look for the likeliest object.
    var unnotedRefine = false
  }

  /// The name that makes it unique in the run.
  let key: String
  /// What its source said of it.
  let description: ScanDescription
  /// When it started, nanoseconds since 1970.
  let startedAt: Int64
  /// When it was opened here.
  let opened = ContinuousClock.now
  /// Patterns that must be there before it begins, where its probe is made from them.
  let framesToBegin: Int
  /// The configuration as it stood when it was opened: what is changed later is for later scans.
  let configuration: PipelineConfiguration
  /// The number of the message that opened it.
  let firstMessage: Int

  let pending = Mutex<[PendingPattern]>([])
  let progress = Mutex(Progress())
  let solver = Mutex(Solver())
  let transmission = Mutex(TransmissionMap())
  /// The mean of its patterns, kept where somebody may want to see it.
  let meanPattern = Mutex(MeanPattern())
  /// Where it belongs, where somebody other than its source says so.
  let placement: Mutex<ScanPlacement?>

  init(
    key: String,
    description: ScanDescription,
    startedAt: Int64,
    framesToBegin: Int = 0,
    placement: ScanPlacement? = nil,
    configuration: PipelineConfiguration,
    firstMessage: Int
  ) {
    self.placement = Mutex(placement)
    self.framesToBegin = framesToBegin
    self.configuration = configuration
    self.firstMessage = firstMessage
    self.key = key
    self.description = description
    self.startedAt = startedAt
  }

  /// Which scan of which tilt it is.
  var identity: ScanIdentity { description.identity.placed(placement.withLock { $0 }) }

  /// The patterns to expect, one for each scan point; 0 if unknown.
  var expectedFrames: Int { description.expectedPoints }

  /// Whether there is anything to size the object by and to make its probe from.
  var canBegin: Bool {
    let progress = progress.withLock { $0 }
    if progress.isEnded { return true }
    return !description.positions.isEmpty && progress.received >= framesToBegin
  }

  /// Takes the patterns that came in with one message, all at once: they join together.
  ///
  /// - Parameters:
  ///   - patterns: The patterns.
  ///   - received: When the message had been received; nil where nobody asks when it is shown.
  func receive(_ patterns: [PendingPattern], received: ContinuousClock.Instant?) {
    transmission.withLock { transmission in
      for waiting in patterns { transmission.add(waiting.pattern, received: received) }
    }
    pending.withLock { $0 += patterns }
    progress.withLock { $0.received += patterns.count }
  }

  /// The patterns that wait, with the messages that they came with.
  ///
  /// - Parameter messages: Those of these messages only; nil for all.
  /// - Returns: The patterns in the order of their coming.
  func waiting(_ messages: [Int]? = nil) -> [PendingPattern] {
    let all = pending.withLock { $0 }
    guard let messages else { return all }
    let wanted = Set(messages)
    return all.filter { wanted.contains($0.message) }
  }
}
