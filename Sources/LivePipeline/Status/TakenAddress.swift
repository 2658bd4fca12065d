// SPDX-License-Identifier: BSD-3-Clause

import Messaging

/// What is said where a run cannot bind an address of its configuration.
enum TakenAddress {
  /// Binds something; where it cannot be bound the error says by which key, and what to do.
  ///
  /// - Parameters:
  ///   - key: The key of the configuration that names the address.
  ///   - bind: Binds it.
  /// - Returns: What is bound.
  /// - Throws: `PipelineError`.
  static func explaining<Bound: ~Copyable>(
    _ key: String,
    _ bind: () throws -> Bound
  ) throws -> Bound {
    do {
      return try bind()
    } catch let error as ZeroMQError {
      throw PipelineError(
        .output,
        "\(key): \(error). Where the address is in use, another run may go on here (tiltfold status): "
          + "end it, or give this one other ports; tiltfold doctor says which are free"
      )
    }
  }
}
