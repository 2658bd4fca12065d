// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import ParticleAnalysis
import TestSupport
import Testing

@Suite struct SegmentationStepTests {
  @Test func distancesAreTheNearestOfAll() {
    // Against the definition: the least over all voxels that are not chosen.
    let grid = VoxelGrid(sizeX: 9, sizeZ: 7, sizeY: 11)
    let noise = Phantoms.noise(count: grid.count, seed: 4)
    let mask = VoxelMask(grid: grid, values: noise.map { $0 > -1.6 })
    let found = DistanceTransform(of: mask).squares
    let empty = mask.values.indices.filter { !mask.values[$0] }.map { grid.place($0) }
    #expect(empty.count > 3)
    for index in mask.values.indices {
      let place = grid.place(index)
      let nearest = empty.map { other in
        let step = other &- place
        return step.x * step.x + step.y * step.y + step.z * step.z
      }.min()
      #expect(Int(found[index]) == nearest)
    }
  }

  @Test(arguments: [0.05, 0.1, 0.12])
  func smoothingByLessThanAVoxelsShareLeavesAllAsItIs(_ deviation: Double) {
    // The kernel's radius rounds to nothing.
    let volume = Volume(
      sizeX: 3,
      sizeZ: 4,
      sizeY: 5,
      values: Phantoms.noise(count: 60, seed: 2)
    )
    #expect(volume.smoothed(by: deviation).values == volume.values)
  }

  @Test func nothingIsFarFromEverything() {
    let grid = VoxelGrid(sizeX: 3, sizeZ: 4, sizeY: 5)
    let all = VoxelMask(grid: grid, values: [Bool](repeating: true, count: grid.count))
    #expect(DistanceTransform(of: all).squares.allSatisfy { $0 == DistanceTransform.infinite })
    let none = VoxelMask(grid: grid, values: [Bool](repeating: false, count: grid.count))
    #expect(DistanceTransform(of: none).squares.allSatisfy { $0 == 0 })
    #expect(none.fillingHoles() == none)
    #expect(none.components().greatest == 0)
  }

  @Test func theHighestMaximumOfEachPartHasNoLimit() {
    let grid = VoxelGrid(sizeX: 1, sizeZ: 1, sizeY: 9)
    let heights: [Float] = [1, 5, 3, 4, 0, 2, 2, 1, 3]
    let volume = Volume(sizeX: 1, sizeZ: 1, sizeY: 9, values: heights)
    let mask = VoxelMask(grid: grid, values: heights.map { $0 > 0 })
    let maxima = HMaxima(of: volume, in: mask, height: 0).maxima
    #expect(maxima.map(\.index) == [1, 3, 8, 5])
    #expect(maxima.map(\.dynamics) == [.infinity, 1, .infinity, 1])
    let tall = HMaxima(of: volume, in: mask, height: 1.5)
    #expect(tall.maxima.map(\.index) == [1, 8])
    // A marker takes all voxels that are as high.
    let markers = HMaxima(of: volume, in: mask, height: 1).markers(of: volume, in: mask)
    #expect(markers.values == [0, 1, 0, 2, 0, 4, 4, 0, 3])
  }

  @Test func waterMeetsAtTheRidge() {
    let heights: [Float] = [0, 1, 2, 3, 2, 1, 0]
    let landscape = Volume(sizeX: 7, sizeZ: 1, sizeY: 1, values: heights)
    let grid = VoxelGrid(of: landscape)
    let markers = LabelVolume(grid: grid, values: [1, 0, 0, 0, 0, 0, 2])
    let all = VoxelMask(grid: grid, values: [Bool](repeating: true, count: 7))
    let basins = Watershed().flood(landscape, from: markers, in: all)
    #expect(basins.values == [1, 1, 1, 1, 2, 2, 2])
    var walled = all
    walled.values[2] = false
    let parted = Watershed().flood(landscape, from: markers, in: walled)
    #expect(parted.values == [1, 1, 0, 2, 2, 2, 2])
  }

  @Test func smoothingKeepsTheSumAndWidensByItsVariance() {
    var volume = Volume(sizeX: 21, sizeZ: 19, sizeY: 23)
    volume[x: 10, z: 9, y: 11] = 1
    let smooth = volume.smoothed(by: 1.5)
    var (sum, squares) = (0.0, SIMD3<Double>.zero)
    for x in 0..<21 {
      for z in 0..<19 {
        for y in 0..<23 {
          let value = Double(smooth[x: x, z: z, y: y])
          let step = SIMD3(Double(x - 10), Double(z - 9), Double(y - 11))
          sum += value
          squares += value * step * step
        }
      }
    }
    #expect(abs(sum - 1) < 1e-5)
    // The kernel is cut at four standard deviations.
    for axis in 0..<3 { #expect(abs(squares[axis] - 2.25) < 0.02) }
    #expect(volume.smoothed(by: 0) == volume)
  }
}
