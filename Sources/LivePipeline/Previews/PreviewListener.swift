// SPDX-License-Identifier: BSD-3-Clause

package import Imaging
package import WireFormat

/// Somebody in this process who is given every preview as it is published.
///
/// A listener gets what subscribers of the preview stream get, with or without its sockets.
package protocol PreviewListener: Sendable {
  /// Whether anybody sees what it is given; asked between two rounds of the publisher, from its thread.
  ///
  /// While nobody does, it gets only what is made in any case: status, events, maps and what was made
  /// for others. As soon as somebody does, all last values are made for it.
  var isFollowed: Bool { get }

  /// Takes a preview; called on the publisher's thread, so that it must return at once.
  ///
  /// - Parameters:
  ///   - topic: What it shows.
  ///   - parts: The encoded message: topic, JSON, arrays (Docs/Reference/WireProtocol.md). The
  ///     memory is shared, not copied.
  func receive(topic: PreviewTopic, parts: [SharedBytes])
}
