// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// Which pixels a pattern is computed on, for one energy.
struct PatternGeometry {
  var map: PixelMap
  var side: Int
  /// Where the direct beam falls, pixels.
  var middle: (row: Double, column: Double)
  /// What each computed pixel counts, [row, column].
  var efficiency: Image
  /// What the attenuator passes to each pixel of a cleaned pattern; empty for raw frames, where
  /// it is part of the efficiency.
  var attenuation: Image

  init(_ parameters: SimulationParameters, energyIndex: Int) {
    switch parameters.frames {
    case .raw: self.init(raw: parameters, energyIndex: energyIndex)
    case .cleaned: self.init(cleaned: parameters, energyIndex: energyIndex)
    }
  }

  private init(raw parameters: SimulationParameters, energyIndex: Int) {
    side = FastCCDLayout.side
    map = .flat(
      pixelSize: parameters.detectorPixel,
      distance: parameters.detectorDistance,
      wavelength: parameters.energies[energyIndex].wavelength
    )
    let half = Double(side - 1) / 2
    middle = (half + parameters.beamOffset.rows, half + parameters.beamOffset.columns)
    efficiency = parameters.attenuator.map(
      transmission: parameters.attenuatorTransmission(energyIndex: energyIndex),
      side: side,
      pixelSize: parameters.detectorPixel
    )
    attenuation = Image(shape: Shape2D(square: 0))
  }

  private init(cleaned parameters: SimulationParameters, energyIndex: Int) {
    let cells = SimulatedDetector.cleanedSide
    let samples = SimulatedDetector.cleanedSamples
    let pitch = 1 / (Double(cells) * parameters.voxelSize.meters)
    side = cells * samples
    map = .linear(pitch: pitch / Double(samples))
    // DC is the middle sample of cell [N/2, N/2].
    let center = Double(cells / 2 * samples + samples / 2)
    middle = (center, center)
    efficiency = Image(shape: Shape2D(square: side), filledWith: 1)
    attenuation = Image(shape: Shape2D(square: cells), filledWith: 1)
    let wavelength = parameters.energies[energyIndex].wavelength.meters
    let transmission = parameters.attenuatorTransmission(energyIndex: energyIndex)
    for row in 0..<cells {
      for column in 0..<cells {
        let y = Double(row - cells / 2) * pitch
        let x = Double(column - cells / 2) * pitch
        let angle = arcSine((x * x + y * y).squareRoot() * wavelength)
        let radius = parameters.detectorDistance.meters * tangent(angle)
        guard radius < parameters.attenuator.radius.meters else { continue }
        attenuation[row, column] = Float(transmission)
      }
    }
  }
}
