// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// Small made-up samples whose answers are known.
public enum Phantoms {
  /// An image without any symmetry: no flip, quarter turn or transposition maps it onto itself.
  ///
  /// A letter F with unequal arms: its stem runs down a column left of the middle, its long arm
  /// along a row near the top, its short arm below, each of another value.
  public static func lopsidedImage(side: Int) -> Image {
    var image = Image(shape: Shape2D(square: side))
    let (top, bottom) = (side / 5, side - side / 6)
    let (left, right) = (side / 4, side - side / 4)
    let width = max(side / 12, 1)
    for row in top..<bottom {
      for column in left..<left + width { image[row, column] = 1 }
    }
    for column in left..<right {
      for row in top..<top + width { image[row, column] = 2 }
    }
    for column in left..<(left + right) / 2 {
      for row in side / 2..<side / 2 + width { image[row, column] = 3 }
    }
    return image
  }

  /// A volume without any symmetry: four blobs of unequal weight at unequal places.
  ///
  /// A heavy blob lies at small x, small z and small y, lighter ones towards +x, +z and +y; all
  /// within half the side of the centre, so that every tilt sees them whole.
  public static func lopsidedVolume(side: Int) -> Volume {
    var volume = Volume(sizeX: side, sizeZ: side, sizeY: side)
    let s = Double(side - 1)
    let blobs: [(weight: Double, x: Double, z: Double, y: Double, radius: Double)] = [
      (1.0, 0.36, 0.38, 0.30, 0.08),
      (0.7, 0.68, 0.45, 0.42, 0.06),
      (0.5, 0.45, 0.70, 0.55, 0.07),
      (0.3, 0.52, 0.48, 0.75, 0.05),
    ]
    for x in 0..<side {
      for z in 0..<side {
        for y in 0..<side {
          var value = 0.0
          for blob in blobs {
            let dx = (Double(x) - blob.x * s) / (blob.radius * s)
            let dz = (Double(z) - blob.z * s) / (blob.radius * s)
            let dy = (Double(y) - blob.y * s) / (blob.radius * s)
            value += blob.weight * exponential(-(dx * dx + dz * dz + dy * dy) / 2)
          }
          volume[x: x, z: z, y: y] = Float(value)
        }
      }
    }
    return volume
  }

  /// Independent normal noise of zero mean and unit deviation.
  public static func noise(count: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float(generator.normal()) }
  }
}
