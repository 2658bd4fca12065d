// SPDX-License-Identifier: BSD-3-Clause

import CZeroMQ

/// A call into libzmq that failed.
public struct ZeroMQError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was tried, in a word or a few, as in "bind".
  public var call: String
  /// The error number that libzmq left behind.
  public var code: Int32
  /// The endpoint that it was tried on, where there is one.
  public var endpoint: String?

  /// Makes an error from what is known.
  public init(call: String, code: Int32, endpoint: String? = nil) {
    self.call = call
    self.code = code
    self.endpoint = endpoint
  }

  /// "cannot bind tcp://127.0.0.1:37017: Address already in use".
  public var description: String {
    let reason = unsafe zmq_strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    let place = endpoint.map { " \($0)" } ?? ""
    return "cannot \(call)\(place): \(reason)"
  }
}

/// Returns `result`, or throws the error that libzmq left behind.
@discardableResult
func check(
  _ result: CInt,
  _ call: StaticString,
  _ endpoint: String? = nil
) throws(ZeroMQError) -> CInt {
  guard result >= 0 else {
    throw ZeroMQError(call: "\(call)", code: zmq_errno(), endpoint: endpoint)
  }
  return result
}
