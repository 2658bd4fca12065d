// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import LivePipeline
import TestSupport
import WireFormat

/// Events that a test makes up, recorded in the native dialect and cleaned as a run cleans them.
struct RecordedEvents {
  private let folder: TemporaryFolder
  private let path: String

  /// Records events in their order.
  init(_ events: [AcquisitionEvent]) throws {
    folder = try TemporaryFolder()
    path = folder.file("run.h5")
    let dialect = NativeDialect()
    var recording = try RecordingWriter(creating: path, configuration: "", version: "1")
    for (number, event) in events.enumerated() {
      let parts = dialect.encode(event, sequence: number)
      _ = try recording.append(parts, arrival: Int64(number))
    }
    try recording.finish()
  }

  /// The recording's scans, cleaned, by their names.
  func scans(_ configuration: PipelineConfiguration) throws -> [CXIScan] {
    let conversion = FileConversion(
      path,
      to: folder.file("scans") + "/",
      configuration: configuration
    )
    return try conversion.run().sorted().map { try readCXI($0) }
  }
}
