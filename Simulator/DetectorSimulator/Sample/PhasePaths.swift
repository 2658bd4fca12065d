// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// How much of each pure phase the beam passes at one tilt.
public struct PhasePaths: Sendable {
  /// Path in LiFePO₄, [row = y, column = x'], metres.
  public var lithiated: Image
  /// Path in FePO₄, [row = y, column = x'], metres.
  public var delithiated: Image

  /// The optical density at one energy, [row, column].
  ///
  /// - Parameters:
  ///   - energyIndex: The row of the matrix.
  ///   - matrix: Absorption of the pure phases, per µm.
  /// - Returns: OD, [row, column].
  public func opticalDensity(energyIndex: Int, matrix: AbsorptionMatrix) -> Image {
    let row = matrix.rows[energyIndex]
    return opticalDensity(PhaseAbsorption(lithiated: row[0], delithiated: row[1]))
  }

  /// The optical density for an absorption of the pure phases, [row, column].
  public func opticalDensity(_ absorption: PhaseAbsorption) -> Image {
    let row = [absorption.lithiated, absorption.delithiated].map { Float($0 * 1e6) }
    var image = lithiated
    for i in image.values.indices {
      image.values[i] = row[0] * lithiated.values[i] + row[1] * delithiated.values[i]
    }
    return image
  }
}

extension Phantom {
  /// Projects the sample along the beam at one tilt, as means over pixels.
  ///
  /// Each pixel averages `samples` x `samples` rays; a ray's path through a box is exact. The
  /// point (x, z) appears at x' = x cos t + z sin t, and the beam runs along
  /// z' = −x sin t + z cos t (Docs/Explanations/Coordinates.md).
  ///
  /// - Parameters:
  ///   - tilt: The sample's tilt.
  ///   - side: Pixels along each side; the rotation axis is at (side − 1) / 2.
  ///   - pixelSize: The size of a pixel.
  ///   - samples: Rays along each side of a pixel.
  /// - Returns: The paths in both phases.
  public func paths(tilt: TiltAngle, side: Int, pixelSize: Length, samples: Int = 4) -> PhasePaths {
    let fineSide = side * samples
    let pitch = pixelSize.meters / Double(samples)
    let right = SIMD3(cosine(tilt.radians), 0, sine(tilt.radians))
    let down = SIMD3(0.0, 1, 0)
    let beam = SIMD3(-sine(tilt.radians), 0, cosine(tilt.radians))
    let weight = 1 / Double(samples * samples)
    var lithiated = [Double](repeating: 0, count: side * side)
    var delithiated = lithiated

    for solid in plates.flatMap(\.solids) {
      let box = solid.box
      let columns = Self.samples(
        middle: dot(box.center, right),
        reach: box.reach(along: right),
        pitch: pitch,
        fineSide
      )
      let rows = Self.samples(
        middle: box.center.y,
        reach: box.reach(along: down),
        pitch: pitch,
        fineSide
      )
      for row in rows {
        let y = (Double(row) - Double(fineSide - 1) / 2) * pitch
        for column in columns {
          let x = (Double(column) - Double(fineSide - 1) / 2) * pitch
          guard let inside = box.intersection(origin: x * right + y * down, direction: beam)
          else { continue }
          let path = (inside.last - inside.first) * weight
          let pixel = row / samples * side + column / samples
          lithiated[pixel] += solid.lithiated * path
          delithiated[pixel] += solid.delithiated * path
        }
      }
    }
    let shape = Shape2D(square: side)
    return PhasePaths(
      lithiated: Image(shape: shape, values: lithiated.map { Float($0) }),
      delithiated: Image(shape: shape, values: delithiated.map { Float($0) })
    )
  }

  /// The samples of a line that may meet a solid.
  private static func samples(
    middle: Double,
    reach: Double,
    pitch: Double,
    _ count: Int
  ) -> Range<Int> {
    let center = Double(count - 1) / 2
    let low = ((middle - reach) / pitch + center).rounded(.down)
    let high = ((middle + reach) / pitch + center).rounded(.up)
    let first = min(max(Int(low), 0), count)
    return first..<max(first, min(Int(high) + 1, count))
  }
}
