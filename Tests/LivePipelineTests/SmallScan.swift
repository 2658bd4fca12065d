// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import FourierTransform
import HDF5Storage
import Imaging

/// A small far-field scan of a known object, as a CXI file would hold it.
struct SmallScan {
  static let shape = Shape2D(square: 32)
  static let plan = FourierPlan2D(shape: shape, effort: .estimate)
  /// Pixels of the object along each axis.
  static let objectSide = 88

  let scan: CXIScan
  let probe: ComplexImage
  let object: ComplexImage
  /// The smallest row and column among the points, pixels.
  let firstPlace: (row: Double, column: Double)

  /// Makes 10 x 10 jittered points on whole pixels.
  ///
  /// - Parameters:
  ///   - pixelWidth: Of the detector, micrometres; its height is 30.
  ///   - seed: Draws object and jitter.
  ///   - isFine: Whether the object is full of small, strong discs, so that a pixel more or less
  ///     and a second mode of the probe can be told.
  init(pixelWidth: Double = 30, seed: UInt64 = 7, isFine: Bool = false) {
    var random = SeededGenerator(seed: seed)
    let object = Self.object(&random, isFine: isFine)
    let probe = Self.probe()
    let energy = PhotonEnergy(electronVolts: 708.2)
    let distance = Length(meters: 0.08)
    let pixel = energy.wavelength.meters * distance.meters / (32 * 30e-6)
    var values: [Float] = []
    var positions: [ScanPosition] = []
    for row in 0..<10 {
      for column in 0..<10 {
        let y = (4.5 * Double(row) + 2 * random.uniform()).rounded()
        let x = (4.5 * Double(column) + 2 * random.uniform()).rounded()
        positions.append(ScanPosition(x: x * pixel, y: y * pixel))
        values += Self.pattern(probe, object, row: Int(y) + 6, column: Int(x) + 6)
      }
    }
    firstPlace = (
      positions.map { ($0.y / pixel).rounded() }.min() ?? 0,
      positions.map { ($0.x / pixel).rounded() }.min() ?? 0
    )
    self.object = object
    self.probe = probe
    scan = CXIScan(
      identity: ScanIdentity(scan: "small", energy: energy),
      detectorDistance: distance,
      detectorPixelWidth: Length(micrometers: pixelWidth),
      detectorPixelHeight: Length(micrometers: 30),
      frames: ImageStack(count: positions.count, shape: Self.shape, values: values),
      positions: CXIAxes.sharp.positions(
        translations: positions.flatMap { [$0.x, $0.y] },
        components: 2
      ),
      probe: Self.probe(curvature: 29)
    )
  }

  /// Absorbing and phase-shifting discs on vacuum.
  private static func object(
    _ random: inout SeededGenerator,
    isFine: Bool
  ) -> ComplexImage {
    let side = objectSide
    var density = [Double](repeating: 0, count: side * side)
    for _ in 0..<(isFine ? 200 : 40) {
      let (y, x) = (Double(side) * random.uniform(), Double(side) * random.uniform())
      let (size, strength) = (random.uniform(), random.uniform())
      let radius = isFine ? 1.2 + 1.5 * size : 2 + 4 * size
      let weight = isFine ? 0.3 + 0.7 * strength : 0.1 + 0.5 * strength
      for i in density.indices {
        let (dy, dx) = (Double(i / side) - y, Double(i % side) - x)
        let edge = (dy * dy + dx * dx).squareRoot() - radius
        density[i] += weight / (1 + exponential(edge / 0.5))
      }
    }
    return ComplexImage(
      shape: Shape2D(square: side),
      values: density.map {
        Complex64(modulus: Float(exponential(-$0 / 2)), phase: Float(-0.6 * $0))
      }
    )
  }

  /// A defocused lens of 2·10⁵ photons.
  private static func probe(curvature: Double = 26) -> ComplexImage {
    var far = ComplexImage(shape: shape)
    for row in 0..<32 {
      for column in 0..<32 {
        let k2 = Double((row - 16) * (row - 16) + (column - 16) * (column - 16))
        far[row, column] = Complex64(
          modulus: Float(1 / (1 + exponential((k2.squareRoot() - 7) / 0.7))),
          phase: Float(Double.pi * curvature * k2 / 1024)
        )
      }
    }
    var probe = centerToCorner(far)
    plan.inverseUnitary(&probe)
    probe = cornerToCenter(probe)
    let scale = Float((2e5 / squaredNorm(probe.values.span)).squareRoot())
    for i in probe.values.indices { probe.values[i] = scale * probe.values[i] }
    return probe
  }

  /// Photons of one point, [row, column], DC at the centre.
  static func pattern(
    _ probe: ComplexImage,
    _ object: ComplexImage,
    row: Int,
    column: Int
  ) -> [Float] {
    var wave = ComplexImage(shape: shape)
    for r in 0..<shape.rows {
      for c in 0..<shape.columns { wave[r, c] = probe[r, c] * object[row + r, column + c] }
    }
    plan.forwardUnitary(&wave)
    return cornerToCenter(Image(shape: shape, values: wave.values.map(\.squaredModulus))).values
  }

  /// The scan with noise on its amplitudes, so that its error has a floor.
  var noisy: CXIScan {
    var scan = scan
    var random = SeededGenerator(seed: 99)
    for i in scan.frames.values.indices {
      let noise = 0.5 * random.normal()
      let amplitude = max(0, Double(scan.frames.values[i].squareRoot()) + noise)
      scan.frames.values[i] = Float(amplitude * amplitude)
    }
    return scan
  }

  /// The scan under a probe of two modes, the second, with a fifth of the power, tilted along x.
  var partiallyCoherent: CXIScan {
    var scan = scan
    var second = probe
    let width = Float(Self.shape.columns)
    for row in 0..<Self.shape.rows {
      for column in 0..<Self.shape.columns {
        second[row, column] = (4 * (Float(column) - width / 2) / width) * probe[row, column]
      }
    }
    let factor = Float(
      (0.25 * squaredNorm(probe.values.span) / squaredNorm(second.values.span)).squareRoot()
    )
    for i in second.values.indices { second.values[i] = factor * second.values[i] }
    let pixel = scan.objectPixelWidth.meters
    let left = scan.positions.map(\.x).min() ?? 0
    let top = scan.positions.map(\.y).min() ?? 0
    for k in scan.positions.indices {
      let row = Int(((scan.positions[k].y - top) / pixel + firstPlace.row).rounded())
      let column = Int(((scan.positions[k].x - left) / pixel + firstPlace.column).rounded())
      let other = Self.pattern(second, object, row: row + 6, column: column + 6)
      let start = k * Self.shape.count
      for i in other.indices { scan.frames.values[start + i] += other[i] }
    }
    return scan
  }
}
