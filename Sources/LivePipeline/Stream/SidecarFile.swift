// SPDX-License-Identifier: BSD-3-Clause

import Foundation
package import Imaging
import WireFormat
import Yams

/// Reads a sidecar file, YAML or JSON, into the message that the stream and its recording carry.
package enum SidecarFile {
  /// The message: topic and JSON.
  ///
  /// - Parameter path: The file; a relative path starts at the working folder.
  /// - Returns: The parts of the message.
  /// - Throws: `PipelineError` that names the file and what is wrong in it.
  package static func message(_ path: String) throws(PipelineError) -> [SharedBytes] {
    guard let data = FileManager.default.contents(atPath: path), data.count <= limit else {
      throw PipelineError(
        .input,
        "the sidecar file \(path) (source.sidecar) cannot be read, or has more than 16 MiB"
      )
    }
    let json = try json(String(decoding: data, as: UTF8.self), path)
    _ = try understand(json, path)
    return [SharedBytes(Sidecar.topic), json]
  }

  /// What the file says.
  ///
  /// - Parameter path: The file; a relative path starts at the working folder.
  /// - Returns: Placements and scans.
  /// - Throws: `PipelineError` that names the file and what is wrong in it.
  static func read(_ path: String) throws(PipelineError) -> Sidecar {
    try understand(try message(path)[1], path)
  }

  private static func understand(
    _ json: SharedBytes,
    _ path: String
  ) throws(PipelineError) -> Sidecar {
    do throws(WireError) {
      return try Sidecar(json: json)
    } catch {
      throw PipelineError(.configuration, "the sidecar file \(path) cannot be used: \(error)")
    }
  }

  private static func json(_ text: String, _ path: String) throws(PipelineError) -> SharedBytes {
    if text.drop(while: \.isWhitespace).first == "{" { return SharedBytes(text) }
    do {
      guard let node = try compose(yaml: text) else {
        throw PipelineError(.configuration, "the sidecar file \(path) is empty")
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return SharedBytes([UInt8](try encoder.encode(YAMLValue(node))))
    } catch let error as PipelineError {
      throw error
    } catch {
      throw PipelineError(.configuration, "the sidecar file \(path) is not YAML: \(error)")
    }
  }

  private static let limit = 16 << 20
}

/// A YAML value on its way to JSON.
private struct YAMLValue: Encodable {
  let node: Node

  init(_ node: Node) { self.node = node }

  func encode(to encoder: any Encoder) throws {
    switch node {
    case .mapping(let mapping):
      var container = encoder.container(keyedBy: Key.self)
      for (key, value) in mapping {
        try container.encode(YAMLValue(value), forKey: Key(stringValue: key.string ?? ""))
      }
    case .sequence(let sequence):
      var container = encoder.unkeyedContainer()
      for value in sequence { try container.encode(YAMLValue(value)) }
    case .scalar(let scalar):
      var container = encoder.singleValueContainer()
      let text = scalar.string
      guard scalar.style == .plain || scalar.style == .any else {
        return try container.encode(text)
      }
      switch text {
      case "", "~", "null": try container.encodeNil()
      case "true": try container.encode(true)
      case "false": try container.encode(false)
      default:
        let isNumeric = text.allSatisfy { $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }
        if let integer = Int(text) {
          try container.encode(integer)
        } else if isNumeric, let number = Double(text), number.isFinite {
          try container.encode(number)
        } else {
          try container.encode(text)
        }
      }
    default:
      throw PipelineError(.configuration, "a sidecar file has no aliases")
    }
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
