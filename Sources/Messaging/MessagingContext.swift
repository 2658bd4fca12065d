// SPDX-License-Identifier: BSD-3-Clause

import CZeroMQ
import Glibc

/// The input and output threads that all sockets of a program share.
///
/// Every socket keeps its context alive. When the last of them is gone the context ends, and waits
/// for what the sockets were still allowed to send (their linger time).
@safe
public final class MessagingContext: @unchecked Sendable {
  // Sendable by hand: libzmq's contexts may be used from any thread (zmq_ctx_new(3)), and the
  // handle never changes.
  let handle: UnsafeMutableRawPointer

  /// Makes a context.
  ///
  /// - Throws: `ZeroMQError` when the system has no more file descriptors.
  public init() throws(ZeroMQError) {
    guard let handle = unsafe zmq_ctx_new() else {
      throw ZeroMQError(call: "make a context", code: zmq_errno())
    }
    unsafe self.handle = handle
  }

  deinit {
    // A signal may interrupt the wait; the context is then still there.
    while unsafe zmq_ctx_term(handle) != 0, zmq_errno() == EINTR {}
  }
}
