// SPDX-License-Identifier: BSD-3-Clause

import Dispatch
import Foundation
import Imaging
import WireFormat

/// Takes control requests from pages: sees who asks, hands them to the run, answers with the same `id`.
struct PageControl: Sendable {
  private let policy: AccessPolicy
  private let control: @Sendable ([UInt8]) -> [UInt8]
  // A request may wait for a moment, which no thread of the cooperative pool may.
  private let queue = DispatchQueue(label: "dashboard-control")

  init(_ settings: DashboardSettings) {
    policy = AccessPolicy(settings)
    control = settings.control
  }

  /// Answers a request.
  ///
  /// - Parameters:
  ///   - json: The request, one JSON object.
  ///   - isLocal: Whether it comes from this machine.
  ///   - bearer: A token that came beside it.
  /// - Returns: The answer as JSON, and whether the asker was turned away.
  func answer(
    _ json: [UInt8],
    isLocal: Bool,
    bearer: String? = nil
  ) async -> (json: Data, isRefused: Bool) {
    let envelope = Envelope(json)
    let token = envelope.token ?? bearer
    // Everybody who sees the page sees how the run stands.
    if envelope.request != "status",
      let refusal = policy.controlRefusal(isLocal: isLocal, token: token)
    {
      // Guessing takes a second each time.
      if token != nil { try? await Task.sleep(for: .seconds(1)) }
      return (named(ControlReply(ok: false, refusal).encode()[0].array(), envelope), true)
    }
    let reply = await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: control(json)) }
    }
    return (named(reply, envelope), false)
  }

  /// The answer with the `id` of its request, where it has none yet.
  private func named(_ reply: [UInt8], _ envelope: Envelope) -> Data {
    guard let id = envelope.id, Envelope(reply).id == nil, let text = try? JSONEncoder().encode(id)
    else { return Data(reply) }
    var answer = Data("{\"id\":".utf8)
    answer.append(text)
    answer.append(contentsOf: ",".utf8)
    answer.append(contentsOf: reply.dropFirst())
    return answer
  }

  /// What the server itself reads of a request, or an answer.
  private struct Envelope: Decodable {
    var request: String?
    var id: Identifier?
    var token: String?

    enum CodingKeys: String, CodingKey { case request, id, token }

    /// Nothing where it is no JSON object; the run says what is wrong with it.
    init(_ json: [UInt8]) {
      if let read = try? JSONDecoder().decode(Self.self, from: Data(json)) { self = read }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      request = try? container.decode(String.self, forKey: .request)
      id = try? container.decode(Identifier.self, forKey: .id)
      token = try? container.decode(String.self, forKey: .token)
    }
  }

  /// What tells a page which of its requests is answered: a number or a text.
  private enum Identifier: Codable {
    case number(Int)
    case text(String)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Int.self) {
        self = .number(number)
      } else {
        self = .text(String(try container.decode(String.self).prefix(256)))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .number(let number): try container.encode(number)
      case .text(let text): try container.encode(text)
      }
    }
  }
}
