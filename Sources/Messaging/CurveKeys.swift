// SPDX-License-Identifier: BSD-3-Clause

import CZeroMQ

/// The keys of one end of an encrypted connection (CurveZMQ, rfc.zeromq.org/spec/26).
///
/// A publisher needs its own pair. A subscriber needs its own pair and the publisher's public key.
/// Keys are 40 characters of Z85 text (rfc.zeromq.org/spec/32).
public struct CurveKeys: Hashable, Sendable {
  /// The public half of this end's pair.
  public var publicKey: String
  /// The secret half of this end's pair.
  public var secretKey: String
  /// The public key of the end that binds; nil at that end itself.
  public var serverKey: String?

  /// Takes a pair that was made before.
  public init(publicKey: String, secretKey: String, serverKey: String? = nil) {
    self.publicKey = publicKey
    self.secretKey = secretKey
    self.serverKey = serverKey
  }

  /// Makes a new pair.
  ///
  /// - Parameter serverKey: The public key of the end that binds, for an end that connects.
  /// - Returns: A pair nobody has used before.
  /// - Throws: `ZeroMQError` where libzmq was built without encryption.
  public static func generated(serverKey: String? = nil) throws(ZeroMQError) -> CurveKeys {
    var publicText = [CChar](repeating: 0, count: 41)
    var secretText = [CChar](repeating: 0, count: 41)
    try check(unsafe zmq_curve_keypair(&publicText, &secretText), "make a key pair")
    return CurveKeys(publicKey: text(publicText), secretKey: text(secretText), serverKey: serverKey)
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension Socket {
  /// Makes the socket speak only to ends that hold the matching keys.
  func secure(with keys: CurveKeys) throws(ZeroMQError) {
    try set(ZMQ_CURVE_PUBLICKEY, to: keys.publicKey)
    try set(ZMQ_CURVE_SECRETKEY, to: keys.secretKey)
    if let serverKey = keys.serverKey {
      try set(ZMQ_CURVE_SERVERKEY, to: serverKey)
    } else {
      try set(ZMQ_CURVE_SERVER, to: 1)
    }
  }
}
