// SPDX-License-Identifier: BSD-3-Clause

import Messaging

/// What is said of a place where nobody answers.
public enum Silence {
  /// Of an endpoint, and what to do.
  ///
  /// - Parameters:
  ///   - endpoint: Where somebody was expected.
  ///   - said: What happened.
  ///   - otherwise: What to look for where the machine is known.
  /// - Returns: The words.
  public static func words(at endpoint: String, _ said: String, otherwise: String) -> String {
    guard let host = EndpointHost.unknown(in: endpoint) else { return "\(said). \(otherwise)" }
    return
      "\(said). The name \(host) is not known here: is it written right? Else give the machine's "
      + "address in numbers"
  }
}
