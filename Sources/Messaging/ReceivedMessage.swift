// SPDX-License-Identifier: BSD-3-Clause

import CZeroMQ
import Imaging

/// One message part that libzmq filled, on its way to becoming `SharedBytes`.
///
/// The `zmq_msg_t` lives on the heap because libzmq keeps short parts inside it: its address must
/// not change while somebody reads them.
@safe
struct ReceivedMessage: ~Copyable {
  let pointer: UnsafeMutablePointer<zmq_msg_t>

  init() {
    unsafe pointer = UnsafeMutablePointer<zmq_msg_t>.allocate(capacity: 1)
    unsafe zmq_msg_init(pointer)
  }

  deinit { unsafe close(pointer) }

  /// Whether more parts of the same message follow.
  var hasMore: Bool { unsafe zmq_msg_more(pointer) != 0 }

  /// Hands the memory on, uncopied; the last reader, on whatever thread, gives it back.
  consuming func sharedBytes() -> SharedBytes {
    let pointer = unsafe pointer
    discard self
    // The address as a number, because a pointer is not Sendable; it comes back once, here.
    let address = UInt(bitPattern: pointer)
    return unsafe SharedBytes(
      unsafeBase: UnsafeRawPointer(zmq_msg_data(pointer)),
      count: zmq_msg_size(pointer)
    ) {
      if let pointer = unsafe UnsafeMutablePointer<zmq_msg_t>(bitPattern: address) {
        unsafe close(pointer)
      }
    }
  }
}

@unsafe
private func close(_ pointer: UnsafeMutablePointer<zmq_msg_t>) {
  unsafe zmq_msg_close(pointer)
  unsafe pointer.deallocate()
}
