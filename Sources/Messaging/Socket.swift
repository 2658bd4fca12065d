// SPDX-License-Identifier: BSD-3-Clause

import CZeroMQ
import Glibc
import Imaging

/// One libzmq socket, closed when it goes out of scope.
///
/// A socket belongs to the thread that made it: it can neither be copied nor sent elsewhere.
@safe
struct Socket: ~Copyable {
  private let handle: UnsafeMutableRawPointer
  // Released after the handle is closed, so that the context outlives its sockets.
  private let context: MessagingContext
  // What libzmq was last told, so that a loop with one timeout sets it once.
  private var receiveTimeout: CInt = -1

  init(_ context: MessagingContext, type: CInt) throws(ZeroMQError) {
    guard let handle = unsafe zmq_socket(context.handle, type) else {
      throw ZeroMQError(call: "make a socket", code: zmq_errno())
    }
    unsafe self.handle = handle
    self.context = context
  }

  deinit { unsafe zmq_close(handle) }

  // MARK: - Options

  func set(_ option: CInt, to value: Int) throws(ZeroMQError) {
    var value = CInt(clamping: value)
    try check(
      unsafe zmq_setsockopt(handle, option, &value, MemoryLayout<CInt>.size),
      "set a socket option"
    )
  }

  func set(_ option: CInt, to value: Int64) throws(ZeroMQError) {
    var value = value
    try check(
      unsafe zmq_setsockopt(handle, option, &value, MemoryLayout<Int64>.size),
      "set a socket option"
    )
  }

  func set(_ option: CInt, to text: String) throws(ZeroMQError) {
    let bytes = Array(text.utf8)
    try check(
      unsafe zmq_setsockopt(handle, option, bytes, bytes.count),
      "set a socket option"
    )
  }

  func integer(_ option: CInt) throws(ZeroMQError) -> Int {
    var value: CInt = 0
    var size = MemoryLayout<CInt>.size
    try check(unsafe zmq_getsockopt(handle, option, &value, &size), "read a socket option")
    return Int(value)
  }

  func connect(to endpoint: String) throws(ZeroMQError) {
    try check(unsafe zmq_connect(handle, endpoint), "connect to", endpoint)
  }

  /// Binds, and returns the endpoint with the port that was really taken.
  func bind(to endpoint: String) throws(ZeroMQError) -> String {
    try check(unsafe zmq_bind(handle, endpoint), "bind", endpoint)
    var bytes = [UInt8](repeating: 0, count: 1024)
    var size = bytes.count
    let result = unsafe zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, &bytes, &size)
    try check(result, "read the endpoint of", endpoint)
    return String(decoding: bytes.prefix(size).prefix { $0 != 0 }, as: UTF8.self)
  }

  // MARK: - Messages

  /// Receives all parts of the next message without copying them.
  ///
  /// - Parameters:
  ///   - timeoutMilliseconds: How long to wait for the first part; negative waits for ever.
  ///   - maximumParts: Parts beyond this count are received and let go.
  /// - Returns: The parts, or nil when none came in time.
  /// - Throws: `ZeroMQError` when the socket is of no more use.
  mutating func receive(
    timeoutMilliseconds: Int,
    maximumParts: Int
  ) throws(ZeroMQError) -> [SharedBytes]? {
    let deadline = ContinuousClock.now + .milliseconds(timeoutMilliseconds)
    var remaining = timeoutMilliseconds
    var parts: [SharedBytes] = []
    var hasMore = true
    while hasMore {
      try setReceiveTimeout(remaining)
      let message = ReceivedMessage()
      if unsafe zmq_msg_recv(message.pointer, handle, 0) >= 0 {
        hasMore = message.hasMore
        if parts.count < maximumParts { parts.append(message.sharedBytes()) }
        continue
      }
      switch zmq_errno() {
      case EAGAIN:
        return nil
      case EINTR:
        if timeoutMilliseconds > 0 { remaining = max(0, (deadline - .now).wholeMilliseconds) }
      default:
        throw ZeroMQError(call: "receive", code: zmq_errno())
      }
    }
    return parts
  }

  private mutating func setReceiveTimeout(_ milliseconds: Int) throws(ZeroMQError) {
    let timeout = milliseconds < 0 ? -1 : CInt(clamping: milliseconds)
    guard timeout != receiveTimeout else { return }
    try set(ZMQ_RCVTIMEO, to: Int(timeout))
    receiveTimeout = timeout
  }

  /// Sends all parts as one message; false when the socket's send timeout passed first.
  ///
  /// Large parts are not copied: libzmq reads their memory until they are on the wire.
  func send(_ parts: [SharedBytes]) throws(ZeroMQError) -> Bool {
    for (i, part) in parts.enumerated() {
      let flags = i + 1 < parts.count ? ZMQ_SNDMORE : 0
      // Only the first part can find the queue full: libzmq counts whole messages.
      guard try send(part, flags: flags) else { return false }
    }
    return true
  }

  private func send(_ part: SharedBytes, flags: CInt) throws(ZeroMQError) -> Bool {
    var message = zmq_msg_t()
    try unsafe fill(&message, from: part)
    while unsafe zmq_msg_send(&message, handle, flags) < 0 {
      let code = zmq_errno()
      if code == EINTR { continue }
      unsafe zmq_msg_close(&message)
      if code == EAGAIN { return false }
      throw ZeroMQError(call: "send", code: code)
    }
    return true
  }
}

/// Parts below this many bytes are copied: that is cheaper than counting references across threads.
private let smallestSharedPart = 4096

/// Makes an outgoing message of `part`, which it retains where it does not copy.
@unsafe
private func fill(_ message: inout zmq_msg_t, from part: SharedBytes) throws(ZeroMQError) {
  // The address stays good after the closure: the memory of a SharedBytes never moves, and the
  // message holds a reference to it.
  let address = part.withBytes { bytes in
    unsafe bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
  }
  let source = unsafe UnsafeMutableRawPointer(bitPattern: address)
  if part.count < smallestSharedPart {
    try check(unsafe zmq_msg_init_size(&message, part.count), "make a message")
    if let source = unsafe source, let target = unsafe zmq_msg_data(&message) {
      unsafe target.copyMemory(from: source, byteCount: part.count)
    }
  } else {
    let owner = unsafe Unmanaged.passRetained(part)
    let result = unsafe zmq_msg_init_data(
      &message,
      source,
      part.count,
      { _, hint in
        if let hint = unsafe hint { unsafe Unmanaged<SharedBytes>.fromOpaque(hint).release() }
      },
      owner.toOpaque()
    )
    if result != 0 { unsafe owner.release() }
    try check(result, "make a message")
  }
}

extension Duration {
  fileprivate var wholeMilliseconds: Int {
    Int(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
  }
}
