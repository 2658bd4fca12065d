// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser

/// The form of what a run says on standard error.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
  /// Lines for people, and a status that keeps itself current on a terminal.
  case text
  /// One JSON object a line, for programs that gather logs.
  case json
}
