// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import LivePipeline
import ResolutionMetrics
import Testing
import Tomography

/// Volumes from even and odd tilts, compared.
@Suite struct HalfTomogramTests {
  static let side = 48

  /// A tomogram of projections of a volume with noise of their own, unshifted.
  private func assembly(
    of object: Volume,
    tilts: Int = 24,
    noise: (_ place: Int) -> (seed: UInt64, deviation: Double)
  ) -> TomogramAssembly {
    var tomography = TomographyParameters()
    tomography.volumeSide = Self.side
    tomography.volumeHeight = object.sizeY
    tomography.finalSweeps = 8
    tomography.replaysPerFold = 0
    var assembly = TomogramAssembly(
      name: "object",
      energies: [PhotonEnergy(electronVolts: 710.2), PhotonEnergy(electronVolts: 708.2)],
      tomography: tomography
    )
    for place in 0..<tilts {
      let tilt = TiltAngle(degrees: -80 + 157 * Double(place) / Double(tilts - 1))
      var projection = ParallelProjector.project(object, at: tilt)
      let (seed, deviation) = noise(place)
      var random = SeededGenerator(seed: seed)
      for i in projection.values.indices {
        projection.values[i] += Float(deviation * random.normal())
      }
      _ = assembly.fold(
        Projection(
          identity: ScanIdentity(
            scan: "\(place)",
            tilt: tilt,
            tiltIndex: place,
            energy: PhotonEnergy(electronVolts: 708.2),
            energyIndex: 0
          ),
          opticalDensity: projection,
          coverage: Image(shape: projection.shape, filledWith: 1),
          pixelSize: Length(nanometers: 6.7)
        )
      )
    }
    return assembly
  }

  /// Blobs of a Gaussian's width within a cylinder about the axis.
  private func blobs(width: Double, height: Int = 40) -> Volume {
    var volume = Volume(sizeX: Self.side, sizeZ: Self.side, sizeY: height)
    var random = SeededGenerator(seed: 11)
    let middle = Double(Self.side - 1) / 2
    for _ in 0..<60 {
      let angle = 2 * .pi * random.uniform()
      let radius = 16 * random.uniform().squareRoot()
      let center = (
        x: middle + radius * cosine(angle), z: middle + radius * sine(angle),
        y: 8 + Double(height - 16) * random.uniform()
      )
      for x in 0..<Self.side {
        for z in 0..<Self.side {
          for y in 0..<height {
            let (a, b, c) = (Double(x) - center.x, Double(z) - center.z, Double(y) - center.y)
            let square = (a * a + b * b + c * c) / (2 * width * width)
            if square < 12 { volume[x: x, z: z, y: y] += Float(0.1 * exponential(-square)) }
          }
        }
      }
    }
    return volume
  }

  @Test func noiselessHalvesOfASmoothObjectAgreeAndASharperOneResolvesMore() throws {
    func measure(width: Double, noise: Double) throws -> ShellCorrelation {
      let assembly = assembly(of: blobs(width: width)) { (UInt64($0 + 1), noise) }
      let correlations = assembly.shellCorrelations()
      // The other energy has no tilts.
      #expect(correlations.count == 1)
      return try #require(correlations.first)
    }
    let clean = try measure(width: 2.5, noise: 0)
    #expect(clean.tilts == [12, 12])
    #expect(clean.energy?.electronVolts == 708.2 && clean.energyIndex == 0)
    // Up to where the object has power at all: a Gaussian of 2.5 voxels has lost 99 % at 0.1.
    for shell in clean.correlation.rings where shell.frequency < 0.1 {
      #expect(shell.correlation > 0.9, "\(shell)")
    }
    let blurred = try measure(width: 2.5, noise: 0.05)
    let sharp = try measure(width: 1.2, noise: 0.05)
    #expect(sharp.halfPeriod.meters < 0.75 * blurred.halfPeriod.meters, "\(sharp) \(blurred)")
    #expect(sharp.halfPeriodAtOneHalf.meters >= sharp.halfPeriod.meters)
    print(
      "half periods, voxels: blobs of 2.5 and 1.2 voxels",
      blurred.resolution.halfPeriod,
      sharp.resolution.halfPeriod
    )
  }

  /// The halves are plain reconstructions of every other tilt by rank of angle, and what they have
  /// in common is the object: errors are independent, so that F = c₁ c₂ with c each half's
  /// correlation with the truth.
  @Test func halvesAreEveryOtherTiltAndTheirCorrelationIsThatOfIndependentErrors() throws {
    var parameters = TomographyParameters()
    parameters.volumeSide = Self.side
    parameters.volumeHeight = 40
    parameters.finalSweeps = 8
    let object = blobs(width: 1.2)
    // In no order of angle.
    let tilts = (0..<60).map { TiltAngle(degrees: -80 + 157 * Double($0 * 23 % 60) / 59) }
    let projections = tilts.enumerated().map { place, tilt in
      var image = ParallelProjector.project(object, at: tilt)
      var random = SeededGenerator(seed: UInt64(place + 1))
      for i in image.values.indices { image.values[i] += Float(0.05 * random.normal()) }
      return AlignedProjection(
        values: image,
        weights: Image(shape: image.shape, filledWith: 1),
        tilt: tilt
      )
    }
    let halves = try #require(
      HalfTomograms(
        TiltSeries(projections),
        energyIndex: 1,
        energy: nil,
        diameter: nil,
        parameters: parameters
      )
    )
    let measured = halves.correlation().correlation
    var plain = parameters
    plain.variationWeight = 0
    plain.supportThreshold = 0
    let byHand = (0..<2).map { part in
      let ranked = projections.sorted { $0.tilt.degrees < $1.tilt.degrees }
      let half = ranked.enumerated().filter { $0.offset % 2 == part }.map(\.element)
      return ARTReconstruction.volume(from: TiltSeries(half), parameters: plain)
    }
    let direct = RingCorrelation(byHand[0], byHand[1], edge: .none)
    let truths = byHand.map { RingCorrelation($0, object, edge: .none) }
    for (place, shell) in measured.rings.enumerated() {
      #expect(abs(shell.correlation - direct.rings[place].correlation) < 1e-4)
      guard shell.index > 4, shell.frequency < 0.3 else { continue }
      let expected = truths[0].rings[place].correlation * truths[1].rings[place].correlation
      #expect(abs(shell.correlation - expected) < 0.1, "\(shell): \(expected)")
    }
  }

  @Test func independentNoiseInHalvesDoesNotCorrelate() throws {
    var parameters = TomographyParameters()
    parameters.volumeSide = Self.side
    parameters.volumeHeight = 40
    parameters.finalSweeps = 4
    let shape = Shape2D(rows: 40, columns: Self.side)
    let series = TiltSeries(
      (0..<24).map { place in
        var random = SeededGenerator(seed: UInt64(place + 100))
        return AlignedProjection(
          values: Image(
            shape: shape,
            values: (0..<shape.count).map { _ in Float(random.normal()) }
          ),
          weights: Image(shape: shape, filledWith: 1),
          tilt: TiltAngle(degrees: -80 + 157 * Double(place) / 23)
        )
      }
    )
    let halves = HalfTomograms(
      series,
      energyIndex: 0,
      energy: nil,
      diameter: nil,
      parameters: parameters
    )
    let correlation = try #require(halves).correlation().correlation
    var (sum, count) = (0.0, 0)
    for shell in correlation.rings where shell.index > 3 {
      sum += shell.correlation * (Double(shell.pixelCount) / 2).squareRoot()
      count += 1
    }
    // Noise of a volume is not independent from voxel to voxel: the deviation of a shell is some
    // times that of one over the root of its voxels, and 21 shells average.
    #expect(abs(sum / Double(count)) < 2, "\(sum / Double(count))")
    #expect(correlation.rings.allSatisfy { $0.index < 4 || abs($0.correlation) < 0.2 })
  }

  @Test func theLimitOfSamplingFollowsFromTheDiameterThatTheVolumeShows() throws {
    // A cylinder of 30 voxels about the axis.
    var object = Volume(sizeX: Self.side, sizeZ: Self.side, sizeY: 16)
    for x in 0..<Self.side {
      for z in 0..<Self.side {
        let (a, b) = (Double(x) - 23.5, Double(z) - 23.5)
        guard a * a + b * b < 225 else { continue }
        for y in 2..<14 { object[x: x, z: z, y: y] = 0.05 }
      }
    }
    let assembly = assembly(of: object) { (UInt64($0 + 1), 0.02) }
    let measured = try #require(assembly.shellCorrelations().first)
    let diameter = try #require(measured.diameter)
    #expect(abs(diameter.nanometers / 6.7 - 30) < 3, "\(diameter.nanometers / 6.7)")
    let limit = try #require(measured.crowtherLimit)
    #expect(abs(limit.nanometers - .pi * diameter.nanometers / 24) < 1e-9)
    let given = try #require(
      assembly.shellCorrelations(diameter: Length(nanometers: 500)).first?.crowtherLimit
    )
    #expect(abs(given.nanometers - .pi * 500 / 24) < 1e-9)
    // The published tomogram: 500 nm and 158 tilts.
    #expect(abs(crowtherLimit(diameter: 500, tilts: 158) - 9.94) < 0.01)
  }

  @Test func fewTiltsMakeNoHalvesAndRepeatedOnesAreDealtToBoth() {
    let few = assembly(of: blobs(width: 2), tilts: 7) { (UInt64($0 + 1), 0.01) }
    #expect(few.shellCorrelations().isEmpty)
    let odd = assembly(of: blobs(width: 2), tilts: 9) { (UInt64($0 + 1), 0.01) }
    #expect(odd.shellCorrelations().first?.tilts == [5, 4])
  }
}
