// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import WireFormat

/// Writes the native dialect (Docs/Reference/WireProtocol.md).
struct NativeEncoder: DialectEncoder {
  private let parameters: SimulationParameters
  private let dialect = NativeDialect()
  private var sequence = 0

  init(_ parameters: SimulationParameters) {
    self.parameters = parameters
  }

  mutating func start(_ scan: ScanPlan.Scan) -> [StreamMessage] {
    var description = ScanDescription(identity: scan.identity, positions: scan.positions)
    description.exposureTimes = parameters.exposureTimes
    description.expectedFrames = parameters.pointCount * parameters.exposureTimes.count
    description.tiltCount = parameters.tiltCount
    description.energyCount = parameters.energies.count
    description.detectorDistance = parameters.detectorDistance
    description.detectorPixelSize =
      scan.tiltIndex == parameters.rawTilt
      ? parameters.detectorPixel : parameters.statedPixelSize(at: scan.identity.energy)
    return [encoded(.start(description, sequence: nil))]
  }

  mutating func frame(_ taken: TakenFrame) -> (frame: StreamMessage, events: [StreamMessage]) {
    var frame = taken.frame
    frame.header.timestamp = nanosecondsSince1970()
    return (encoded(.frame(frame)), [])
  }

  mutating func stop(_ scan: ScanPlan.Scan) -> [StreamMessage] {
    [encoded(.stop(scan: scan.identity.scan, sequence: nil))]
  }

  mutating func abort(_ scan: ScanPlan.Scan) -> [StreamMessage] {
    [encoded(.abort(scan: scan.identity.scan, sequence: nil))]
  }

  private mutating func encoded(_ event: AcquisitionEvent) -> StreamMessage {
    defer { sequence += 1 }
    return StreamMessage(parts: dialect.encode(event, sequence: sequence))
  }
}

extension SimulationParameters {
  /// The pixel size that is stated for the frames: the detector's own for raw ones, that which
  /// makes λ z / (N p) the voxel size for cleaned ones.
  func statedPixelSize(at energy: PhotonEnergy) -> Length {
    guard frames == .cleaned else { return detectorPixel }
    let side = Double(SimulatedDetector.cleanedSide)
    return Length(
      meters: energy.wavelength.meters * detectorDistance.meters / (side * voxelSize.meters)
    )
  }
}
