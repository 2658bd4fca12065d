// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Imaging
import Preprocessing

/// Raw frames of known mean photons from the simulator's detector: pedestals, drift along the rows
/// and from frame to frame, 5 ADU of read noise, 25 ADU for a photon of 708 eV, saturation.
struct SimulatedFrames {
  /// The detector.
  var model = FastCCDModel(seed: 11)
  /// The photon energy.
  var energy = PhotonEnergy(electronVolts: 708.2)
  private var seed: UInt64 = 100

  init(energy: Double = 708.2) {
    self.energy = PhotonEnergy(electronVolts: energy)
  }

  /// The next frame.
  ///
  /// - Parameters:
  ///   - photons: Mean photons, [row, column], 960 x 960; nil for a dark.
  ///   - exposureTime: Seconds.
  /// - Returns: A raw frame.
  mutating func frame(_ photons: Image?, exposureTime: Double = 0.2) -> DetectorFrame {
    seed += 1
    var raw = RawFrame()
    var words = raw.words.mutableSpan
    model.read(photons, energy: energy, seed: seed, into: &words)
    return raw.frame(photons == nil ? .dark : .exposure, exposureTime: exposureTime)
  }

  /// A chain for the detector, five darks of each exposure time in hand.
  mutating func chain(
    exposureTimes: [Double] = [0.2],
    _ change: (inout PreprocessingParameters) -> Void = { _ in }
  ) throws -> PreprocessingChain {
    var parameters = PreprocessingParameters()
    parameters.attenuator = nil
    change(&parameters)
    var chain = try PreprocessingChain(parameters: parameters, energy: energy)
    var darks = DarkReference(geometry: FastCCDGeometry())
    for time in exposureTimes {
      for _ in 0..<5 { try darks.add(frame(nil, exposureTime: time)) }
    }
    chain.setDarks(darks)
    return chain
  }

  /// A picture of a bright disc and a halo that falls off around it; nothing beyond 280 pixels.
  static func disc(_ height: Double, radius: Double = 30, halo: Double) -> Image {
    var image = Image(shape: Shape2D(square: 960))
    for row in 0..<960 {
      for column in 0..<960 {
        let y = Double(row) - 479.5
        let x = Double(column) - 479.5
        let r = (x * x + y * y).squareRoot()
        guard r < 280 else { continue }
        let edge = 1 / (1 + exponential((r - radius) / 1.5))
        image[row, column] = Float(height * edge + halo * exponential(-r / 60))
      }
    }
    return image
  }

  /// Photons on each pattern pixel without noise.
  static func truth(_ photons: Image, energy: Double = 708.2) throws -> [Double] {
    let scale = 7000 / (photons.values.max() ?? 1)
    var generator = SeededGenerator(seed: 1)
    var raw = RawFrame()
    // Fractions are settled by chance: rounded, they would not keep their mean.
    raw.add { row, column in
      Int(scale * photons[row, column] + Float(generator.uniform()))
    }
    var chain = try makeChain(aduPerPhoton: Double(scale), energy: energy)
    return Self.photons(try chain.process(raw.frame(), position: middle))
  }

  /// The squares of a pattern's amplitudes; NaN where unmeasured.
  static func photons(_ pattern: DiffractionPattern) -> [Double] {
    pattern.amplitudes.values.map { $0 < 0 ? .nan : Double($0) * Double($0) }
  }
}
