// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// The disc that weakens the middle of the pattern.
public struct Attenuator: Hashable, Sendable {
  /// Its radius on the detector.
  public var radius: Length
  /// The part of the photons that pass, one for each energy of the acquisition; or two, at 708.2 and
  /// 710.2 eV, between and beside which it is interpolated.
  public var transmissions: [Double]
  /// How far its centre lies from the middle of the detector, pixels, rows downwards.
  public var offset: PixelShift

  /// Makes a disc; the defaults are 5 µm of Si₃N₄ as the detector's software states it.
  public init(
    radius: Length = Length(meters: 1.83e-3),
    transmissions: [Double] = [0.015, 0.0159],
    offset: PixelShift = .zero
  ) {
    self.radius = radius
    self.transmissions = transmissions
    self.offset = offset
  }

  /// What passes at one of the energies of an acquisition.
  ///
  /// - Parameters:
  ///   - energyIndex: Which energy.
  ///   - energies: The energies of the acquisition.
  /// - Returns: The part of the photons, within 2e-4 to 1.
  public func transmission(energyIndex: Int, of energies: [PhotonEnergy]) -> Double {
    guard transmissions.count == 2, energies.count != 2 else { return transmissions[energyIndex] }
    let part = (energies[energyIndex].electronVolts - 708.2) / (710.2 - 708.2)
    return min(max(transmissions[0] + part * (transmissions[1] - transmissions[0]), 2e-4), 1)
  }

  /// What passes to each pixel, averaged over its area, [row, column].
  ///
  /// - Parameters:
  ///   - transmission: What passes.
  ///   - side: Pixels along each side of the detector.
  ///   - pixelSize: The size of a pixel.
  /// - Returns: Transmissions, 1 beside the disc.
  public func map(transmission: Double, side: Int, pixelSize: Length) -> Image {
    var image = Image(shape: Shape2D(square: side), filledWith: 1)
    let edge = radius.meters / pixelSize.meters
    let samples = 8
    for row in 0..<side {
      let y = Double(row) - Double(side - 1) / 2 - offset.rows
      for column in 0..<side {
        let x = Double(column) - Double(side - 1) / 2 - offset.columns
        let distance = (x * x + y * y).squareRoot()
        guard distance < edge + 1 else { continue }
        var covered = distance < edge - 1 ? 1.0 : 0
        if covered == 0 {
          for sample in 0..<samples * samples {
            let u = x + (Double(sample % samples) + 0.5) / Double(samples) - 0.5
            let v = y + (Double(sample / samples) + 0.5) / Double(samples) - 0.5
            if u * u + v * v < edge * edge { covered += 1 / Double(samples * samples) }
          }
        }
        image[row, column] = Float(1 + covered * (transmission - 1))
      }
    }
    return image
  }
}
