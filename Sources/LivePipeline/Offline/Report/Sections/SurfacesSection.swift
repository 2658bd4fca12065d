// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import HDF5Storage
import Imaging
import Reporting

/// The phases as surfaces that can be turned: figure 2c of the paper.
enum SurfacesSection {
  /// The longest side of the volume that surfaces are made of, voxels.
  private static let longestSide = 96
  /// How many triangles a page holds without a browser's getting slow.
  private static let mostTriangles = 250_000

  @Sendable static func blocks(_ contents: ReportContents) -> [ReportSection.Block] {
    guard let record = contents.record else { return .withoutTomogram }
    guard let chemistry = record.chemistry else { return .withoutChemistry }
    guard PhaseCounts(chemistry.phaseLabel).iron > 0 else {
      return [.missing("No voxel holds iron: there is no surface to show.")]
    }
    let labels = chemistry.phaseLabel
    let longest = max(labels.sizeX, labels.sizeZ, labels.sizeY)
    var block = max(1, (longest + longestSide - 1) / longestSide)
    var scene = scene(labels, record.voxelSize, block: block)
    while scene.triangleCount > mostTriangles, block < 16 {
      block += 1
      scene = Self.scene(labels, record.voxelSize, block: block)
    }
    let size = Words.number(record.voxelSize.nanometers * Double(block))
    return [
      .figure(
        ReportFigure(
          "surfaces",
          paper: "paper: figure 2c",
          caption:
            "Surfaces of the three phases: drag to turn, scroll to come nearer, click on a name to "
            + "hide or show it. "
            + (block > 1 ? "Made from voxels of \(size) nm, the mean of \(block)³ each; " : "")
            + "\(scene.triangleCount) triangles. y, the rotation axis, points down, z along the beam.",
          alternative: "Red, green and blue surfaces of the particles in space.",
          content: .surfaces(scene)
        )
      )
    ]
  }

  private static func scene(_ labels: Volume, _ voxelSize: Length, block: Int) -> SurfaceScene {
    let phases: [(name: String, phase: ChemicalPhase, color: RGBColor)] = [
      ("LFP-rich", .lithiated, PhaseColors.lithiated), ("mixed", .mixed, PhaseColors.mixed),
      ("FP-rich", .delithiated, PhaseColors.delithiated),
    ]
    let shares = phases.map { share(of: Float($0.phase.rawValue), in: labels, block: block) }
    return SurfaceScene(
      surfaces: phases.enumerated().map { place, entry in
        SurfaceScene.Surface(
          name: entry.name,
          mesh: SurfaceMesh(of: lead(of: place, shares), level: 0),
          color: entry.color
        )
      },
      extents: SIMD3(
        (labels.sizeX + block - 1) / block,
        (labels.sizeY + block - 1) / block,
        (labels.sizeZ + block - 1) / block
      ),
      voxelSize: Length(meters: voxelSize.meters * Double(block))
    )
  }

  /// By how much a phase has more of each block than the next one, or than what is empty.
  ///
  /// Where it is above 0 the phase leads: the surfaces of all phases part space without gaps.
  private static func lead(of place: Int, _ shares: [Volume]) -> Volume {
    var lead = shares[place]
    for i in lead.values.indices {
      var (rival, empty) = (Float(0), Float(1))
      for other in shares.indices {
        empty -= shares[other].values[i]
        if other != place { rival = max(rival, shares[other].values[i]) }
      }
      lead.values[i] -= max(rival, empty)
    }
    return lead
  }

  /// The part of each block's voxels that has a label, smoothed a little, [x, z, y].
  private static func share(of label: Float, in labels: Volume, block: Int) -> Volume {
    var share = Volume(
      sizeX: (labels.sizeX + block - 1) / block,
      sizeZ: (labels.sizeZ + block - 1) / block,
      sizeY: (labels.sizeY + block - 1) / block
    )
    let part = 1 / Float(block * block * block)
    for x in 0..<labels.sizeX {
      for z in 0..<labels.sizeZ {
        for y in 0..<labels.sizeY where labels[x: x, z: z, y: y] == label {
          share[x: x / block, z: z / block, y: y / block] += part
        }
      }
    }
    return smoothed(share)
  }

  /// A quarter, a half, a quarter along each axis: without the steps of single voxels.
  private static func smoothed(_ volume: Volume) -> Volume {
    let sizes = [volume.sizeX, volume.sizeZ, volume.sizeY]
    let strides = [volume.sizeZ * volume.sizeY, volume.sizeY, 1]
    var values = volume.values
    for axis in 0..<3 where sizes[axis] > 1 {
      let given = values
      let (size, stride) = (sizes[axis], strides[axis])
      for i in given.indices {
        let place = i / stride % size
        let before = place > 0 ? given[i - stride] : 0
        let behind = place < size - 1 ? given[i + stride] : 0
        values[i] = 0.25 * before + 0.5 * given[i] + 0.25 * behind
      }
    }
    return Volume(sizeX: sizes[0], sizeZ: sizes[1], sizeY: sizes[2], values: values)
  }
}
