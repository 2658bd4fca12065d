// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import WireFormat

extension RecordingReader {
  /// The source that was recorded, by the configuration in the file; the defaults where that cannot
  /// be read any more.
  var source: SourceConfiguration {
    (try? PipelineConfiguration(yaml: configuration, file: path))?.source ?? SourceConfiguration()
  }

  /// Reads what happened, message after message; what cannot be read is passed over.
  ///
  /// - Parameter body: Given each event and the place of its message.
  /// - Throws: `StorageError` where the recording cannot be read, and what `body` throws.
  func forEachEvent(
    _ body: (Int, AcquisitionEvent) throws(StorageError) -> Void
  ) throws(StorageError) {
    var dialect = source.makeReader()
    for number in 0..<messageCount {
      let parts = try message(number).parts
      for event in (try? dialect.events(in: parts)) ?? [] { try body(number, event) }
    }
  }
}
