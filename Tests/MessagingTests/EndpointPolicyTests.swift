// SPDX-License-Identifier: BSD-3-Clause

import Messaging
import Testing

@Suite struct EndpointPolicyTests {
  @Test(arguments: [
    "tcp://127.0.0.1:37016", "tcp://127.8.9.10:*", "tcp://localhost:1", "tcp://[::1]:37016",
    "tcp://lo:37016", "ipc:///tmp/tiltfold", "inproc://frames",
  ])
  func thisMachineOnly(endpoint: String) {
    #expect(EndpointPolicy.isLoopback(endpoint))
  }

  @Test(arguments: [
    "tcp://*:37016", "tcp://0.0.0.0:37016", "tcp://10.0.5.207:49203", "tcp://[::]:1",
    "tcp://eth0:37016", "tcp://127.0.0.1.example.org:1", "tcp://127.0.0:1", "tcp://127.0.0.1",
    "tcp://127.0.0.1:0;10.0.0.1:5555", "udp://127.0.0.1:5", "127.0.0.1:5", "", "tcp://",
  ])
  func reachableFromElsewhere(endpoint: String) {
    #expect(!EndpointPolicy.isLoopback(endpoint))
  }
}
