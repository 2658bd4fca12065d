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
    guard case .recording(let path) = source else {
      throw PipelineError(.data, "only a recording holds a schedule that can be repeated")
    }
    let started = ContinuousClock.now
    let reader = try RecordingReader(path: path)
    let steps = try reader.schedule().compactMap(ScheduleStep.init(line:))
    guard !steps.isEmpty else {
      throw PipelineError(
        .data,
        "\(path) holds no schedule: nothing was reconstructed while it was recorded. Replay it "
          + "without --as-recorded"
      )
    }
    let results = try ResultFolder(path: options.results, configuration: configuration)
    let engine = ReconstructionEngine(
      configuration: configuration,
      plan: makePlan(),
      board: board,
      mailbox: PreviewMailbox(isOpen: false, maximumRate: 1),
      schedule: ScheduleLog(isKept: false),
      results: results,
      isRepeating: true
    )
    defer { engine.crew.end() }
    var repetition = ScheduleRepetition(engine: engine, messageCount: reader.messageCount)
    for step in steps {
      guard !isStopping.load(ordering: .sequentiallyConsistent) else { break }
      try repetition.take(step) { number in
        let (parts, arrival) = try reader.message(number)
        return ReceivedMessage(number: number, parts: parts, arrival: arrival)
      }
    }
    repetition.finishOpen()
    let isStopping = { self.isStopping.load(ordering: .sequentiallyConsistent) }
    try repetition.takeRemaining(unless: isStopping) { number in
      let (parts, arrival) = try reader.message(number)
      return ReceivedMessage(number: number, parts: parts, arrival: arrival)
    }
    return conclude(engine, since: started, recording: nil)
  }
}
