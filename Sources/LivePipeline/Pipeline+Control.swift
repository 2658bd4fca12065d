// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import Synchronization

extension Pipeline {
  /// Answers a control request that came another way than by the socket, as from a web page.
  ///
  /// On any thread; it waits for locks that are held for some milliseconds, never for a scan, a fold or
  /// a file. Who may ask is for the caller to say.
  ///
  /// - Parameter request: JSON, as Docs/Reference/WireProtocol.md has it, at most 64 kB.
  /// - Returns: The answer, JSON; also where the request cannot be read or no run goes on.
  public func control(_ request: [UInt8]) -> [UInt8] {
    let answer = ControlDesk.answer([SharedBytes(request)], at: desk.withLock { $0 })
    return answer.first?.array() ?? []
  }
}
