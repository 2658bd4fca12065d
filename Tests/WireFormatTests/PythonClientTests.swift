// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Imaging
import Messaging
import TestSupport
import Testing
import WireFormat

/// Runs the Python client of Docs/Clients/python against a real publisher.
@Suite struct PythonClientTests {
  @Test(
    .enabled(
      if: PythonInterpreter.has("zmq, numpy"),
      "the Python client is tested where python3 (or TILTFOLD_PYTHON) has pyzmq and NumPy"
    )
  )
  func pythonUnderstandsWhatWePublish() throws {
    let context = try MessagingContext()
    var publisher = try Publisher(context, bindingTo: "tcp://127.0.0.1:*")
    let script = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Clients/check_client.py")
    let output = Pipe()
    let client = PythonInterpreter.makeProcess([script.path, publisher.endpoint, "2"])
    client.standardOutput = output
    try client.run()
    var newcomer: SubscriptionChange?
    while newcomer == nil, client.isRunning {
      newcomer = try publisher.receiveSubscription(timeoutMilliseconds: 100)
    }
    try #require(newcomer?.isSubscribed == true)
    let object = try #require(examplePreview()["object"]?.complexImage)
    #expect(try publisher.send(examplePreview().encode()))
    #expect(
      try publisher.send(
        encodeRec(object, pixelSize: Length(nanometers: 6.7), identifier: "scan-7")
      )
    )
    let data = output.fileHandleForReading.readDataToEndOfFile()
    client.waitUntilExit()
    #expect(client.terminationStatus == 0)
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    try #require(lines.count == 2)

    let preview = try JSONDecoder().decode(Understood.self, from: Data(lines[0].utf8))
    #expect(preview.topic == "object")
    #expect(
      preview.line == "object       scan-7  -80.0 deg  708.2 eV  49 frames  data_error=0.111"
        + "  dropped_frames=0  message: the beam is \"back\" µ  severity: notice"
        + "  [object 2x3 complex64 1]  [coverage 2x3 float32 photon]  [volume 2x3x4 float32 1]"
    )
    #expect(
      preview.arrays["object"]
        == .init(
          shape: [2, 3],
          dtype: "complex64",
          first: [0, -0.5],
          last: [5, -0.5],
          sum: [15, -3]
        )
    )
    #expect(
      preview.arrays["volume"]
        == .init(
          shape: [2, 3, 4],
          dtype: "float32",
          first: [0, 0],
          last: [23, 0],
          sum: [276, 0]
        )
    )
    let rec = try JSONDecoder().decode(Understood.self, from: Data(lines[1].utf8))
    #expect(rec.topic == "rec")
    #expect(rec.arrays["object"] == preview.arrays["object"])
  }

  /// A line of Tests/Clients/check_client.py.
  private struct Understood: Decodable {
    struct Summary: Decodable, Equatable {
      var shape: [Int]
      var dtype: String
      var first: [Double]
      var last: [Double]
      var sum: [Double]
    }
    var topic: String
    var line: String?
    var arrays: [String: Summary]
  }
}
