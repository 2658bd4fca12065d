// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Imaging

/// The messages that Fixtures/pystxmcontrol_events.py made with Python's pickle and NumPy.
enum EventFixtures {
  /// The folder of the script and its files.
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures")

  /// The script.
  static let script = folder.appending(path: "pystxmcontrol_events.py").path

  /// The names of the files, one for each version of NumPy and protocol.
  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0.hasSuffix(".events") }.sorted()

  /// The messages of a file.
  static func messages(_ name: String) throws -> [[UInt8]] {
    let bytes = [UInt8](try Data(contentsOf: folder.appending(path: name)))
    var messages: [[UInt8]] = []
    var place = 0
    while place + 4 <= bytes.count {
      let count = (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
      messages.append(Array(bytes[place + 4..<place + 4 + count]))
      place += 4 + count
    }
    return messages
  }
}
