// SPDX-License-Identifier: BSD-3-Clause

import HDF5Storage
import Synchronization

extension Pipeline {
  /// Repeats what a live run did with its messages, step by step, on this thread.
  ///
  /// The same frames join in the same batches, the same iterations are run, projections are folded
  /// in the same order; the result agrees with the live one to rounding.
  ///
  /// - Returns: What the run came to.
  /// - Throws: `PipelineError` where the source is no recording or holds no schedule,
  ///   `StorageError` where it cannot be read.
  public func repeatSchedule() throws -> RunSummary {
    guard case .recordings(let paths) = source else {
      throw PipelineError(.data, "only a recording holds a schedule that can be repeated")
    }
    let started = ContinuousClock.now
    let recordings = try RecordingSeries(paths)
    let steps = try recordings.schedule().compactMap(ScheduleStep.init(line:))
    guard !steps.isEmpty else {
      throw PipelineError(
        .data,
        "\(paths.joined(separator: ", ")): there is no schedule: nothing was reconstructed while it "
          + "was recorded. Replay it without --as-recorded"
      )
    }
    if recordings.missingCount > 0 {
      board.report(
        RunEvent(
          .warning,
          "\(recordings.missingCount) messages of the run are in none of the recordings; scans that "
            + "took them agree with the live run only as far as that goes"
        )
      )
    }
    let results = try ResultFolder(path: options.results, configuration: configuration)
    let engine = ReconstructionEngine(
      configuration: configuration,
      plan: makePlan(),
      board: board,
      mailbox: PreviewMailbox(isOpen: false),
      schedule: ScheduleLog(isKept: false),
      results: results,
      isRepeating: true
    )
    defer { engine.crew.end() }
    let isStopping = { self.isStopping.load(ordering: .sequentiallyConsistent) }
    var repetition = ScheduleRepetition(engine: engine, recordings: recordings)
    for step in steps {
      guard !isStopping() else { break }
      try repetition.take(step)
    }
    repetition.finishOpen()
    try repetition.takeRemaining(unless: isStopping)
    return conclude(engine, since: started, recording: nil)
  }
}
