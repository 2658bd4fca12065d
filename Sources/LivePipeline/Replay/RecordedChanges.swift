// SPDX-License-Identifier: BSD-3-Clause

/// What people changed during a recorded run, for a plain replay to follow at the same places of the
/// stream.
struct RecordedChanges {
  /// In the order of the messages after which they were made, the next at the end.
  private var rest: [(after: Int, step: ScheduleStep)]

  /// How many are left.
  var count: Int { rest.count }

  /// Finds them among all steps of a schedule.
  ///
  /// - Parameters:
  ///   - lines: The schedule.
  ///   - keys: Keys that stay as they are, whatever was set.
  ///   - last: The number of the last message where nothing follows it: scans that its source left
  ///     there, without their end, end so again. Nil where more may come.
  init(_ lines: [String], except keys: Set<String> = [], last: Int? = nil) {
    var found: [(after: Int, step: ScheduleStep)] = []
    for line in lines {
      guard let step = ScheduleStep(line: line),
        Self.isChange(step) || Self.isSilence(step, after: last),
        // Recordings of earlier versions do not say where.
        let after = step.messages?.max(), step.key.map({ !keys.contains($0) }) ?? true
      else { continue }
      found.append((after, step))
    }
    // Of equal places the one that came first first.
    let order = found.indices.sorted { (found[$0].after, $0) < (found[$1].after, $1) }
    // A run that was taken up made the changes of the one before again; of equal ones the last counts,
    // for something else may have been asked between them.
    var known: Set<ScheduleStep> = []
    rest = order.reversed().map { found[$0] }.filter { known.insert($0.step).inserted }
  }

  /// Takes the changes that were made before a message.
  mutating func due(before number: Int) -> [ScheduleStep] {
    var due: [ScheduleStep] = []
    while let last = rest.last, last.after < number {
      due.append(last.step)
      rest.removeLast()
    }
    return due
  }

  private static func isChange(_ step: ScheduleStep) -> Bool {
    switch step.step {
    case .set, .place, .holdBack, .dropTilt, .takeBack, .realignAsked: true
    // Others end by their source, or when nothing came.
    case .close: ScanAssembler.End(request: step.request).isRequested
    default: false
    }
  }

  /// Whether a scan was ended because nothing came any more, after this message.
  private static func isSilence(_ step: ScheduleStep, after message: Int?) -> Bool {
    guard step.step == .close, step.request == nil, let message else { return false }
    return step.messages?.max() == message
  }
}
