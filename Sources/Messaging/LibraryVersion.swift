// SPDX-License-Identifier: BSD-3-Clause

import CZeroMQ

/// The version of libzmq that carries messages, as "4.3.4".
public var zeroMQVersion: String {
  var (major, minor, patch): (CInt, CInt, CInt) = (0, 0, 0)
  unsafe zmq_version(&major, &minor, &patch)
  return "\(major).\(minor).\(patch)"
}

/// Whether libzmq was built with encryption.
public var zeroMQHasEncryption: Bool { unsafe zmq_has("curve") == 1 }
