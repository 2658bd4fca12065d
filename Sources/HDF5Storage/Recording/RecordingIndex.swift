// SPDX-License-Identifier: BSD-3-Clause

/// The index tables of a recording, cut to the messages that are whole.
///
/// In a file that is growing, or whose writer was killed, the tables may end at different
/// messages; what points past the end of another dataset is left out.
struct RecordingIndex {
  let arrivals: [Int64]
  let firstParts: [Int64]
  let stores: [Int64]
  let offsets: [Int64]
  let lengths: [Int64]
  let scheduleEnds: [Int64]
  let gaps: [RecordingGap]
  let messageCount: Int
  /// Which message of its run the recording begins with; nil where it does not say.
  let firstMessage: Int?
  /// The numbers of the messages in their run, [message].
  private let numbers: [Int]
  /// The rows that all tables of parts have.
  private let partCount: Int

  init(
    _ file: borrowing StorageFile,
    frames: [(layout: FrameLayout, count: Int)]
  ) throws(StorageError) {
    arrivals = try file.read(Int64.self, at: RecordingLayout.arrival).values
    // Each message begins where the one before has ended.
    firstParts = Self.rising(
      try file.read(Int64.self, at: RecordingLayout.firstPart).values,
      upTo: .max
    )
    stores = try file.read(Int64.self, at: RecordingLayout.store).values
    offsets = try file.read(Int64.self, at: RecordingLayout.offset).values
    lengths = try file.read(Int64.self, at: RecordingLayout.length).values
    let scheduleBytes = try file.summary(of: RecordingLayout.scheduleBytes).shape.first ?? 0
    scheduleEnds = Self.rising(
      try file.read(Int64.self, at: RecordingLayout.scheduleEnd).values,
      upTo: scheduleBytes
    )
    gaps = try Self.gaps(in: file)
    let log = try file.summary(of: RecordingLayout.log).shape.first ?? 0
    let rows = min(stores.count, offsets.count, lengths.count)
    var whole = 0
    while whole < rows,
      Self.isThere(stores[whole], offsets[whole], lengths[whole], log, frames)
    {
      whole += 1
    }
    // A message is whole when the next one has begun at or before the last whole part; the last
    // message of all ends with the table.
    var count = min(arrivals.count, firstParts.count)
    while count > 0 {
      let end = count < firstParts.count ? Int(firstParts[count]) : rows
      if Int(firstParts[count - 1]) <= end, end <= whole { break }
      count -= 1
    }
    messageCount = count
    partCount = rows
    firstMessage = file.firstMessage
    if let firstMessage {
      numbers = Self.numbers(count, from: firstMessage, gaps)
    } else {
      numbers = Array(0..<count)
    }
  }

  /// The number of a message in its run.
  func number(of message: Int) -> Int { numbers[message] }

  /// The number in the run of the message that comes next.
  var nextNumber: Int {
    guard let firstMessage else { return messageCount }
    return Self.numbers(messageCount + 1, from: firstMessage, gaps)[messageCount]
  }

  /// Counts the messages on, those that are missing too.
  private static func numbers(_ count: Int, from first: Int, _ gaps: [RecordingGap]) -> [Int] {
    var numbers: [Int] = []
    numbers.reserveCapacity(count)
    var rest = gaps[...]
    var missing = first
    for place in 0..<count {
      while let gap = rest.first, gap.place <= place {
        let (sum, isTooLarge) = missing.addingReportingOverflow(max(0, gap.messages))
        missing = isTooLarge ? missing : sum
        rest = rest.dropFirst()
      }
      numbers.append(missing &+ place)
    }
    return numbers
  }

  /// The rows of one message in the table of parts.
  func parts(of message: Int) -> Range<Int> {
    let next = message + 1
    return Int(
      firstParts[message]
    )..<(next < firstParts.count ? Int(firstParts[next]) : partCount)
  }

  /// Where the parts of one message stand.
  func place(of message: Int) -> RecordedMessage {
    let places = parts(of: message).map {
      RecordedMessage.Part(store: stores[$0], offset: Int(offsets[$0]), length: Int(lengths[$0]))
    }
    return RecordedMessage(number: message, arrival: arrivals[message], parts: places)
  }

  /// The gaps; recordings of earlier versions have no table of them.
  private static func gaps(in file: borrowing StorageFile) throws(StorageError) -> [RecordingGap] {
    guard file.exists(RecordingLayout.gapEnd) else { return [] }
    let place = try file.read(Int64.self, at: RecordingLayout.gapPlace).values
    let messages = try file.read(Int64.self, at: RecordingLayout.gapMessages).values
    let bytes = try file.read(Int64.self, at: RecordingLayout.gapBytes).values
    let start = try file.read(Int64.self, at: RecordingLayout.gapStart).values
    let end = try file.read(Int64.self, at: RecordingLayout.gapEnd).values
    let count = min(place.count, messages.count, bytes.count, start.count, end.count)
    return (0..<count).map {
      RecordingGap(
        place: Int(clamping: place[$0]),
        messages: Int(clamping: messages[$0]),
        bytes: Int(clamping: bytes[$0]),
        start: start[$0],
        end: end[$0]
      )
    }
  }

  private static func isThere(
    _ store: Int64,
    _ offset: Int64,
    _ length: Int64,
    _ log: Int,
    _ frames: [(layout: FrameLayout, count: Int)]
  ) -> Bool {
    guard offset >= 0, length >= 0 else { return false }
    if store == RecordingLayout.logStore {
      let (end, overflow) = offset.addingReportingOverflow(length)
      return !overflow && end <= Int64(log)
    }
    guard store >= 0, store < Int64(frames.count) else { return false }
    let (layout, count) = frames[Int(store)]
    return offset < Int64(count) && length == Int64(layout.byteCount)
  }

  /// The leading entries that rise from 0 and stay within `limit`.
  private static func rising(_ ends: [Int64], upTo limit: Int) -> [Int64] {
    var last: Int64 = 0
    var kept: [Int64] = []
    for end in ends {
      guard end >= last, end <= Int64(limit) else { break }
      kept.append(end)
      last = end
    }
    return kept
  }
}
