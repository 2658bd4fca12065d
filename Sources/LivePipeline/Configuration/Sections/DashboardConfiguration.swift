// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// Section `dashboard`: the page that shows the run in a browser.
public struct DashboardConfiguration: Hashable, Sendable {
  /// Key `enabled`: whether the page is served.
  public var isEnabled = false
  /// Key `bind`: the address and port that it is served at.
  public var address = "127.0.0.1:8080"
  /// Key `control`: whether the run can be controlled from the page.
  public var takesControl = true
  /// Key `token`: what a browser on another machine has to say to control the run, or `file:PATH`;
  /// nil for no control from other machines.
  public var token: String?
  /// Key `insecure`: whether other machines may look, unencrypted.
  public var isInsecure = false

  /// Makes the defaults: no page.
  public init() {}

  /// The token itself, read from its file where the key names one.
  ///
  /// - Returns: The token; nil where there is none.
  /// - Throws: `PipelineError` where its file cannot be read or the token is too short.
  package func resolvedToken() throws(PipelineError) -> String? {
    guard let token else { return nil }
    var text = token
    if token.hasPrefix(Self.filePrefix) {
      let path = String(token.dropFirst(Self.filePrefix.count))
      guard let content = try? String(contentsOfFile: path, encoding: .utf8) else {
        throw PipelineError(.configuration, "dashboard.token: cannot read \(path)")
      }
      text = content.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    guard text.utf8.count >= Self.shortestToken else {
      throw PipelineError(
        .configuration,
        "dashboard.token has \(text.utf8.count) characters; expected \(Self.shortestToken) or more, "
          + "such as `openssl rand -hex 16` prints"
      )
    }
    return text
  }

  /// What stands before the path of a file that holds the token.
  static let filePrefix = "file:"
  /// The fewest characters of a token.
  static let shortestToken = 16
}
