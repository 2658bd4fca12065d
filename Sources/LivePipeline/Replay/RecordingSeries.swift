// SPDX-License-Identifier: BSD-3-Clause

import HDF5Storage
import Imaging

/// The recordings of one run, one behind the other, as if they were one.
///
/// A run has more than one where its file was removed, or broke and could not be taken up again.
/// Messages are counted on from file to file; their numbers in the run (`number(of:)`), which the
/// schedule uses, also count those that stand in no file.
struct RecordingSeries {
  /// A file, and the place of its first message in the series.
  private final class Part {
    let reader: RecordingReader
    let start: Int

    init(_ reader: consuming RecordingReader, start: Int) {
      self.reader = reader
      self.start = start
    }
  }

  private let parts: [Part]
  /// The number of messages in all files.
  let messageCount: Int

  /// Opens them.
  ///
  /// - Parameter paths: The files in the order in which they were recorded.
  /// - Throws: `StorageError` where one cannot be read, `PipelineError` where one does not follow
  ///   the one before.
  init(_ paths: [String]) throws {
    var parts: [Part] = []
    var count = 0
    for path in paths {
      let part = Part(try RecordingReader(path: path), start: count)
      if let last = parts.last { try Self.check(part, follows: last) }
      count += part.reader.messageCount
      parts.append(part)
    }
    guard !parts.isEmpty else { throw PipelineError(.input, "no recording is named") }
    self.parts = parts
    messageCount = count
  }

  /// The files, for the words of errors.
  var names: String { parts.map { $0.reader.path }.joined(separator: ", ") }

  /// The source that was recorded.
  var source: SourceConfiguration { parts[0].reader.source }

  /// Messages of the run, up to the last that is here, that stand in none of the files.
  var missingCount: Int {
    messageCount > 0 ? number(of: messageCount - 1) + 1 - messageCount : 0
  }

  /// The number of a message in the run.
  func number(of place: Int) -> Int {
    let part = part(of: place)
    return part.reader.number(of: place - part.start)
  }

  /// A message, with its number in the run.
  func message(_ place: Int) throws(StorageError) -> ReceivedMessage {
    let part = part(of: place)
    let (parts, arrival) = try part.reader.message(place - part.start)
    return ReceivedMessage(number: number(of: place), parts: parts, arrival: arrival)
  }

  /// What a message says apart from its frame.
  func text(of place: Int) throws(StorageError) -> [SharedBytes] {
    let part = part(of: place)
    return try part.reader.text(of: place - part.start)
  }

  /// How long each part of a message is, without reading it.
  func partLengths(of place: Int) -> [Int] {
    let part = part(of: place)
    return part.reader.partLengths(of: place - part.start)
  }

  /// The steps of all files, in their order.
  func schedule() throws(StorageError) -> [String] {
    var lines: [String] = []
    for part in parts { lines += try part.reader.schedule() }
    return lines
  }

  private func part(of place: Int) -> Part {
    parts.last { $0.start <= place } ?? parts[0]
  }

  private static func check(_ part: Part, follows earlier: Part) throws(PipelineError) {
    let (path, before) = (part.reader.path, earlier.reader.path)
    guard part.reader.knowsItsRun, earlier.reader.knowsItsRun else {
      throw PipelineError(
        .data,
        "\(path) and \(before): a recording of an earlier version does not say which of its run's "
          + "messages it has; replay each by itself"
      )
    }
    guard part.reader.messageCount > 0, earlier.reader.messageCount > 0 else { return }
    let last = earlier.reader.number(of: earlier.reader.messageCount - 1)
    let first = part.reader.number(of: 0)
    guard first > last else {
      throw PipelineError(
        .data,
        "\(path) does not go on where \(before) ends: it begins with message \(first) of its run, and "
          + "the other ends with message \(last). Name the recordings of one run, in their order"
      )
    }
  }
}
