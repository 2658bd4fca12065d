// SPDX-License-Identifier: BSD-3-Clause

package import Foundation
package import Imaging
import Synchronization
package import WireFormat

/// A preview as pages get it: one binary WebSocket frame, made once for all of them.
///
/// The frame is put together when the first page wants it; without pages nothing is copied.
package final class PreviewFrame: Sendable {
  /// What it shows.
  package let topic: PreviewTopic
  /// The JSON of the preview, as subscribers get it.
  package let json: SharedBytes
  private enum Content {
    case parts([SharedBytes])
    case frame(Data)
  }
  private let content: Mutex<Content>

  /// Takes an encoded preview.
  ///
  /// - Parameters:
  ///   - topic: What it shows.
  ///   - parts: Topic, JSON, arrays; two or more.
  package init(topic: PreviewTopic, parts: [SharedBytes]) {
    self.topic = topic
    json = parts[1]
    content = Mutex(.parts(Array(parts.dropFirst(2))))
  }

  /// The bytes that go to every page: the head of the WebSocket's frame, then its payload.
  package var bytes: Data {
    content.withLock { content in
      switch content {
      case .frame(let data): return data
      case .parts(let arrays):
        let data = assemble(arrays)
        content = .frame(data)
        return data
      }
    }
  }

  /// `u32 length of JSON | JSON | zeros | array | zeros | array ...`, arrays at multiples of 8.
  private func assemble(_ arrays: [SharedBytes]) -> Data {
    let start = Array("{\"topic\":\"\(topic.rawValue)\",".utf8)
    // The JSON is an object with a key at least; its first brace gives way to the topic.
    let jsonCount = start.count + json.count - 1
    var places: [Int] = []
    var count = Self.aligned(4 + jsonCount)
    for array in arrays {
      places.append(count)
      count = Self.aligned(count + array.count)
    }
    let head = WebSocketFrame.header(.binary, payloadBytes: count)
    var data = Data(count: head.count + count)
    unsafe data.withUnsafeMutableBytes { target in
      unsafe target.copyBytes(from: head)
      let payload = unsafe UnsafeMutableRawBufferPointer(rebasing: target.dropFirst(head.count))
      unsafe payload.storeBytes(of: UInt32(jsonCount).littleEndian, as: UInt32.self)
      unsafe UnsafeMutableRawBufferPointer(rebasing: payload.dropFirst(4)).copyBytes(from: start)
      unsafe Self.copy(json.slice(1..<json.count), to: payload, at: 4 + start.count)
      for (array, place) in zip(arrays, places) { unsafe Self.copy(array, to: payload, at: place) }
    }
    return data
  }

  private static func aligned(_ count: Int) -> Int { (count + 7) & ~7 }

  private static func copy(
    _ bytes: SharedBytes,
    to target: UnsafeMutableRawBufferPointer,
    at place: Int
  ) {
    bytes.withBytes { span in
      unsafe span.withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(rebasing: target.dropFirst(place))
          .copyMemory(from: source)
      }
    }
  }
}
