// SPDX-License-Identifier: BSD-3-Clause

/// Section `control`: the port that takes requests while a run goes on.
public struct ControlConfiguration: Hashable, Sendable {
  /// Key `enabled`: whether requests are taken.
  public var isEnabled = false
  /// Key `bind`: where they are taken; the keys of `previews` hold here, too.
  public var endpoint = "tcp://127.0.0.1:37018"

  /// Makes the defaults: no requests.
  public init() {}
}
