// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging

/// Takes cleaned scans out of a recording, one after the other.
///
/// Messages go through the same intake as in a run, so that a scan is what a solver would get.
struct RecordedScans {
  private struct Gathered {
    var description: ScanDescription
    var patterns: [DiffractionPattern] = []
  }

  private let path: String
  private let configuration: PipelineConfiguration
  private let progress: (OfflineProgress) -> Void
  private var open: [(key: String, scan: Gathered)] = []
  private var ended: Set<String> = []
  private var names: [String] = []

  init(
    path: String,
    configuration: PipelineConfiguration,
    progress: @escaping (OfflineProgress) -> Void
  ) {
    self.path = path
    self.configuration = configuration
    self.progress = progress
  }

  /// The names of all scans that a recording's intake has found so far.
  var found: [String] { names }

  /// Goes through a recording.
  ///
  /// - Parameters:
  ///   - name: The scan that is wanted; nil for all.
  ///   - each: Given each scan's key and frames, once it is whole.
  /// - Throws: `PipelineError` where the recording cannot be read, and what `each` throws.
  mutating func visit(
    only name: String? = nil,
    each: (String, CXIScan) throws(PipelineError) -> Void
  ) throws(PipelineError) {
    let reader: RecordingReader = try PipelineError.reading(path) { () throws(StorageError) in
      try RecordingReader(path: path)
    }
    var intake = FrameIntake(configuration: configuration)
    for number in 0..<reader.messageCount {
      if number.isMultiple(of: 50) {
        progress(.working("reading messages", done: number, of: reader.messageCount))
      }
      do throws(StorageError) {
        if let name, Self.isFrame(try reader.text(of: number), ofOtherThan: name) { continue }
        let (parts, arrival) = try reader.message(number)
        let message = ReceivedMessage(number: number, parts: parts, arrival: arrival)
        for result in intake.take(message) { take(result, only: name) }
      } catch {
        progress(.remark("a message is left out: \(error)"))
      }
      // A scan may get late frames until the next one has ended.
      while ended.count > 1, let first = open.first, ended.contains(first.key) {
        try hand(over: open.removeFirst(), to: each)
        if name != nil { return }
      }
    }
    progress(.working("reading messages", done: reader.messageCount, of: reader.messageCount))
    // A scan without a stop may have points that wait for more exposures.
    for key in intake.openKeys {
      for result in intake.end(key: key, .finished) { take(result, only: name) }
    }
    while !open.isEmpty { try hand(over: open.removeFirst(), to: each) }
  }

  private mutating func take(_ result: FrameIntake.Result, only name: String?) {
    switch result {
    case .opened(let key, let description):
      names.append(key)
      guard name == nil || name == key || name == description.identity.scan else { return }
      open.append((key, Gathered(description: description)))
    case .pattern(let key, let pattern, _, _):
      guard let place = open.firstIndex(where: { $0.key == key }) else { return }
      open[place].scan.patterns.append(pattern)
    case .ended(let key, _):
      ended.insert(key)
    case .event(let event):
      // Of the scans that are passed over nothing needs to be known.
      guard event.severity != .info, name == nil || event.scan == nil || event.scan == name else {
        return
      }
      progress(.remark((event.scan.map { "\($0): " } ?? "") + event.message))
    }
  }

  private func hand(
    over gathered: (key: String, scan: Gathered),
    to each: (String, CXIScan) throws(PipelineError) -> Void
  ) throws(PipelineError) {
    let patterns = gathered.scan.patterns.sorted { $0.index < $1.index }
    guard !patterns.isEmpty else {
      progress(.remark("\(gathered.key) has no frames that can be used and is left out"))
      return
    }
    let description = gathered.scan.description
    var identity = description.identity
    identity.scan = gathered.key
    var scan = CXIScan(patterns, of: identity, configuration.preprocessing)
    if description.illumination?.shape == scan.frames.shape {
      scan.probe = description.illumination
    }
    try each(gathered.key, scan)
  }

  /// Whether a message of the native stream carries an exposure of another scan.
  private static func isFrame(_ parts: [SharedBytes], ofOtherThan name: String) -> Bool {
    struct Fields: Decodable {
      var identifier: String?
      var role: String?
    }
    guard parts.count == 2, parts[0].count == 5, parts[0].array() == Array("frame".utf8),
      let fields = try? JSONDecoder().decode(Fields.self, from: Data(parts[1].array())),
      let identifier = fields.identifier
    else { return false }
    // The second scan of a name is known as NAME~2.
    return identifier != name && !name.hasPrefix("\(identifier)~") && fields.role != "dark"
  }
}
