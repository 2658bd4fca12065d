// SPDX-License-Identifier: BSD-3-Clause

import DetectorSimulator
import Messaging
import Foundation

/// Streams a simulated tomogram, once, to the first subscriber.
///
/// - Parameter parameters: The sample and the instrument.
/// - Returns: The address.
/// - Throws: Where the parameters fit nothing, or no port is free.
func serveSimulation(_ parameters: SimulationParameters) throws -> String {
  let detector = try SimulatedDetector(parameters)
  let port = try Publisher(try MessagingContext(), bindingTo: "tcp://127.0.0.1:*")
  let endpoint = port.endpoint
  giveBack(port)
  Thread.detachNewThread {
    do {
      let settings = StreamSettings()
      var server = try StreamServer(bindingTo: endpoint, queueLength: 400)
      var stream = try DetectorStream(detector, settings)
      guard
        try server.waitForSubscriber(to: settings.dialect, seconds: 60, isCancelled: { false })
      else { return }
      _ = try server.send(&stream, isCancelled: { false })
    } catch {
      say("  the source has failed: \(error)")
    }
  }
  return endpoint
}

/// Closes a socket that was bound to find a free port.
func giveBack(_ publisher: consuming Publisher) {}
