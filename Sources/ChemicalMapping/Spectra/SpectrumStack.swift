// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Images of one sample at many photon energies, all on the same pixels.
public struct SpectrumStack: Sendable {
  /// OD = −2 ln|T| or −ln(I / I₀), [energy, row, column], dimensionless; NaN where not measured.
  public var opticalDensity: ImageStack
  /// The photon energies, rising, [energy].
  public let energies: [PhotonEnergy]
  /// The size of a pixel, where it is known.
  public var pixelSize: Length?

  /// The extent of each image, [rows, columns].
  public var shape: Shape2D { opticalDensity.shape }

  /// Takes images and sorts them by energy.
  ///
  /// - Parameters:
  ///   - opticalDensity: OD, [energy, row, column]; NaN where not measured.
  ///   - energies: The photon energies in the order of the images.
  ///   - pixelSize: The size of a pixel, where it is known.
  /// - Throws: `SpectraError` where images and energies differ in number, or an energy comes twice.
  public init(
    opticalDensity: ImageStack,
    energies: [PhotonEnergy],
    pixelSize: Length? = nil
  ) throws(SpectraError) {
    guard !energies.isEmpty, opticalDensity.count == energies.count else {
      throw SpectraError(
        "there are \(opticalDensity.count) images for \(energies.count) photon energies"
      )
    }
    let order = energies.indices.sorted { energies[$0] < energies[$1] }
    for (left, right) in zip(order, order.dropFirst()) where energies[left] == energies[right] {
      throw SpectraError(
        "there are two images at \(energies[left].electronVolts) eV; leave one of them out"
      )
    }
    self.energies = order.map { energies[$0] }
    self.pixelSize = pixelSize
    guard order != Array(energies.indices) else {
      self.opticalDensity = opticalDensity
      return
    }
    var sorted = ImageStack(count: energies.count, shape: opticalDensity.shape)
    for (place, source) in order.enumerated() { sorted[place] = opticalDensity[source] }
    self.opticalDensity = sorted
  }

  /// The OD of one pixel at every energy, [energy].
  public func spectrum(row: Int, column: Int) -> [Double] {
    precondition(
      row >= 0 && row < shape.rows && column >= 0 && column < shape.columns,
      "there is no pixel \(row), \(column)"
    )
    let place = row * shape.columns + column
    return energies.indices.map { Double(opticalDensity.values[$0 * shape.count + place]) }
  }

  /// The mean OD of some pixels at every energy, [energy].
  ///
  /// - Parameter isCounted: Whether the pixel at an index, row after row, takes part.
  /// - Returns: The mean over those pixels that are measured at the energy; NaN where none is.
  public func meanSpectrum(where isCounted: [Bool]) -> [Double] {
    precondition(isCounted.count == shape.count, "the mask has another extent")
    let values = opticalDensity.values.span
    return energies.indices.map { energy in
      var sum = 0.0
      var count = 0
      for i in 0..<shape.count where isCounted[i] {
        let value = values[energy * shape.count + i]
        guard value.isFinite else { continue }
        sum += Double(value)
        count += 1
      }
      return count > 0 ? sum / Double(count) : .nan
    }
  }

  /// The standard deviation that the images' noise gives the mean of some pixels at every energy, [energy].
  ///
  /// Noise and how far neighbours share it are estimated from each image (`NoiseEstimate`).
  ///
  /// - Parameter isCounted: Whether the pixel at an index, row after row, takes part.
  /// - Returns: The standard deviations; NaN where too few pixels say it.
  public func meanDeviations(where isCounted: [Bool]) -> [Double] {
    precondition(isCounted.count == shape.count, "the mask has another extent")
    return energies.indices.map { energy in
      let values = opticalDensity[energy].values
      let noise = NoiseEstimate(of: values.span, rowLength: shape.columns) { isCounted[$0] }
      let shared = OpticalDensityNoise(
        first: noise.deviation,
        second: 0,
        correlationLength: noise.correlationLength
      ).correlatedCount(dimensions: 2)
      let count = values.indices.count { isCounted[$0] && values[$0].isFinite }
      return noise.deviation / max(Double(count) / shared, 1).squareRoot()
    }
  }

  /// The place of the energy nearest to one wanted; nil where none is as near as asked.
  public func index(nearest energy: PhotonEnergy, within tolerance: Double) -> Int? {
    let nearest = energies.indices.min {
      abs(energies[$0].electronVolts - energy.electronVolts)
        < abs(energies[$1].electronVolts - energy.electronVolts)
    }
    guard let nearest,
      abs(energies[nearest].electronVolts - energy.electronVolts) <= tolerance
    else { return nil }
    return nearest
  }

  /// The stack at some of its energies.
  public func selecting(_ places: [Int]) throws(SpectraError) -> SpectrumStack {
    var images = ImageStack(count: places.count, shape: shape)
    for (place, source) in places.enumerated() { images[place] = opticalDensity[source] }
    return try SpectrumStack(
      opticalDensity: images,
      energies: places.map { energies[$0] },
      pixelSize: pixelSize
    )
  }

  /// The mean of the images at some energies, [row, column]; NaN where one of them is.
  public func mean(of places: [Int]) -> Image {
    var mean = Image(shape: shape)
    let values = opticalDensity.values.span
    var target = mean.values.mutableSpan
    let scale = 1 / Float(max(places.count, 1))
    for place in places {
      for i in 0..<shape.count { target[i] += scale * values[place * shape.count + i] }
    }
    return mean
  }
}
