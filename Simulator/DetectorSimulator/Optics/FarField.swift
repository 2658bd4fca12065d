// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import FourierTransform
public import Imaging

/// The far field of probe and sample, on the pixels of a detector.
///
/// The exit wave is P + P (T − 1). The first part's far field is the pupil, known in closed form
/// at every pixel; the second part is confined to the sample, so that its zero-padded transform
/// carries all there is of it between its samples. On a pixel, with c the part of it inside the
/// pupil's annulus A:
///
///     photons = (⟨|G|²⟩ + c (|A|² + ⟨2 Re A* G⟩)) · (area in q) · (transmission)
///
/// ⟨|G|²⟩ is the mean over the pixel's area, ⟨2 Re A* G⟩ that over its part in the annulus: direct and
/// scattered wave make fringes as fine as the scattering place is far from where the direct ray passes the
/// sample. The far field is ∫ ψ exp(−2πi q·r) d²r.
public struct FarField: Sendable {
  /// Samples along each side of the transform.
  public static let gridSide = 512

  /// Pixels along each side of the detector.
  public let side: Int
  let sampling: Double
  private let plan: FourierPlan2D
  private var resampling: FarFieldResampling
  private let annulus: [AnnulusPixel]
  private var wave: ComplexImage
  private var density: Image

  /// A pixel that the direct beam reaches.
  private struct AnnulusPixel {
    var index: Int
    /// The part of it inside the annulus.
    var part: Double
    /// |A|², the same everywhere in the annulus.
    var direct: Double
    /// Where direct and scattered wave are summed, those inside the annulus.
    var points: [Point]
    /// The share of the pixel that each point stands for.
    var share: Double
    var efficiency: Double
  }
  /// A place in an annulus pixel.
  private struct Point {
    var q: (x: Double, y: Double)
    var pupil: (re: Double, im: Double)
  }
  /// What interpolates G at a point.
  private let interpolation = PixelInterpolation(width: 0)
  /// How far scattering and a direct ray may lie apart, metres.
  private static let reach = 500e-9
  /// The frequency samples on either side of the axis that cover the pupil.
  private let coreRadius: Int

  /// Prepares tables and a transform.
  ///
  /// - Parameters:
  ///   - map: Which frequencies the pixels see.
  ///   - side: Pixels along each side of the detector.
  ///   - middle: Where the direct beam falls, [row, column] in pixels.
  ///   - efficiency: The part of the photons that each pixel counts, [row, column].
  ///   - sampling: The size of the pixels of the transmissions that will come.
  ///   - probe: The illumination.
  public init(
    map: PixelMap,
    side: Int,
    middle: (row: Double, column: Double),
    efficiency: Image,
    sampling: Length,
    probe: ZonePlateProbe
  ) {
    precondition(efficiency.shape == Shape2D(square: side), "efficiency and detector differ")
    self.side = side
    self.sampling = sampling.meters
    // Six taps reach five samples beyond the pupil's edge at the most.
    coreRadius = Int(probe.outerFrequency * Double(Self.gridSide) * sampling.meters) + 8
    let grid = Shape2D(square: Self.gridSide)
    plan = FourierPlan2D(shape: grid, effort: .measure)
    wave = ComplexImage(shape: grid)
    resampling = FarFieldResampling(
      map: map,
      side: side,
      middle: middle,
      window: Double(Self.gridSide) * sampling.meters,
      efficiency: efficiency,
      scale: sampling.meters * sampling.meters
    )
    density = Image(shape: Shape2D(square: resampling.frequencySide))
    annulus = Self.annulusPixels(
      map: map,
      side: side,
      middle: middle,
      efficiency: efficiency,
      probe: probe
    )
  }

  private static func annulusPixels(
    map: PixelMap,
    side: Int,
    middle: (row: Double, column: Double),
    efficiency: Image,
    probe: ZonePlateProbe
  ) -> [AnnulusPixel] {
    var pixels: [AnnulusPixel] = []
    let reach = Int(probe.outerFrequency / map.pitch) + 3
    let samples = 32
    // Fringes turn by less than a tenth from one point to the next.
    let points = max(2, Int((10 * map.pitch * Self.reach).rounded(.up)))
    for row in max(0, Int(middle.row) - reach)...min(side - 1, Int(middle.row) + reach) {
      for column in max(0, Int(middle.column) - reach)...min(side - 1, Int(middle.column) + reach) {
        let x = Double(column) - middle.column
        let y = Double(row) - middle.row
        let hits = annulusPoints(x, y, samples, map, probe).count
        guard hits > 0 else { continue }
        let part = Double(hits) / Double(samples * samples)
        let inside = annulusPoints(x, y, points, map, probe)
        pixels.append(
          AnnulusPixel(
            index: row * side + column,
            part: part,
            direct: probe.amplitude * probe.amplitude,
            points: inside,
            share: part / Double(max(inside.count, 1)),
            efficiency: map.solidArea(x: x, y: y) * Double(efficiency[row, column])
          )
        )
      }
    }
    return pixels
  }

  /// The places of a pixel, `count` along each side, that lie inside the annulus.
  private static func annulusPoints(
    _ x: Double,
    _ y: Double,
    _ count: Int,
    _ map: PixelMap,
    _ probe: ZonePlateProbe
  ) -> [Point] {
    (0..<count * count).compactMap { sample in
      let dx = (Double(sample % count) + 0.5) / Double(count) - 0.5
      let dy = (Double(sample / count) + 0.5) / Double(count) - 0.5
      let q = map.frequency(x: x + dx, y: y + dy)
      let radius = (q.x * q.x + q.y * q.y).squareRoot()
      guard radius >= probe.innerFrequency, radius <= probe.outerFrequency else { return nil }
      return Point(q: q, pupil: probe.pupil(at: radius))
    }
  }

  /// The photons that each pixel counts on average.
  ///
  /// - Parameters:
  ///   - transmission: The sample's transmission around its middle, [row, column], square.
  ///   - probe: The illumination that the tables were made for.
  ///   - position: Where the probe's centre sits, metres from the transmission's middle.
  ///   - photons: Receives the mean counts, [row, column].
  public mutating func expectedPhotons(
    through transmission: ComplexImage,
    probe: ZonePlateProbe,
    at position: ScanPosition,
    into photons: inout Image
  ) {
    Self.scatter(transmission, probe: probe, at: position, sampling: sampling, into: &wave)
    Self.transform(&wave, plan, into: &density)
    resampling.resample(density, into: &photons)
    addDirectBeam(
      sampleSide: transmission.shape.rows,
      at: position,
      to: &photons
    )
  }

  /// Puts P (T − 1) into the middle of the zero-padded grid.
  private static func scatter(
    _ transmission: ComplexImage,
    probe: ZonePlateProbe,
    at position: ScanPosition,
    sampling: Double,
    into wave: inout ComplexImage
  ) {
    let sampleSide = transmission.shape.rows
    let start = (gridSide - sampleSide) / 2
    let middle = Double(sampleSide - 1) / 2
    var grid = wave.values.mutableSpan
    let pixels = transmission.values.span
    for i in grid.indices { grid[i] = .zero }
    for row in 0..<sampleSide {
      let y = (Double(row) - middle) * sampling - position.y
      for column in 0..<sampleSide {
        let scattering = pixels[row * sampleSide + column] - .one
        guard scattering != .zero else { continue }
        let x = (Double(column) - middle) * sampling - position.x
        let field = probe.field(at: (x * x + y * y).squareRoot())
        grid[(row + start) * gridSide + column + start] =
          scattering * Complex64(Float(field.x * sampling), Float(field.y * sampling))
      }
    }
  }

  /// Transforms in place, keeping |G|² transposed with DC in the middle.
  private static func transform(
    _ wave: inout ComplexImage,
    _ plan: FourierPlan2D,
    into density: inout Image
  ) {
    var grid = wave.values.mutableSpan
    plan.forward(&grid)
    let n = gridSide
    let side = density.shape.rows
    let radius = side / 2
    var target = density.values.mutableSpan
    for ky in 0..<side {
      let start = (ky - radius + n) % n * n
      for kx in 0..<side {
        target[kx * side + ky] = grid[start + (kx - radius + n) % n].squaredModulus
      }
    }
  }

  /// G around the axis, [ky, kx], with phases relative to the transmission's middle, so that it
  /// varies slowly between samples.
  private func waveAroundAxis(sampleSide: Int) -> ComplexImage {
    let n = Self.gridSide
    let origin = Double((n - sampleSide) / 2) + Double(sampleSide - 1) / 2
    let side = 2 * coreRadius + 1
    var core = ComplexImage(shape: Shape2D(square: side))
    for ky in 0..<side {
      let row = (ky - coreRadius + n) % n
      for kx in 0..<side {
        let turns = Double(kx + ky - 2 * coreRadius) * origin / Double(n)
        core[ky, kx] =
          wave[row, (kx - coreRadius + n) % n]
          * Complex64(modulus: 1, phase: Float(2 * .pi * turns))
      }
    }
    return core
  }

  /// Adds the direct beam and its interference with the scattered wave.
  private func addDirectBeam(
    sampleSide: Int,
    at position: ScanPosition,
    to photons: inout Image
  ) {
    let core = waveAroundAxis(sampleSide: sampleSide)
    let window = Double(Self.gridSide) * sampling
    for pixel in annulus {
      var cross = 0.0
      for point in pixel.points {
        let g = interpolation.interpolate(
          core,
          x: point.q.x * window + Double(coreRadius),
          y: point.q.y * window + Double(coreRadius)
        )
        // G was transformed with the wave in √photon per pixel: G d²r = sampling · G.
        let turns = 2 * Double.pi * (point.q.x * position.x + point.q.y * position.y)
        let ramp = (re: cosine(turns), im: sine(turns))
        let re = sampling * (Double(g.re) * ramp.re - Double(g.im) * ramp.im)
        let im = sampling * (Double(g.re) * ramp.im + Double(g.im) * ramp.re)
        cross += 2 * (point.pupil.re * re + point.pupil.im * im)
      }
      let added = (pixel.part * pixel.direct + pixel.share * cross) * pixel.efficiency
      photons.values[pixel.index] = max(photons.values[pixel.index] + Float(added), 0)
    }
  }
}
