// SPDX-License-Identifier: BSD-3-Clause

extension Terminal {
  /// Does work that Ctrl-C ends early with what there is, and leaves its progress line behind.
  ///
  /// - Parameters:
  ///   - requestFinish: Asks the work to end; called from another thread.
  ///   - work: The work; it shows itself on the terminal.
  /// - Returns: What the work returns.
  /// - Throws: What the work throws.
  static func finishing<Result>(
    by requestFinish: @escaping @Sendable () -> Void,
    _ work: (Terminal) throws -> Result
  ) throws -> Result {
    let terminal = Terminal()
    let watch = SignalWatch {
      terminal.write("writing what there is; once more leaves at once")
      requestFinish()
    }
    defer {
      terminal.finish()
      withExtendedLifetime(watch) {}
    }
    return try work(terminal)
  }
}
