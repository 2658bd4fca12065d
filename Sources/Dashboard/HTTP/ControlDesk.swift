// SPDX-License-Identifier: BSD-3-Clause

import Dispatch
import Foundation
import Imaging
import WireFormat

/// Takes control requests from pages: checks who asks, asks the run, answers with the same `id`.
struct ControlDesk: Sendable {
  private let policy: AccessPolicy
  private let control: @Sendable (ControlRequest) -> ControlReply
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
    let envelope = (try? JSONDecoder().decode(Envelope.self, from: Data(json))) ?? Envelope()
    let request: ControlRequest
    do throws(WireError) {
      request = try ControlRequest.decode([SharedBytes(json)])
    } catch {
      return (encode(ControlReply(ok: false, "the request cannot be read: \(error)"), envelope), false)
    }
    var refusal: String?
    if request != .status {
      refusal = policy.controlRefusal(isLocal: isLocal, token: envelope.token ?? bearer)
    }
    if let refusal {
      // Guessing takes a second each time.
      if envelope.token ?? bearer != nil { try? await Task.sleep(for: .seconds(1)) }
      return (encode(ControlReply(ok: false, refusal), envelope), true)
    }
    let reply = await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: control(request)) }
    }
    return (encode(reply, envelope), false)
  }

  private func encode(_ reply: ControlReply, _ envelope: Envelope) -> Data {
    let json = reply.encode()[0].array()
    guard let id = envelope.id, let text = try? JSONEncoder().encode(id) else { return Data(json) }
    var answer = Data("{\"id\":".utf8)
    answer.append(text)
    answer.append(contentsOf: ",".utf8)
    answer.append(contentsOf: json.dropFirst())
    return answer
  }

  /// What stands in a request beside what is asked for.
  private struct Envelope: Decodable {
    var id: Identifier?
    var token: String?

    init() {}

    enum CodingKeys: String, CodingKey { case id, token }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
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
        self = .text(String(try container.decode(String.self).prefix(200)))
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
