// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import TestSupport
import Testing

@Suite struct VolumeTests {
  /// A voxel's value tells where it is: 100 x + 10 z + y.
  let volume: Volume = {
    var volume = Volume(sizeX: 3, sizeZ: 4, sizeY: 5)
    for x in 0..<3 {
      for z in 0..<4 {
        for y in 0..<5 { volume[x: x, z: z, y: y] = Float(100 * x + 10 * z + y) }
      }
    }
    return volume
  }()

  @Test func theRotationAxisIsFastestInMemory() {
    #expect(volume.values[0..<5] == [0, 1, 2, 3, 4])
    #expect(volume.index(x: 0, z: 1, y: 0) == 5)
    #expect(volume.index(x: 1, z: 0, y: 0) == 20)
    #expect(volume.values[20] == 100)
  }

  @Test func theViewAlongTheBeamHasXToTheRightAndYDown() {
    let view = volume.slice(z: 2)
    #expect(view.shape == Shape2D(rows: 5, columns: 3))
    #expect(view[0, 0] == 20)
    #expect(view[0, 2] == 220, "larger x is a larger column")
    #expect(view[4, 0] == 24, "larger y is a larger row")
  }

  @Test func theViewAcrossTheAxisHasXToTheRightAndZDown() {
    let view = volume.slice(y: 3)
    #expect(view.shape == Shape2D(rows: 4, columns: 3))
    #expect(view[0, 2] == 203)
    #expect(view[3, 0] == 33)
  }

  @Test func theViewFromTheSideHasZToTheRightAndYDown() {
    let view = volume.slice(x: 1)
    #expect(view.shape == Shape2D(rows: 5, columns: 4))
    #expect(view[0, 3] == 130)
    #expect(view[4, 0] == 104)
  }

  @Test func slicesMeetInTheVoxelTheyShare() {
    let lopsided = Phantoms.lopsidedVolume(side: 16)
    let (x, z, y) = (5, 7, 9)
    let value = lopsided[x: x, z: z, y: y]
    #expect(lopsided.slice(z: z)[y, x] == value)
    #expect(lopsided.slice(y: y)[z, x] == value)
    #expect(lopsided.slice(x: x)[y, z] == value)
  }

  @Test func blocksAreMeansOfTheirVoxelsAlsoAtTheEnds() {
    // 3 x 4 x 5 voxels, 100 x + 10 z + y.
    let means = volume.blockMeans(of: 2)
    #expect((means.sizeX, means.sizeZ, means.sizeY) == (2, 2, 3))
    #expect(means[x: 0, z: 0, y: 0] == 55.5)
    #expect(means[x: 1, z: 1, y: 2] == 229)
    #expect(volume.blockMeans(of: 1) == volume)
    #expect(volume.blockMeans(of: 9).values == [117])
  }

  @Test func extentsDecideShape() {
    #expect(volume.count == 60)
    #expect(volume.hasShape(of: Volume(sizeX: 3, sizeZ: 4, sizeY: 5)))
    #expect(!volume.hasShape(of: Volume(sizeX: 4, sizeZ: 3, sizeY: 5)))
  }
}
