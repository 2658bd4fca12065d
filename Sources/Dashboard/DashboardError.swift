// SPDX-License-Identifier: BSD-3-Clause

/// What keeps the page from being served, in words.
package struct DashboardError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was wrong, where, and what to do.
  package let description: String

  init(_ description: String) {
    self.description = description
  }
}
