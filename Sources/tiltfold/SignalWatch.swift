// SPDX-License-Identifier: BSD-3-Clause

import Dispatch
import Foundation
import Glibc
import Synchronization

/// Turns Ctrl-C and SIGTERM into a call: the first ends the run in good order, a second one leaves
/// at once with exit code 130.
final class SignalWatch: Sendable {
  private let sources: Mutex<[any DispatchSourceSignal]>

  /// Starts watching.
  ///
  /// - Parameters:
  ///   - lastWords: Said when a second one leaves at once; empty for nothing.
  ///   - onFirst: Called at the first signal, on a thread of its own.
  init(lastWords: String = "", _ onFirst: @escaping @Sendable () -> Void) {
    // A file that grows beyond `ulimit -f` is an error to be told, not the end.
    signal(SIGXFSZ, SIG_IGN)
    let count = Counter()
    let queue = DispatchQueue(label: "signals")
    var made: [any DispatchSourceSignal] = []
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        guard count.next() > 1 else { return onFirst() }
        if !lastWords.isEmpty {
          _ = unsafe "\n\(lastWords)\n".withCString {
            unsafe write(STDERR_FILENO, $0, strlen($0))
          }
        }
        _exit(130)
      }
      source.resume()
      made.append(source)
    }
    sources = Mutex(made)
  }

  private final class Counter: Sendable {
    private let value = Atomic(0)

    func next() -> Int {
      value.add(1, ordering: .relaxed).newValue
    }
  }
}
