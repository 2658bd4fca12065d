// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Preprocessing

extension PipelineConfiguration {
  /// What a person should know before raw frames come, although the configuration can be used.
  public var warnings: [String] {
    [pixelRemark(at: lowestEnergy)].compactMap(\.self)
  }

  /// Says where the object pixels are finer than the detector reaches; nil where they are not.
  ///
  /// No error: patterns that come cleaned have been on another detector's grid.
  ///
  /// - Parameter energy: The photon energy of a scan of raw frames.
  /// - Returns: What is asked for and what is possible, in words.
  func pixelRemark(at energy: PhotonEnergy) -> String? {
    let finest = preprocessing.finestObjectPixel(detector, energy: energy)
    let pixel = preprocessing.objectPixelSize
    guard pixel.meters < finest.meters else { return nil }
    // Rounded up, so that what is said can be set.
    let possible = String(format: "%.3fe-9", (finest.nanometers * 1000).rounded(.up) / 1000)
    return
      "preprocessing.object_pixel_size_m: \(Words.number(pixel.nanometers, 3)) nm is finer than the "
      + "detector reaches at \(Words.number(energy.electronVolts, 1)) eV: the finest size is \(possible) "
      + "(λ / (2 sin θ) at the edge of \(FastCCDGeometry.pictureSide) pixels of "
      + "\(Words.number(detector.pixelSize.micrometers, 1)) um at "
      + "\(Words.short(preprocessing.detectorDistance.meters)) m). With a finer one the margin of each "
      + "pattern of raw frames is empty, and the image no sharper"
  }

  /// The lowest photon energy that the configuration knows of: of the attenuator, else of the
  /// chemistry's two, which are the iron edge's.
  private var lowestEnergy: PhotonEnergy {
    let known = preprocessing.attenuator?.transmissions.map(\.energy) ?? []
    return known.min { $0.electronVolts < $1.electronVolts } ?? PhotonEnergy(electronVolts: 708.2)
  }
}
