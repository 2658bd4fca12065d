// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Imaging
import ParticleAnalysis

/// The arrays of Tests/References/particles.txt, made with SciPy and scikit-image.
struct ReferenceArrays {
  private var arrays: [String: [Double]] = [:]
  let grid: VoxelGrid

  init() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "References/particles.txt")
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      let words = line.split(separator: " ")
      arrays[String(words[0])] = words.dropFirst().compactMap { Double($0) }
    }
    let extents = arrays["extents"] ?? []
    grid = VoxelGrid(sizeX: Int(extents[0]), sizeZ: Int(extents[1]), sizeY: Int(extents[2]))
  }

  func numbers(_ name: String) -> [Double] { arrays[name] ?? [] }

  func mask(_ name: String) -> VoxelMask {
    VoxelMask(grid: grid, values: numbers(name).map { $0 != 0 })
  }

  func labels(_ name: String) -> LabelVolume {
    LabelVolume(grid: grid, values: numbers(name).map { Int32($0) })
  }

  func volume(_ name: String) -> Volume {
    Volume(
      sizeX: grid.sizeX,
      sizeZ: grid.sizeZ,
      sizeY: grid.sizeY,
      values: numbers(name).map { Float($0) }
    )
  }
}
