// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// A reader whose scans are placed by a sidecar file and by the configuration.
///
/// It reads the sidecar from its message in the stream and hands everything else to the reader of the
/// dialect. What the sidecar says of a scan's place counts before what the stream says; the
/// configured tomogram counts after it.
public struct PlacedReader: StreamReader {
  private var base: any StreamReader
  private let tomogram: String?
  private var sidecar: Sidecar?

  /// Makes a reader.
  ///
  /// - Parameters:
  ///   - base: The reader of the dialect.
  ///   - tomogram: The tomogram of scans that nobody else places.
  public init(_ base: any StreamReader, tomogram: String? = nil) {
    self.base = base
    self.tomogram = tomogram
  }

  /// Reads one message.
  public mutating func events(in parts: [SharedBytes]) throws(WireError) -> [AcquisitionEvent] {
    if Sidecar.isMessage(parts) {
      let sidecar = try Sidecar(message: parts)
      self.sidecar = sidecar
      base.take(sidecar.scans, from: sidecar.firstScan)
      return []
    }
    return try base.events(in: parts).map { event in
      guard case .start(var description, let sequence) = event else { return event }
      place(&description)
      return .start(description, sequence: sequence)
    }
  }

  /// Whether a message opens a new scan.
  public func startsScan(_ parts: [SharedBytes]) -> Bool {
    !Sidecar.isMessage(parts) && base.startsScan(parts)
  }

  /// Hands over what a person should know.
  public mutating func takeNotes() -> [ReaderNote] { base.takeNotes() }

  private func place(_ description: inout ScanDescription) {
    sidecar?.place(&description)
    description.identity.tomogram = description.identity.tomogram ?? tomogram
  }
}
