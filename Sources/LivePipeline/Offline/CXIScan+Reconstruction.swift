// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging

extension CXIScan {
  /// Why the scan cannot be reconstructed and what to do; nil where it can.
  var reasonAgainstReconstruction: String? {
    if nearField {
      return "these are near-field patterns: neighbouring positions lie further apart than half "
        + "the far-field window, or the file says so. Only far-field scans can be reconstructed"
    }
    let (width, height) = (objectPixelWidth.meters, objectPixelHeight.meters)
    if abs(width - height) > 1e-3 * width {
      return "the object's pixels would not be square: \(nanometers(width)) wide, "
        + "\(nanometers(height)) high. Crop or bin the frames so that rows times pixel height "
        + "equal columns times pixel width"
    }
    if sum(frames.values.span) <= 0 { return "there are no photons in the frames" }
    let extent = positions.map(\.x) + positions.map(\.y)
    let pixels = ((extent.max() ?? 0) - (extent.min() ?? 0)) / width
    if pixels > 30_000 {
      return "the positions span \(Int(pixels)) object pixels, which cannot be right; look at the "
        + "units of positions, distance and pixel size"
    }
    return nil
  }

  private func nanometers(_ meters: Double) -> String { "\((meters * 1e11).rounded() / 100) nm" }
}
