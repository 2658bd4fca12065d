// SPDX-License-Identifier: BSD-3-Clause

import HDF5Storage

// Where the recording is written.
extension RunRecording {
  /// Opens the recording wherever that is possible; false where it is nowhere.
  func open() -> Bool {
    if let broken {
      if let sink = try? opening.resume(broken.path) {
        // What was not flushed when it broke.
        let lost = max(0, broken.messages - sink.messageCount)
        if lost > 0 {
          let start = gap?.start ?? 0
          add(messages: lost, bytes: max(0, broken.bytes - sink.byteCount), from: start, to: start)
        }
        self.broken = nil
        self.sink = sink
        return true
      }
      return create([broken.path] + candidates)
    }
    return create(candidates)
  }

  private func create(_ candidates: [String]) -> Bool {
    var reasons: [String] = []
    for (place, wanted) in candidates.enumerated() {
      let path = freeName(wanted)
      do throws(StorageError) {
        // What is missing before the first message stands in the file as a gap.
        sink = try opening.create(path, nextNumber - (gap?.messages ?? 0))
        let isWanted = place == 0 && path == wanted
        if !isWanted, gap == nil {
          let why = reasons.first ?? "there is a file of this name, and recordings replace nothing"
          report(RunEvent(.warning, "\(wanted): \(why); the recording is \(path)"))
        }
        broken = nil
        return true
      } catch {
        reasons.append("\(error)")
      }
    }
    if gap == nil {
      report(
        RunEvent(
          .error,
          "NOTHING IS RECORDED: no recording can be made: \(reasons.joined(separator: "; ")). The "
            + "run goes on, and it is tried again every few seconds"
        )
      )
    }
    return false
  }
}
