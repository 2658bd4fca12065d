// SPDX-License-Identifier: BSD-3-Clause

import Messaging
public import WireFormat

/// Asks a running pipeline for something.
public enum ControlClient {
  /// Sends a request and waits for the answer.
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - endpoint: Where the pipeline takes requests, its key `control.bind`.
  ///   - publicKey: The pipeline's key `previews.curve_public_key`, where its port is guarded.
  ///   - timeout: How long to wait, seconds.
  /// - Returns: The answer.
  /// - Throws: `PipelineError` where none comes, `ZeroMQError` or `WireError` where it cannot be read.
  public static func ask(
    _ request: ControlRequest,
    at endpoint: String,
    publicKey: String? = nil,
    timeout: Double = 10
  ) throws -> ControlReply {
    let context = try MessagingContext()
    var keys: CurveKeys?
    if let serverKey = publicKey {
      keys = try CurveKeys.generated(serverKey: serverKey)
    }
    var requester = try Requester(context, connectingTo: endpoint, keys: keys)
    let answer = try requester.ask(request.encode(), timeoutMilliseconds: Int(timeout * 1000))
    guard let answer else {
      throw PipelineError(
        .unanswered,
        Silence.words(
          at: endpoint,
          "nobody answers at \(endpoint)",
          otherwise: "Does a run go on there, with control.enabled: true?"
        )
      )
    }
    return try ControlReply.decode(answer)
  }
}
