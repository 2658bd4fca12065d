// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Testing
import WireFormat

@Suite struct PreviewMessageTests {
  @Test func aPreviewComesBackAsItWas() throws {
    let sent = examplePreview()
    let parts = sent.encode()
    let received = try PreviewMessage.decode(parts)
    #expect(received.topic == .object)
    #expect(received.header == sent.header)
    #expect(received.arrays.map(\.name) == ["object", "coverage", "volume"])
    let object = try #require(received["object"])
    #expect(object.complexImage == sent["object"]?.complexImage)
    #expect(object.unit == "1")
    #expect(object.pixelSize == Length(nanometers: 6.7))
    #expect(received["coverage"]?.image == sent["coverage"]?.image)
    #expect(received["coverage"]?.unit == "photon")
    #expect(received["volume"]?.volume == sent["volume"]?.volume)
    // Arrays are parts: nothing was copied on the way.
    #expect(parts[2] === sent.arrays[0].bytes && object.bytes === parts[2])
  }

  @Test(arguments: PreviewTopic.allCases)
  func everyTopicCanTravelWithoutAnArray(topic: PreviewTopic) throws {
    let sent = PreviewMessage(topic: topic, header: PreviewHeader(sequence: 1, generation: 2))
    let received = try PreviewMessage.decode(sent.encode())
    #expect(received.topic == topic)
    #expect(received.header == sent.header)
    #expect(received.arrays.isEmpty)
  }

  @Test func noTopicBeginsWithAnother() {
    let names = PreviewTopic.allCases.map(\.rawValue)
    for name in names {
      #expect(names.filter { $0.hasPrefix(name) } == [name])
    }
  }

  @Test func figuresThatAreNotKnownYetAreLeftOut() throws {
    var header = PreviewHeader(sequence: 0)
    header.quality = ["data_error": .nan, "overlap_error": .infinity, "coverage": 0.5]
    let parts = PreviewMessage(topic: .status, header: header).encode()
    #expect(try PreviewMessage.decode(parts).header.quality == ["coverage": 0.5])
  }

  @Test(arguments: [
    (#"{"sequence":1,"generation":0}"#, "schema in part 1: is missing"),
    (#"{"schema":"x","sequence":1,"generation":0}"#, "schema in part 1: is 'x'; expected tilt"),
    (
      arrays(
        #"{"name":"a","shape":[2],"dtype":"float32"},{"name":"b","shape":[2],"dtype":"uint8"}"#
      ),
      "arrays in part 1: describes 2 arrays where 1 follow"
    ),
    (arrays(#"{"name":"a","shape":[3],"dtype":"float32"}"#), "part 2: has 8 bytes; expected 12"),
    (arrays(#"{"name":"a","shape":[-1,-2],"dtype":"float32"}"#), "arrays[0].shape in part 1: is"),
    (
      arrays(#"{"name":"a","shape":[4611686018427387904,4,0],"dtype":"float32"}"#),
      "arrays[0].shape in"
    ),
    (
      arrays(#"{"name":"a","shape":[0,4611686018427387904],"dtype":"float32"}"#),
      "part 2: has 8 bytes; expected 0"
    ),
    (arrays(#"{"name":"a","shape":[1,1,1,1,1,1,1,1,2],"dtype":"float32"}"#), "arrays[0].shape in"),
    (
      arrays(#"{"name":"a","shape":[2],"dtype":"object"}"#),
      "arrays[0].dtype in part 1: is 'object'"
    ),
    (arrays(#"{"name":"a","shape":[2],"dtype":"float32","byteorder":">"}"#), "arrays[0].byteorder"),
    (
      arrays(#"{"name":"a","shape":[2],"dtype":"float32","order":"F"}"#),
      "arrays[0].order in part 1"
    ),
    (arrays(#"{"shape":[2],"dtype":"float32"}"#), "arrays[0].name in part 1: is missing"),
  ])
  func aBadPreviewSaysWhatIsWrong(json: String, message: String) {
    let parts = [
      SharedBytes("object"), SharedBytes(json), SharedBytes([UInt8](repeating: 0, count: 8)),
    ]
    do {
      _ = try PreviewMessage.decode(parts)
      Issue.record("accepted")
    } catch {
      #expect(error.description.hasPrefix(message))
    }
  }

  @Test func damagedPreviewsAreReadOrRefused() {
    var generator = SeededGenerator(seed: 9)
    let original = examplePreview().encode().map { $0.array() }
    var refused = 0
    for _ in 0..<4000 {
      var parts = original
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<parts[1].count, using: &generator)
        parts[1][place] =
          Bool.random(using: &generator)
          ? .random(in: 0x20...0x7E, using: &generator)
          : UInt8(ascii: "0") + .random(in: 0...9, using: &generator)
      }
      do {
        let message = try PreviewMessage.decode(parts.map { SharedBytes($0) })
        for array in message.arrays {
          #expect(array.bytes.count == array.shape.reduce(array.elementType.byteCount, *))
        }
      } catch {
        refused += 1
      }
    }
    #expect(refused > 1000)
  }

  private static func arrays(_ list: String) -> String {
    #"{"schema":"tiltfold-preview/1","sequence":1,"generation":0,"arrays":[\#(list)]}"#
  }
}

/// A preview that has everything a preview can have.
func examplePreview() -> PreviewMessage {
  let identity = ScanIdentity(
    scan: "scan-7",
    tomogram: "plates",
    tilt: TiltAngle(degrees: -80),
    tiltIndex: 0,
    energy: PhotonEnergy(electronVolts: 708.2),
    energyIndex: 1
  )
  var header = PreviewHeader(sequence: 12, generation: 3, identity: identity, frameCount: 49)
  header.timestamp = 1_751_000_000_123_456_789
  header.quality = ["data_error": 0.111, "dropped_frames": 0]
  header.text = ["message": "the beam is \"back\" µ", "severity": "notice"]
  let shape = Shape2D(rows: 2, columns: 3)
  let size = Length(nanometers: 6.7)
  return PreviewMessage(
    topic: .object,
    header: header,
    arrays: [
      PreviewArray(
        name: "object",
        image: ComplexImage(shape: shape, values: (0..<6).map { Complex64(Float($0), -0.5) }),
        unit: "1",
        pixelSize: size
      ),
      PreviewArray(
        name: "coverage",
        image: Image(shape: shape, values: (0..<6).map { Float($0) / 4 }),
        unit: "photon",
        pixelSize: size
      ),
      PreviewArray(
        name: "volume",
        volume: Volume(sizeX: 2, sizeZ: 3, sizeY: 4, values: (0..<24).map(Float.init)),
        unit: "1",
        pixelSize: size
      ),
    ]
  )
}
