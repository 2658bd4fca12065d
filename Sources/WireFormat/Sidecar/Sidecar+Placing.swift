// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import FoundationEssentials
public import Imaging

extension Sidecar {
  /// Says of a scan what the file says of its place, before what the scan says itself.
  ///
  /// - Parameter description: The scan; a placement of its name, or of the part of the name before
  ///   `_ccdframes_`, is applied to it.
  public func place(_ description: inout ScanDescription) {
    let name = description.identity.scan
    // A placement may name one scan, or all regions and energies of a file.
    let file = name.firstRange(of: "_ccdframes_").map { String(name[..<$0.lowerBound]) }
    if let placement = placements[name] ?? file.flatMap({ placements[$0] }) {
      description.identity = placement.applied(to: description.identity)
    }
    description.identity.tomogram = description.identity.tomogram ?? tomogram
    description.tiltCount = description.tiltCount ?? tiltCount
    description.energyCount = description.energyCount ?? energyCount
  }

  /// The message of a sidecar for a stream that begins with a later one of its scans.
  ///
  /// Numbers of frames may come again with later scans: without being told, a receiver takes the
  /// first frame for one of an earlier scan, and the scan for one that has lost most of its frames.
  ///
  /// - Parameters:
  ///   - parts: A message.
  ///   - scan: The name of the scan.
  /// - Returns: The message with `first_scan` in it; as it is where its list has no such scan, or it
  ///   says another one; nil where it carries no sidecar.
  public static func message(_ parts: [SharedBytes], from scan: String) -> [SharedBytes]? {
    guard isMessage(parts) else { return nil }
    guard let sidecar = try? Sidecar(message: parts),
      sidecar.firstScan == nil, sidecar.scans.contains(where: { $0.name == scan }),
      let json = parts.last.map({ String(decoding: $0.array(), as: UTF8.self) }),
      let brace = json.firstIndex(of: "{"),
      let name = try? JSONEncoder().encode(scan)
    else { return parts }
    let key = "\"first_scan\": \(String(decoding: name, as: UTF8.self)), "
    return [parts[0], SharedBytes(json[...brace] + key + json[json.index(after: brace)...])]
  }
}
