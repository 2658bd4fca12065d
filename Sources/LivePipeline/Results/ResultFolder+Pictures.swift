// SPDX-License-Identifier: BSD-3-Clause

import HDF5Storage
import Imaging

extension ResultFolder {
  func draw(_ finished: FinishedScan, _ report: (RunEvent) -> Void) {}
  func draw(
    _ record: TomogramRecord,
    _ tomogram: TomogramSession.Content,
    prefix: String,
    _ report: (RunEvent) -> Void
  ) {}
}
