// SPDX-License-Identifier: BSD-3-Clause

/// Where a scan belongs, said by somebody other than its source.
public struct ScanPlacement: Sendable, Hashable {
  /// The scan's own name.
  public var scan: String
  /// The sample's tilt.
  public var tilt: TiltAngle
  /// The tomogram, where said.
  public var tomogram: String?

  /// Makes a placement.
  public init(scan: String, tilt: TiltAngle, tomogram: String? = nil) {
    self.scan = scan
    self.tilt = tilt
    self.tomogram = tomogram
  }
}

extension ScanIdentity {
  /// The identity with what a placement says in place of its own; the place in the series follows
  /// from the tilt then.
  public func placed(_ placement: ScanPlacement?) -> ScanIdentity {
    guard let placement else { return self }
    var identity = self
    identity.tilt = placement.tilt
    identity.tiltIndex = nil
    identity.tomogram = placement.tomogram ?? tomogram
    return identity
  }
}
