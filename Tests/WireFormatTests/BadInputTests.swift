// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Testing
import WireFormat

/// What can be wrong with a message, and what the error then says.
@Suite struct BadInputTests {
  private let dialect = NativeDialect()

  @Test func messagesWithTheWrongNumberOfPartsAreRefused() {
    expect([], "is empty; expected a topic and JSON")
    expect([SharedBytes("start")], "message has 1 parts; expected 2")
    expect([SharedBytes("frame"), SharedBytes("{}")], "message has 2 parts; expected 3")
    expect(
      [SharedBytes("stop"), SharedBytes("{}"), SharedBytes("x")],
      "message has 3 parts; expected 2"
    )
    expect(
      [SharedBytes("st\u{7}op\n"), SharedBytes("{}")],
      "part 0: topic 'st op ' is not known; expected start, frame, stop, abort"
    )
    expect(
      [SharedBytes([UInt8](repeating: 65, count: 10_000))],
      "part 0: has 10000 bytes; expected a topic"
    )
  }

  @Test(arguments: [
    ("{", "part 1: is not JSON"),
    ("", "part 1: is not JSON"),
    ("[1]", "part 1: has the wrong type; expected an object, {…}"),
    ("{}", "identifier in part 1: is missing"),
    (#"{"identifier":3}"#, "identifier in part 1: has the wrong type; expected a text"),
    (#"{"identifier":""}"#, "identifier in part 1: is ''; expected 1 to 256 printable bytes"),
    (#"{"identifier":"a"}"#, "energy in part 1: is missing; expected energy (J) or energy_eV"),
    (
      #"{"identifier":"a","energy":708.2}"#,
      "energy in part 1: is 708.2, which looks like electron volts;"
        + " expected joules here, or the key energy_eV"
    ),
    (
      #"{"identifier":"a","energy_eV":NaN}"#,
      "energy_eV in part 1: is nan; expected 1.0 to 1000000.0"
    ),
    (
      #"{"schema":"tiltfold/9","identifier":"a","energy_eV":700}"#,
      "schema in part 1: is 'tiltfold/9';"
        + " expected tiltfold/1, or no schema for plain cosmicstreams"
    ),
    (
      #"{"identifier":"a","energy_eV":700,"translations":[[0,0],[1]]}"#,
      "translations[1] in part 1: has 1 numbers; expected [x, y] in metres"
    ),
    (
      #"{"identifier":"a","energy_eV":700,"translations":[[0,0],[1e-6,Infinity]]}"#,
      "translations[1][1] in part 1: is inf; expected -1.0 to 1.0"
    ),
    (
      #"{"identifier":"a","energy_eV":700,"translations":[[0,"x"]]}"#,
      "translations[0][1] in part 1: has the wrong type; expected a number"
    ),
    (
      #"{"identifier":"a","energy_eV":700,"tilt_index":-1}"#,
      "tilt_index in part 1: is -1; expected 0 to 10000000"
    ),
    (
      #"{"identifier":"a","energy_eV":700,"x_pixel_size":3e-5,"y_pixel_size":6e-5}"#,
      "y_pixel_size in part 1: is 6e-05 where x_pixel_size is 3e-05; expected square pixels"
    ),
    (
      #"{"identifier":"a","energy_eV":700,"illumination_real":[[1,2],[3]],"illumination_imag":[[1,2],[3,4]]}"#,
      "illumination_imag in part 1: has rows of different lengths;"
        + " expected 2x2 numbers in both parts"
    ),
    (
      #"{"identifier":"a","energy_eV":700,"illumination_real":[],"illumination_imag":[]}"#,
      "illumination_real in part 1: is 0; expected 1 to 4096"
    ),
  ])
  func aBadStartSaysWhatIsWrong(json: String, message: String) {
    expect([SharedBytes("start"), SharedBytes(json)], message)
  }

  @Test(arguments: [
    ("index", "-1", "index in part 1: is -1; expected 0 to 10000000"),
    ("index", "1e300", "part 1: is not JSON"),
    ("index", "true", "index in part 1: has the wrong type; expected a whole number"),
    ("shape_y", "-3", "shape_y in part 1: is -3; expected 1 to 16384"),
    ("shape_x", "0", "shape_x in part 1: is 0; expected 1 to 16384"),
    ("shape_x", "9223372036854775807", "shape_x in part 1: is 9223372036854775807; expected 1 to"),
    ("shape_x", "null", "shape_x in part 1: has the wrong type; expected a whole number"),
    ("shape_x", "3", "part 2: has 8 bytes; expected 12 for 2x3 of uint16"),
    ("dtype", #""complex64""#, "dtype in part 1: is 'complex64'; expected uint16 (raw words) or"),
    ("dtype", #""float32""#, "part 2: has 8 bytes; expected 16 for 2x2 of float32"),
    ("byteorder", #""little""#, "byteorder in part 1: is 'little'; expected < or >"),
    ("order", #""A""#, "order in part 1: is 'A'; expected C or F"),
    ("role", #""flat""#, "role in part 1: is 'flat'; expected dark or exposure"),
    ("posx", "NaN", "posx in part 1: is nan; expected -1.0 to 1.0"),
    ("posy", "-Infinity", "posy in part 1: is -inf; expected -1.0 to 1.0"),
    ("posy", "null", "posy in part 1: is missing; expected posy with posx, metres"),
    ("posx", "12.5", "posx in part 1: is 12.5; expected -1.0 to 1.0"),
    ("exposure_s", "-1", "exposure_s in part 1: is -1.0; expected 0.0 to 36000.0"),
    ("sequence", "-4", "sequence in part 1: is -4; expected 0 to"),
    ("identifier", #""a\u0000b""#, "identifier in part 1: is 'a b'; expected 1 to 256"),
  ])
  func aBadFrameSaysWhatIsWrong(key: String, value: String, message: String) {
    expect(frame(replacing: key, by: value), message)
  }

  @Test func aFrameWithAnyPixelMissingIsRefused() {
    for count in [0, 1, 7, 9, 16] {
      var parts = frame()
      parts[2] = SharedBytes([UInt8](repeating: 0, count: count))
      expect(parts, "part 2: has \(count) bytes; expected 8 for 2x2 of uint16")
    }
  }

  @Test func keysNobodyKnowsAreIgnored() throws {
    let parts = frame(
      replacing: "from_the_future",
      by: #"{"deep":[[[{"a":NaN}]]],"text":"\ud83d\ude00"}"#
    )
    guard case .frame(let received) = try dialect.decode(parts) else {
      Issue.record("not a frame")
      return
    }
    #expect(received.header.index == 5)
  }

  @Test func nestingBombsAreRefused() {
    let bomb = String(repeating: "[", count: 60_000)
    expect([SharedBytes("stop"), SharedBytes(bomb)], "part 1: is not JSON")
    expect([SharedBytes("stop"), SharedBytes(#"{"x":"# + bomb)], "part 1: is not JSON")
    let closed = bomb.prefix(20_000) + String(repeating: "]", count: 20_000)
    expect([SharedBytes("start"), SharedBytes(#"{"x":\#(closed)}"#)], "part 1: is not JSON")
    let objects = String(repeating: #"{"a":"#, count: 10_000)
    expect([SharedBytes("start"), SharedBytes(objects)], "part 1: is not JSON")
  }

  @Test func moreEntriesThanAnyScanHasAreNotRead() {
    let many = String(repeating: "[],", count: 1_000_000) + "[]"
    expect(
      [
        SharedBytes("start"),
        SharedBytes(#"{"identifier":"a","energy_eV":7,"translations":[\#(many)]}"#),
      ],
      "translations in part 1: has 1000001 entries; expected at most 1000000"
    )
  }

  @Test func headersBeyondAllReasonAreNotEvenRead() {
    let long = #"{"identifier":"a"}"# + String(repeating: " ", count: 65_536)
    expect(
      [SharedBytes("stop"), SharedBytes(long)],
      "part 1: has 65554 bytes; expected at most 65536"
    )
  }

  @Test func textThatIsNotUTF8IsRefused() {
    for broken in [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0x80]] as [[UInt8]] {
      let json = Array(#"{"identifier":"a"#.utf8) + broken + Array(#""}"#.utf8)
      expect([SharedBytes("stop"), SharedBytes(json)], "part 1: is not UTF-8 text")
    }
    // The beginning of UTF-16 and UTF-32 texts.
    for broken in [[0xFF, 0xFE, 0x7B, 0], [0, 0, 0, 0x7B]] as [[UInt8]] {
      expect([SharedBytes("stop"), SharedBytes(broken)], "part 1: is not")
    }
  }

  // MARK: -

  private func frame(replacing key: String? = nil, by value: String = "") -> [SharedBytes] {
    var fields = [
      "identifier": #""scan""#, "index": "5", "posx": "1e-7", "posy": "-2e-7", "shape_y": "2",
      "shape_x": "2", "dtype": #""uint16""#, "byteorder": #""<""#, "order": #""C""#,
    ]
    if let key { fields[key] = value }
    let json = "{" + fields.map { #""\#($0)": \#($1)"# }.sorted().joined(separator: ", ") + "}"
    return [SharedBytes("frame"), SharedBytes(json), SharedBytes([UInt8](repeating: 1, count: 8))]
  }

  private func expect(
    _ parts: [SharedBytes],
    _ message: String,
    _ location: SourceLocation = #_sourceLocation
  ) {
    do {
      let event = try dialect.decode(parts)
      Issue.record("accepted: \(event)", sourceLocation: location)
    } catch {
      #expect(error.description.hasPrefix(message), sourceLocation: location)
    }
  }
}
