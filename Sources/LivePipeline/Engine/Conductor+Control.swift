// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel

// What a person asks for while a run goes on; each is done between two jobs.
extension Conductor {
  /// Says where a scan belongs; one that was held back is folded then.
  ///
  /// - Parameter placement: Scan, tilt and tomogram.
  /// - Returns: What was done, in words.
  /// - Throws: `PipelineError` where too many names are known already.
  func place(_ placement: ScanPlacement) throws(PipelineError) -> String {
    guard engine.mayPlace(placement.scan) else {
      throw PipelineError(
        .data,
        "\(placement.scan): too many scans that have not come were given a place; give a sidecar file "
          + "(source.sidecar) instead"
      )
    }
    return try lockedUnlessOver {
      let place =
        "\(placement.scan) is at \(Words.angle(placement.tilt.degrees)) degrees"
        + (placement.tomogram.map { " of \($0)" } ?? "")
      let standing = engine.standing(of: placement.scan)
      if let finished = engine.place(placement) {
        toFold.append(finished)
        return "\(place); it was held back and is folded now"
      }
      let waiting = engine.waitingForPlace
      let others =
        waiting.isEmpty
        ? "no scan waits for a place" : "these wait for a place: \(waiting.joined(separator: ", "))"
      switch standing {
      case .open: return place
      case .unknown: return "\(place), should it come: no scan of this name has begun; \(others)"
      case .letGo:
        return
          "\(placement.scan) is not folded: too many scans waited for a place, and it was let go; "
          + "only a replay can place it, by the sidecar file; \(others)"
      case .empty:
        return
          "\(placement.scan) is done and had no usable frame, so that there is nothing to fold; only "
          + "a new scan of this name will be placed so; \(others)"
      case .decided:
        return
          "\(placement.scan) is finished and has its place, which stays as it is; only a new scan "
          + "of this name will be placed so; \(others)"
      }
    }
  }

  /// Measures the resolution of tomograms that grow, when there is nothing else to do, or by turns.
  ///
  /// - Parameter name: The tomogram; nil for all.
  /// - Returns: What is to be done, in words.
  /// - Throws: `PipelineError` where nothing can be measured.
  func measureResolution(of name: String?) throws(PipelineError) -> String {
    let asked = try engine.measurements(of: name)
    return try lockedUnlessOver {
      let names = asked.map { measurement in
        let name = measurement.session.name
        guard !measurements.contains(where: { $0.session.name == name }) else {
          return "\(name) (asked for before)"
        }
        measurements.append(measurement)
        return name
      }
      return "the resolution of \(names.joined(separator: ", ")) is measured when no scan and no "
        + "projection waits, after 10 s beside them; an event tells the result"
    }
  }

  /// Sets a key of the configuration.
  ///
  /// - Parameters:
  ///   - key: The full key.
  ///   - value: The value as it would stand in the file.
  /// - Returns: What was done, in words.
  /// - Throws: `PipelineError` with what is wrong.
  func set(_ key: String, to value: String) throws(PipelineError) -> String {
    // Refused when the run is over; a key takes effect without the conductor.
    try lockedUnlessOver {}
    return try engine.set(key, to: value)
  }

  /// Ends scans that their source has not ended.
  ///
  /// - Parameters:
  ///   - name: The scan's name; nil for all.
  ///   - reason: Why.
  ///   - losesNothing: Whether it is refused while frames that came during a rest wait.
  /// - Returns: What was done, in words.
  /// - Throws: `PipelineError` where there is none, or frames wait.
  func endScans(
    named name: String?,
    _ reason: ScanAssembler.End,
    losesNothing: Bool = false
  ) throws(PipelineError) -> String {
    var waiting = 0
    let ended = locked { () -> [String] in
      if losesNothing, isPaused || isCatchingUp {
        waiting = inbox.count + engine.board.status.intakeBehind
        guard waiting == 0 else { return [] }
      }
      let tasks = scans.filter {
        !$0.isEnded && (name == nil || name == $0.session.key || name == $0.session.identity.scan)
      }
      for task in tasks { end(task, reason) }
      return tasks.map(\.session.key)
    }
    guard waiting == 0 else {
      throw PipelineError(
        .data,
        "\(Words.count(waiting, "message")) that came while the reconstruction rested would be left out: "
          + "let it go on (tiltfold control resume) and ask again when they are worked off"
      )
    }
    guard !ended.isEmpty else {
      throw PipelineError(
        .data,
        name.map { "no scan \($0) goes on" } ?? "no scan goes on at the moment"
      )
    }
    return "ended: \(ended.joined(separator: ", "))"
  }
}
