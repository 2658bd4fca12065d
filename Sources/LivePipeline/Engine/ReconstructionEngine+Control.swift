// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Synchronization
import WireFormat

// What a person changes while the run goes on; every change is noted in the schedule, so that it is
// repeated at its place.
extension ReconstructionEngine {
  /// What can be set, with values and bounds.
  var adjustable: [ControlParameter] {
    let configuration = configuration
    return AdjustableParameter.all.map { $0.listed(in: configuration) }
  }

  /// Sets a key of the configuration, for what the answer says.
  ///
  /// - Parameters:
  ///   - key: The full key, "ptychography.beta".
  ///   - value: The value as it would stand in the file.
  /// - Returns: What was set to what, and from when it holds, in words.
  /// - Throws: `PipelineError` with what is wrong; nothing is changed then.
  func set(_ key: String, to value: String) throws(PipelineError) -> String {
    guard let parameter = AdjustableParameter.named(key) else { throw Self.refusal(of: key) }
    // A number or a word: nothing that would have to be read as YAML.
    let isPlain =
      !value.isEmpty && value.utf8.count <= 64
      && value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-._".contains($0)) }
    guard isPlain else {
      throw PipelineError(
        .configuration,
        "\(key): what was given is not a value; expected \(parameter.key.words)"
      )
    }
    var problem: ConfigurationErrors?
    var words = ""
    intake.withLock { intake in
      starting.withLock { _ in
        var changed = configuration
        do throws(ConfigurationErrors) {
          try changed.set(key, to: value)
          let before = parameter.key.read(configuration)
          change(changed)
          schedule.note(
            ScheduleStep(.set, messages: [intake.lastMessage], key: key, value: value)
          )
          let now = parameter.key.read(changed)
          words = "\(key) is \(now), was \(before): \(parameter.effect.words)"
        } catch {
          problem = error
        }
      }
    }
    if let problem {
      let reasons = problem.problems.map(\.description).joined(separator: "; ")
      throw PipelineError(.configuration, reasons)
    }
    report(RunEvent(.info, words))
    return words
  }

  /// Why a key cannot be set, and what to do.
  private static func refusal(of key: String) -> PipelineError {
    let hint = "the request parameters lists what can"
    guard ConfigurationTable.key(key) == nil else {
      return PipelineError(
        .configuration,
        "\(key) cannot be changed while a run goes on; \(hint)"
      )
    }
    let known = AdjustableParameter.all.map(\.key.path)
    let nearest = EditDistance.nearest(to: String(key.prefix(80)), among: known)
    return PipelineError(
      .configuration,
      "there is no key \(Words.quoted(key))"
        + (nearest.map { "; did you mean \($0)?" } ?? "; \(hint) be set")
    )
  }

  /// Whether a scan of this name may be given a place: what is said of scans that never come is kept.
  func mayPlace(_ name: String) -> Bool {
    placements.withLock { $0[name] != nil || $0.count < Self.placementLimit }
  }

  /// Says where a scan belongs: one that is to come, is worked on, or was held back.
  ///
  /// - Parameter placement: Scan, tilt and tomogram.
  /// - Returns: A scan that was held back and can be folded now.
  func place(_ placement: ScanPlacement) -> FinishedScan? {
    placements.withLock { $0[placement.scan] = placement }
    schedule.note(
      ScheduleStep(
        .place,
        scan: placement.scan,
        messages: [lastMessage],
        tomogram: placement.tomogram,
        tilt: placement.tilt.degrees
      )
    )
    for session in sessions.withLock({ Array($0.values) })
    where session.description.identity.scan == placement.scan {
      session.placement.withLock { $0 = placement }
    }
    return unplaced.withLock { unplaced in
      guard let place = unplaced.firstIndex(where: { $0.object.identity.scan == placement.scan })
      else { return nil }
      return unplaced.remove(at: place).placed(placement)
    }
  }

  /// How a scan stands that somebody names.
  enum Standing {
    /// It has not begun.
    case unknown
    /// It goes on, or is done and waits to be folded or placed.
    case open
    /// It was folded, or given up.
    case decided
    /// It waited for its place until too many did, and was let go.
    case letGo
    /// It is done, and had no usable frame.
    case empty
  }

  /// How the scans of a name stand; the newest counts.
  func standing(of name: String) -> Standing {
    let isOpen = sessions.withLock { sessions in
      sessions.values.contains { $0.description.identity.scan == name }
    }
    if isOpen { return .open }
    if let known = standings.withLock({ $0[name] }) { return known }
    return results.summary.scans.contains { $0.scan == name } ? .open : .unknown
  }

  /// The scans that are done and wait until somebody says where they belong, in order.
  var waitingForPlace: [String] {
    unplaced.withLock { $0.map(\.object.identity.scan) }
  }

  /// A scan with its place, its own or the one that somebody said; nil where nobody knows, and then
  /// it is kept until somebody does.
  func placedOrHeldBack(_ finished: FinishedScan) -> FinishedScan? {
    let identity = finished.object.identity
    guard identity.tilt == nil else {
      standings.withLock { $0[identity.scan] = .decided }
      return finished
    }
    var given: FinishedScan?
    let placement = unplaced.withLock { unplaced -> ScanPlacement? in
      // Looked up with the list locked: a placement comes before or after this.
      if let placement = placements.withLock({ $0[identity.scan] }) { return placement }
      unplaced.append(finished)
      if unplaced.count > Self.unplacedLimit { given = unplaced.removeFirst() }
      return nil
    }
    if let placement {
      standings.withLock { $0[identity.scan] = .decided }
      return finished.placed(placement)
    }
    standings.withLock { $0[identity.scan] = .open }
    report(
      RunEvent(
        .warning,
        "has no tilt; it is reconstructed and kept, not folded. Say where it belongs by the control "
          + "request `place` or in the sidecar file",
        scan: finished.key
      )
    )
    if let given {
      standings.withLock { $0[given.object.identity.scan] = .letGo }
      report(
        RunEvent(
          .warning,
          "too many scans wait for a place; this one can be placed by a replay only",
          scan: given.key
        )
      )
    }
    return nil
  }

  /// Scans whose places are kept; a night has some hundreds.
  private static let placementLimit = 10_000
  /// Scans that wait to be placed; each takes some megabytes.
  private static let unplacedLimit = 200
}
