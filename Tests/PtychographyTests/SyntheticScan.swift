// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import FourierTransform
import Imaging
import Ptychography

/// A small scan whose object and probe are known, made by the far-field formula alone.
struct SyntheticScan {
  static let shape = Shape2D(square: 32)
  static let pixelSize = Length(nanometers: 10)
  static let plan = FourierPlan2D(shape: shape, effort: .estimate)

  let grid: ScanGrid
  let positions: [ScanPosition]
  let object: ComplexImage
  let probe: ComplexImage
  let patterns: [DiffractionPattern]

  /// Makes a scan of `side` x `side` points.
  ///
  /// - Parameters:
  ///   - side: Points along each axis.
  ///   - jitter: How far points depart from a raster at most, pixels.
  ///   - onPixels: Whether positions fall on whole pixels.
  ///   - seed: Of jitter and object.
  ///   - blobs: Blobs of the object.
  ///   - extent: The part of the object, along each axis, that they stand in.
  ///   - lens: The probe; a defocused lens of its own where nil.
  ///   - background: Photons added to every pattern, DC at the corner.
  ///   - mask: Pixels that count as unmeasured, DC at the centre.
  init(
    side: Int = 7,
    jitter: Double = 1,
    onPixels: Bool = true,
    seed: UInt64 = 3,
    blobs: Int = 14,
    extent: Double = 0.4,
    lens: ComplexImage? = nil,
    background: Image? = nil,
    mask: (Int, Int) -> Bool = { _, _ in false }
  ) {
    var generator = SeededGenerator(seed: seed)
    let step = 4.0
    var positions: [ScanPosition] = []
    for row in 0..<side {
      for column in 0..<side {
        let middle = Double(side - 1) / 2
        var y = (Double(row) - middle) * step + jitter * (2 * generator.uniform() - 1)
        var x = (Double(column) - middle) * step + jitter * (2 * generator.uniform() - 1)
        if onPixels { (x, y) = (x.rounded() + 0.5, y.rounded() + 0.5) }
        positions.append(
          ScanPosition(x: x * Self.pixelSize.meters, y: y * Self.pixelSize.meters)
        )
      }
    }
    self.positions = positions
    grid = ScanGrid(
      patternShape: Self.shape,
      pixelSize: Self.pixelSize,
      positions: positions,
      margin: 2
    )
    object = Self.blobs(blobs, within: extent, grid.objectShape, &generator)
    probe = lens ?? Self.lens(power: 1e6)
    let (object, probe, grid) = (object, probe, grid)
    patterns = positions.enumerated().map { index, position in
      DiffractionPattern(
        index: index,
        position: position,
        amplitudes: Self.amplitudes(
          probe,
          object,
          grid.place(of: position),
          background,
          mask
        )
      )
    }
  }

  /// A transmission of smooth absorbing and phase-shifting blobs in vacuum.
  static func blobs(
    _ count: Int,
    within extent: Double,
    _ shape: Shape2D,
    _ generator: inout SeededGenerator
  ) -> ComplexImage {
    var image = ComplexImage(shape: shape, filledWith: .one)
    let start = (1 - extent) / 2
    let blobs = (0..<count).map { _ in
      (
        row: Double(shape.rows) * (start + extent * generator.uniform()),
        column: Double(shape.columns) * (start + extent * generator.uniform()),
        width: 1.2 + 1.5 * generator.uniform(),
        density: 0.3 + 0.7 * generator.uniform()
      )
    }
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        var density = 0.0
        for blob in blobs {
          let y = (Double(row) - blob.row) / blob.width
          let x = (Double(column) - blob.column) / blob.width
          density += blob.density * exponential(-(x * x + y * y) / 2)
        }
        image[row, column] = Complex64(
          modulus: Float(exponential(-density / 2)),
          phase: Float(-0.4 * density)
        )
      }
    }
    return image
  }

  /// A defocused lens with a round pupil: smooth, band-limited, inside the frame.
  static func lens(power: Double, curvature: Double = 26, radius: Double = 7) -> ComplexImage {
    var far = ComplexImage(shape: shape)
    let n = shape.rows
    for row in 0..<n {
      for column in 0..<n {
        let y = Double(row - n / 2)
        let x = Double(column - n / 2)
        let k2 = x * x + y * y
        // A soft edge keeps the probe inside the frame.
        let edge = 1 / (1 + exponential((k2.squareRoot() - radius) / 0.7))
        far[row, column] = Complex64(
          modulus: Float(edge),
          phase: Float(Double.pi * curvature * k2 / Double(n * n))
        )
      }
    }
    var probe = centerToCorner(far)
    plan.inverseUnitary(&probe)
    probe = cornerToCenter(probe)
    let scale = Float((power / squaredNorm(probe.values.span)).squareRoot())
    for i in probe.values.indices { probe.values[i] = scale * probe.values[i] }
    return probe
  }

  /// The far-field amplitudes of one point; the probe is moved by the fraction of a pixel.
  static func amplitudes(
    _ probe: ComplexImage,
    _ object: ComplexImage,
    _ place: (row: Double, column: Double),
    _ background: Image?,
    _ mask: (Int, Int) -> Bool
  ) -> Image {
    let row = Int(place.row)
    let column = Int(place.column)
    let moved = Self.moved(probe, place.row - Double(row), place.column - Double(column))
    var wave = ComplexImage(shape: shape)
    for r in 0..<shape.rows {
      for c in 0..<shape.columns {
        wave[r, c] = moved[r, c] * object[row + r, column + c]
      }
    }
    plan.forwardUnitary(&wave)
    var photons = Image(shape: shape, values: wave.values.map(\.squaredModulus))
    if let background {
      for i in photons.values.indices { photons.values[i] += background.values[i] }
    }
    var amplitudes = cornerToCenter(photons)
    for r in 0..<shape.rows {
      for c in 0..<shape.columns {
        amplitudes[r, c] = mask(r, c) ? -1 : amplitudes[r, c].squareRoot()
      }
    }
    return amplitudes
  }

  /// An image moved by fractions of a pixel through its spectrum.
  static func moved(_ image: ComplexImage, _ rows: Double, _ columns: Double) -> ComplexImage {
    guard rows != 0 || columns != 0 else { return image }
    var far = image
    plan.forwardUnitary(&far)
    let n = shape.rows
    for r in 0..<n {
      for c in 0..<n {
        let ky = Double(r < n / 2 ? r : r - n)
        let kx = Double(c < n / 2 ? c : c - n)
        let angle = -2 * Double.pi * (ky * rows + kx * columns) / Double(n)
        far[r, c] = far[r, c] * Complex64(modulus: 1, phase: Float(angle))
      }
    }
    plan.inverseUnitary(&far)
    return far
  }

  /// A reconstruction that has none of the frames yet.
  func reconstruction(
    probe start: ComplexImage? = nil,
    modes: [ComplexImage]? = nil,
    parts: Int = 1,
    _ change: (inout PtychographyParameters) -> Void = { _ in }
  ) -> IncrementalReconstruction {
    var parameters = PtychographyParameters()
    parameters.subpixelSteps = 1
    change(&parameters)
    let start = start ?? probe
    return IncrementalReconstruction(
      grid: grid,
      identity: ScanIdentity(scan: "synthetic", energy: PhotonEnergy(electronVolts: 708.2)),
      plan: Self.plan,
      parameters: parameters,
      modes: modes ?? ProbeStart.modes(of: start, count: parameters.probeModes),
      workers: SerialWork(parts: parts)
    )
  }

  /// The object's error over well-lit pixels, relative, after the best factor and phase ramp.
  ///
  /// A ramp over the object and the opposite one over the probe change no pattern.
  func error(of result: ReconstructedObject) -> Double {
    let lit = 0.1 * (result.coverage.values.max() ?? 0)
    let columns = object.shape.columns
    let ratio = object.values.indices.map { i in
      result.coverage.values[i] > lit
        ? result.transmission.values[i].conjugate * object.values[i] : .zero
    }
    let rowSlope = Self.slope(ratio, stride: columns)
    let columnSlope = Self.slope(ratio, stride: 1)
    var product = Complex64.zero
    var norm = 0.0
    var own = 0.0
    for i in ratio.indices where result.coverage.values[i] > lit {
      let angle = -rowSlope * Float(i / columns) - columnSlope * Float(i % columns)
      product += Complex64(modulus: 1, phase: angle) * ratio[i]
      norm += Double(object.values[i].squaredModulus)
      own += Double(result.transmission.values[i].squaredModulus)
    }
    return (max(0, norm - Double(product.squaredModulus) / own) / norm).squareRoot()
  }

  /// The mean phase step from one element to the next one a stride away.
  private static func slope(_ values: [Complex64], stride: Int) -> Float {
    var sum = Complex64.zero
    for i in values.indices.dropLast(stride) { sum += values[i + stride] * values[i].conjugate }
    return sum.phase
  }
}
