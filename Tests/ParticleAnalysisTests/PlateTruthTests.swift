// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Imaging
import ParticleAnalysis
import Testing

/// Particles against the plates that they were made from.
@Suite struct PlateTruthTests {
  @Test func aHundredPlatesOfTheExperimentAreSeparated() throws {
    let phantom = Phantom(plateCount: 100, diameter: Length(nanometers: 500), seed: 3)
    let sample = PlateSample(phantom, side: 92)
    let catalog = try #require(ParticleCatalog.find(in: sample.densities))
    let comparison = sample.comparison(catalog)
    print(
      "particles: \(comparison.separatedPercent) % of \(comparison.plateCount) plates separated"
    )
    #expect(comparison.plateCount > 60)
    // The target of the twin is 75 %.
    #expect(comparison.separatedPercent >= 95)
    #expect(comparison.volumeError < 5)
    #expect(comparison.facetError < 10)
    #expect(comparison.thicknessError < 4)
    // Blurred across the borders of phases, with noise of 3 %.
    #expect(comparison.shareError < 3)
    #expect(
      abs(comparison.foundActiveFraction - comparison.trueActiveFraction)
        <= comparison.activeSigma
    )
    #expect(comparison.inventedCount == 0)
    #expect(catalog.bunches.isEmpty)
  }

  /// One plate at many orientations: what stands in the table is the plate's.
  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func aPlateIsMeasured(seed: UInt64) throws {
    let whole = PlateSample.stack(gap: 60, seed: seed)
    let phantom = Phantom(plates: [whole.plates[0]])
    let sample = PlateSample(phantom, side: 40, blur: 8, noise: 0.02)
    let catalog = try #require(ParticleCatalog.find(in: sample.densities))
    #expect(catalog.particles.count == 1)
    let particle = try #require(catalog.particles.first)
    #expect(abs(particle.volume / 160_000 - 1) < 0.04)
    #expect(abs(particle.long.nanometers - 100) < 4)
    #expect(abs(particle.wide.nanometers - 80) < 4)
    #expect(abs(particle.thickness.nanometers - 20) < 3)
    let box = phantom.plates[0].box
    let offset = particle.centroid - 1e9 * box.center
    #expect((offset * offset).sum().squareRoot() < 1)
    // Directions have no sign.
    for axis in [0, 2] {
      #expect(abs((particle.axes[axis] * box.axes[axis]).sum()) > 0.99)
    }
    #expect(abs(particle.delithiated - 0.07) < max(4 * particle.delithiatedError, 0.01))
    #expect(particle.delithiatedError > 0 && particle.delithiatedError < 0.05)
    #expect(!particle.isBunch && !particle.isCut && particle.neighbors.isEmpty)
    #expect(!particle.isActive(from: 15))
  }

  /// How narrow a gap between facets may be at a resolution of 11 nm: from 5 nm on nearly all pairs
  /// part, none may be torn into more.
  @Test(arguments: [(1.0, 0.0), (5, 0.75), (8, 1), (15, 1)])
  func platesOnOneAnotherPartAtAGap(gap: Double, least: Double) throws {
    var separated = 0
    for seed in 1...8 as ClosedRange<UInt64> {
      let sample = PlateSample(PlateSample.stack(gap: gap, seed: seed), side: 44)
      let catalog = try #require(ParticleCatalog.find(in: sample.densities))
      #expect(catalog.particles.count <= 2)
      if sample.comparison(catalog).separatedCount == 2 { separated += 1 }
    }
    print("particles: gap of \(gap) nm, \(separated) of 8 pairs separated")
    #expect(Double(separated) >= least * 8)
  }

  /// Voxels of its rims are filled in part, and the layers of a thick plate have more of them the
  /// nearer they are to its middle: no dip of the density.
  @Test func theRimsOfAThickPlateAreNoGap() throws {
    let block = PlateSample.plate(
      at: .zero,
      SIMD3(70, 50, 40),
      long: SIMD3(1, 0, 0),
      wide: SIMD3(0, 0, 1)
    )
    for blur in [3.0, 5, 8, 11] {
      let sample = PlateSample(Phantom(plates: [block]), side: 30, blur: blur, noise: 0)
      let catalog = try #require(ParticleCatalog.find(in: sample.densities))
      #expect(catalog.particles.count == 1, "blurred by \(blur) nm")
    }
  }

  /// Where nothing of a layer is in the inner part of the others, nothing is known of a dip.
  @Test func whatHasLittleInItsMiddleIsNotCut() throws {
    // A rod of 2 x 2 x 15 voxels; a plate of 24 x 14 x 4 that is bent by three; one with a ridge on
    // its edge.
    let shapes: [(SIMD3<Int>) -> Bool] = [
      { $0.x < 2 && $0.y < 2 && $0.z < 15 },
      { place in
        let middle = Double(place.x) - 11.5
        let bend = Int((3 * middle * middle / (11.5 * 11.5)).rounded())
        return place.x < 24 && place.y < 14 && (bend..<bend + 4).contains(place.z)
      },
      { $0.x < 16 && $0.y < 16 && ($0.z < 4 || ($0.z < 6 && $0.x < 2)) },
    ]
    for (number, isInside) in shapes.enumerated() {
      let solid = Float(8.61 * PlateSample.voxelSize.micrometers)
      var volume = Volume(sizeX: 34, sizeZ: 24, sizeY: 24)
      for x in 0..<28 {
        for z in 0..<18 {
          for y in 0..<18 where isInside(SIMD3(x, z, y)) {
            volume[x: x + 4, z: z + 4, y: y + 4] = solid
          }
        }
      }
      let densities = PlateSample.densities(alike: volume)
      let catalog = try #require(ParticleCatalog.find(in: densities))
      #expect(catalog.particles.count == 1, "shape \(number)")
    }
  }

  @Test func plateStandingOnAFacetIsItsOwn() throws {
    // The edge of one plate touches the facet of another one, with no gap at all.
    let lying = PlateSample.plate(
      at: SIMD3(0, 0, 0),
      SIMD3(120, 100, 20),
      long: SIMD3(1, 0.1, 0.2),
      wide: SIMD3(0, 1, 0.1)
    )
    let axes = lying.box.axes
    let standing = PlateSample.plate(
      at: 50 * axes[2],
      SIMD3(90, 80, 20),
      long: axes[0],
      wide: axes[2],
      lithiation: .uniform(0.02)
    )
    let sample = PlateSample(Phantom(plates: [lying, standing]), side: 44)
    let catalog = try #require(ParticleCatalog.find(in: sample.densities))
    let comparison = sample.comparison(catalog)
    #expect(comparison.separatedCount == 2)
    #expect(catalog.particles.map(\.neighbors) == [[2], [1]])
    #expect(catalog.active == ActivityCount(active: 1, all: 2))
  }

  @Test func aBunchIsListedAndNotCounted() throws {
    // Three bars that cross in one point: no cut makes plates of them.
    let bars = [SIMD3(1.0, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)].enumerated().map { k, long in
      PlateSample.plate(
        at: .zero,
        SIMD3(130, 30, 30),
        long: long,
        wide: [SIMD3(0, 1, 0), SIMD3(0, 0, 1), SIMD3(1, 0, 0)][k]
      )
    }
    var sample = PlateSample(Phantom(plates: bars), side: 40, noise: 0.01)
    // Solid in the middle is once solid, however many bars meet there.
    let solid = Float(8.61 * PlateSample.voxelSize.micrometers)
    sample = sample.limited(to: solid)
    var parameters = ParticleParameters()
    parameters.plateFill = 0.9
    parameters.minimumVoxels = 200
    let catalog = try #require(ParticleCatalog.find(in: sample.densities, parameters: parameters))
    #expect(!catalog.bunches.isEmpty)
    #expect(catalog.bunches.allSatisfy { $0.boxFill < 0.9 })
    #expect(catalog.active.all == catalog.plates.count)
  }

  @Test func progressEndsTheWork() {
    let sample = PlateSample(PlateSample.stack(gap: 20, seed: 1), side: 44)
    for last in ParticleSegmentation.Step.allCases {
      let catalog = ParticleCatalog.find(in: sample.densities) { $0.rawValue < last.rawValue }
      #expect(catalog == nil)
    }
  }

  @Test func nothingIsFoundInNothing() throws {
    let empty = Volume(sizeX: 8, sizeZ: 8, sizeY: 8)
    let densities = PlateSample.densities(alike: empty)
    let catalog = try #require(ParticleCatalog.find(in: densities))
    #expect(catalog.particles.isEmpty && catalog.active.fraction.isNaN)
    #expect(catalog.threshold == nil)
    // A threshold that was given, or found, is told though nothing above it is left.
    var parameters = ParticleParameters()
    parameters.threshold = 0.5
    let given = try #require(ParticleCatalog.find(in: densities, parameters: parameters))
    #expect(given.particles.isEmpty && given.threshold == 0.5)
  }

  @Test func theErrorHoldsTheNoiseOfWhatWasSubtracted() throws {
    // A plate of LiFePO₄ with noise of 0.002 at each of three energies.
    let (size, noise) = (PlateSample.voxelSize, 0.002)
    let preEdge = PhaseAbsorption(lithiated: 0.39, delithiated: 0.37)
    let matrix = PlateSample.matrix.subtracting(preEdge)
    var random = SeededGenerator(seed: 6)
    func plate(_ absorption: Double) -> Volume {
      var volume = Volume(sizeX: 30, sizeZ: 30, sizeY: 40)
      for x in 0..<30 {
        for z in 0..<30 {
          for y in 0..<40 {
            let isIn = (10..<18).contains(x) && (5..<25).contains(z) && (5..<35).contains(y)
            let solid = isIn ? absorption * size.micrometers : 0
            volume[x: x, z: z, y: y] = Float(solid + noise * random.normal())
          }
        }
      }
      return volume
    }
    let (first, second, below) = (
      plate(PlateSample.matrix.lithiatedAtFirst), plate(PlateSample.matrix.lithiatedAtSecond),
      plate(preEdge.lithiated)
    )
    func less(_ volume: Volume) -> Volume {
      var difference = volume
      for i in difference.values.indices { difference.values[i] -= below.values[i] }
      return difference
    }
    let catalog = try #require(
      ParticleCatalog.find(
        in: DensityPair(
          first: less(first),
          second: less(second),
          common: below,
          voxelSize: size,
          matrix: matrix
        )
      )
    )
    let particle = try #require(catalog.particles.first)
    #expect(abs(particle.delithiated) < 0.01)
    // δc = |D| √((o₂ δ)² + (o₁ δ)² + ((o₂ − o₁) δ)²) / s² of a sum over n voxels, of which four share
    // their noise. Noise of the differences taken for independent would make it a quarter more, no noise
    // of the pre-edge an eighth less.
    let (o1, o2) = (
      matrix.lithiatedAtFirst * size.micrometers, matrix.lithiatedAtSecond * size.micrometers
    )
    let s =
      (matrix.delithiatedAtSecond - matrix.lithiatedAtSecond) * o1
      + (matrix.lithiatedAtFirst - matrix.delithiatedAtFirst) * o2
    let expected =
      matrix.determinant * noise * (o1 * o1 + o2 * o2 + (o2 - o1) * (o2 - o1)).squareRoot()
      / (s * s) * (4 / Double(particle.voxels)).squareRoot()
    #expect(
      abs(particle.delithiatedError / expected - 1) < 0.06,
      "\(particle.delithiatedError), \(expected)"
    )
  }

  @Test func sectionsShowThePlateAlongItsAxes() throws {
    // Charged at the edge, not in the core.
    let plate = PlateSample.plate(
      at: SIMD3(3, -5, 8),
      SIMD3(120, 100, 24),
      long: SIMD3(1, 0.3, 0.2),
      wide: SIMD3(0, 1, 0.4),
      lithiation: .coreEdge(core: 0.93, edge: 0.02, size: 0.6)
    )
    let sample = PlateSample(Phantom(plates: [plate]), side: 44, blur: 8, noise: 0.01)
    let catalog = try #require(ParticleCatalog.find(in: sample.densities))
    let particle = try #require(catalog.particles.first)
    let facet = ParticleSection(of: particle, in: catalog, sample.densities, plane: .facet)
    let rows = facet.composition.shape.rows
    let columns = facet.composition.shape.columns
    #expect(facet.composition[rows / 2, columns / 2] > 0.8)
    #expect(facet.phaseLabel[rows / 2, columns / 2] == 1)
    // 52 nm from the middle along the long axis, half of it in pixels of 3.35 nm.
    let edge = columns / 2 + Int(52 / facet.pixelSize.nanometers)
    #expect(facet.composition[rows / 2, edge] < 0.3)
    #expect(facet.composition[0, 0].isNaN && facet.phaseLabel[0, 0] == 0)
    let across = ParticleSection(of: particle, in: catalog, sample.densities, plane: .thickness)
    #expect(across.composition.shape.rows < rows)
    #expect(across.composition.shape.columns == columns)
    #expect(abs(facet.pixelSize.nanometers - 3.35) < 1e-9)
  }
}

extension PlateSample {
  /// The same sample where no voxel holds more than solid material.
  fileprivate func limited(to solid: Float) -> PlateSample {
    var (first, second) = (densities.first, densities.second)
    for i in first.values.indices {
      let mean = 0.5 * (first.values[i] + second.values[i])
      guard mean > solid else { continue }
      first.values[i] *= solid / mean
      second.values[i] *= solid / mean
    }
    return PlateSample(
      phantom: phantom,
      truth: truth,
      densities: DensityPair(
        first: first,
        second: second,
        voxelSize: densities.voxelSize,
        matrix: densities.matrix
      )
    )
  }

  fileprivate init(phantom: Phantom, truth: PhaseVolumes, densities: DensityPair) {
    self.phantom = phantom
    self.truth = truth
    self.densities = densities
  }
}
