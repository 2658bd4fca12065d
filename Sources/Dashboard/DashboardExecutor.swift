// SPDX-License-Identifier: BSD-3-Clause

import Dispatch

/// Runs the server's tasks one after the other on a queue of its own.
///
/// So the page is served whatever else the cooperative pool does, and takes one core at most.
final class DashboardExecutor: TaskExecutor {
  private let queue = DispatchQueue(label: "dashboard")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { [self] in unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
  }
}
