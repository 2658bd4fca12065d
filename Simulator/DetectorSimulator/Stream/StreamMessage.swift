// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// A message on its way out.
public struct StreamMessage: Sendable {
  /// Where it goes.
  public enum Socket: Sendable, Hashable {
    /// The socket of the frames; the only one of most dialects.
    case frames
    /// The second socket of the dialect `fastccd`, for scan events.
    case events
  }

  /// Where it goes.
  public var socket: Socket
  /// Its parts.
  public var parts: [SharedBytes]

  /// Makes a message for the socket of the frames, if no other is named.
  public init(socket: Socket = .frames, parts: [SharedBytes]) {
    self.socket = socket
    self.parts = parts
  }
}
