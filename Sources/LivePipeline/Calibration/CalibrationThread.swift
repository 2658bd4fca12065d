// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Preprocessing
import Synchronization

/// A thread of low priority that cleans whole frames and looks at them, one scan after the other.
///
/// Whole pictures cost some ten times what patterns do; on the thread of the intake they would hold
/// frames up.
final class CalibrationThread: Sendable {
  /// What is to be done, in this order for each scan.
  enum Job: Sendable {
    /// Look at another scan.
    case begin(CalibrationLook.Subject, DarkReference)
    /// Darks have come.
    case darks(DarkReference)
    /// One more frame.
    case frame(DetectorFrame)
    /// Say where the beam falls.
    case beam
    /// Say what a photon reads.
    case photon
    /// Say that all before has been done.
    case mark

    /// Whether a scan begins with it.
    var isFirst: Bool { if case .begin = self { true } else { false } }
  }

  /// What was found.
  enum Finding: Sendable {
    case beam(
      CalibrationLook.Subject,
      frames: Int,
      Result<CenterCalibration.Result, CalibrationError>
    )
    case photon(CalibrationLook.Subject, PhotonCalibration.Result)
    case mark
  }

  private let jobs = BoundedQueue<Job>(limit: 64, overflow: .block)
  /// Few of them for each scan; they are taken with every message.
  private let findings = BoundedQueue<Finding>(limit: 1024, overflow: .dropOldest)

  /// When the next check may begin, so that checks take a tenth of the time at most: where scans
  /// follow each other fast, reconstructions need the processor more.
  private final class Rest: Sendable {
    private struct State: Sendable {
      var spent = Duration.zero
      var until = ContinuousClock.now
    }

    private let state = Mutex(State())
    private let factor: Int

    init(factor: Int) { self.factor = factor }

    var isOver: Bool { state.withLock { $0.until <= ContinuousClock.now } }

    /// Counts the time of a job; the first of a scan begins anew.
    func note(_ time: Duration, isFirst: Bool) {
      state.withLock { state in
        state.spent = isFirst ? time : state.spent + time
        state.until = ContinuousClock.now + state.spent * factor
      }
    }
  }

  private let rest: Rest

  /// Starts the thread, which ends with the value that holds this.
  ///
  /// - Parameters:
  ///   - configuration: What frames are and how they are cleaned.
  ///   - factor: How many times as long as a check it rests after it.
  init(configuration: PipelineConfiguration, rest factor: Int) {
    rest = Rest(factor: factor)
    let (jobs, findings, rest) = (jobs, findings, rest)
    _ = PipelineThread("calibration", niceness: configuration.compute.niceness) {
      var desk = Desk(configuration: configuration)
      while !jobs.isExhausted {
        guard let job = jobs.pop(timeout: 1) else { continue }
        let begin = ContinuousClock.now
        let finding = desk.take(job)
        rest.note(ContinuousClock.now - begin, isFirst: job.isFirst)
        if let finding { findings.push(finding) }
      }
    }
  }

  deinit { jobs.close() }

  /// Whether it has done everything that it was given, and rested from it.
  var isReady: Bool { jobs.depth == 0 && rest.isOver }

  /// Gives it something to do; waits where 64 jobs wait already.
  func push(_ job: Job) { jobs.push(job) }

  /// What was found, without waiting.
  func poll() -> Finding? { findings.pop(timeout: 0) }

  /// What was found next; waits for it.
  func wait() -> Finding {
    while true {
      if let finding = findings.pop(timeout: 10) { return finding }
    }
  }

  /// What the thread has before it.
  private struct Desk {
    let configuration: PipelineConfiguration
    var subject: CalibrationLook.Subject?
    /// What is being looked at; nil where no chain can be made for it.
    var look: CalibrationLook?
    /// Chains for pictures, by energy: their tables take a tenth of a second.
    var chains: [Int: PreprocessingChain] = [:]

    init(configuration: PipelineConfiguration) { self.configuration = configuration }

    mutating func take(_ job: Job) -> Finding? {
      switch job {
      case .begin(let subject, let darks):
        self.subject = subject
        look = chain(at: subject.energy).map {
          CalibrationLook(subject, chain: $0, darks: darks, configuration: configuration)
        }
      case .darks(let darks): look?.setDarks(darks)
      case .frame(let frame): look?.add(frame)
      case .beam:
        let unusable = CalibrationError("its frames cannot be cleaned")
        return subject.map {
          .beam($0, frames: look?.frameCount ?? 0, look?.findBeam() ?? .failure(unusable))
        }
      case .photon:
        return look.flatMap { look in
          look.findPhoton().map { .photon(look.subject, $0) }
        }
      case .mark: return .mark
      }
      return nil
    }

    private mutating func chain(at energy: PhotonEnergy) -> PreprocessingChain? {
      if let known = chains[energy.twentieths] { return known }
      if chains.count > 4 { chains.removeAll() }
      let chain = try? PreprocessingChain.forCalibration(
        geometry: configuration.detector,
        parameters: configuration.preprocessing,
        energy: energy
      )
      chains[energy.twentieths] = chain
      return chain
    }
  }
}
