// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LivePipeline
import Testing
import WireFormat

extension RunningProgram {
  /// Waits until the status that its run publishes is such, or it has ended.
  ///
  /// What a source has sent may not have come yet; what a status counts has.
  ///
  /// - Parameters:
  ///   - endpoint: Where the run publishes, its key `previews.bind`.
  ///   - place: Where a failure is told.
  ///   - isTrue: What is waited for.
  /// - Returns: The status; nil where no such one came.
  @discardableResult
  func wait(
    forStatusAt endpoint: String,
    at place: SourceLocation = #_sourceLocation,
    until isTrue: (PreviewHeader) -> Bool
  ) -> PreviewHeader? {
    let deadline = Date(timeIntervalSinceNow: 240)
    do {
      var client = try PreviewClient(endpoint: endpoint, topics: [.status])
      while isRunning, Date() < deadline {
        if let status = try client.next(timeout: 0.2)?.header, isTrue(status) { return status }
      }
      Issue.record("the status that is waited for did not come", sourceLocation: place)
    } catch {
      Issue.record(error, sourceLocation: place)
    }
    return nil
  }
}
