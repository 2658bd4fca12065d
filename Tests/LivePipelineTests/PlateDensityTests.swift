// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Testing
import Tomography

/// The optical density of plates of 100 x 80 x 20 nm from 158 tilts with 2 % of noise, well aligned.
///
/// Directions without any projection lie within 11.5° of the beam at tilt 0, so that a plate that
/// faces it has its thickness where nothing is measured.
@Suite struct PlateDensityTests {
  static let phantom = PlatePhantom(count: 60, radius: 36, seed: 3)
  static let tilts = (0..<158).map { TiltAngle(degrees: -80 + Double($0)) }
  static let truth: Volume = {
    let (iron, lithiated) = phantom.volumes(side: 80)
    var truth = iron
    let (lfp, fp) = (Float(PlatePhantom.absorption[0][0]), Float(PlatePhantom.absorption[0][1]))
    for i in truth.values.indices {
      truth.values[i] = lfp * lithiated.values[i] + fp * (iron.values[i] - lithiated.values[i])
    }
    return truth
  }()
  static let series: TiltSeries = {
    let shape = Shape2D(square: 80)
    var images = tilts.map {
      phantom.projection(tilt: $0, energy: 0, shape: shape, displacedBy: .zero)
    }
    let largest = images.reduce(0) { max($0, $1.values.max() ?? 0) }
    var random = SeededGenerator(seed: 5)
    for tilt in images.indices {
      for i in images[tilt].values.indices {
        images[tilt].values[i] += 0.02 * largest * Float(random.normal())
      }
    }
    let weights = Image(shape: shape, filledWith: 1)
    return TiltSeries(
      zip(images, tilts).map { AlignedProjection(values: $0, weights: weights, tilt: $1) }
    )
  }()
  static let offline = ARTReconstruction.volume(from: series, parameters: TomographyParameters())

  func relativeError(_ volume: Volume) -> Double {
    let squares = zip(volume.values, Self.truth.values).reduce(0.0) {
      $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1))
    }
    let power = Self.truth.values.reduce(0.0) { $0 + Double($1 * $1) }
    return (squares / power).squareRoot()
  }

  @Test func opticalDensityInPlatesIsWithinThreePercentWhicheverWayTheyFace() {
    let plates = Self.phantom.densities(of: Self.offline, truth: Self.truth)
    let groups = Dictionary(grouping: plates, by: \.orientation)
    #expect(groups.count == PlateDensity.Orientation.allCases.count)
    for orientation in PlateDensity.Orientation.allCases {
      let group = groups[orientation] ?? []
      let inside = group.compactMap(\.inside)
      let sum = group.reduce(0.0) { $0 + $1.around } / Double(group.count)
      let mean = inside.reduce(0, +) / Double(inside.count)
      print("plates \(orientation.rawValue): \(group.count), sum \(sum), inside \(mean)")
      #expect(abs(sum - 1) < 0.03, "\(orientation): \(sum)")
      #expect(abs(mean - 1) < 0.03, "\(orientation): \(mean)")
    }
    #expect(relativeError(Self.offline) < 0.12)
  }

  @Test func aSupportMakesUpForAPartOfTheMissingWedge() {
    var parameters = TomographyParameters()
    parameters.supportThreshold = 0.1
    let supported = ARTReconstruction.volume(from: Self.series, parameters: parameters)
    #expect(relativeError(supported) < 0.95 * relativeError(Self.offline))
    // Half of the volume is empty at the least; no plate is cut.
    let empty = supported.values.count { $0 == 0 }
    #expect(empty > supported.count / 2)
    let plates = Self.phantom.densities(of: supported, truth: Self.truth)
    for plate in plates { #expect(plate.around > 0.95) }
  }

  @Test func theLivePassComesNearTheOfflineVolume() {
    // Tilts in sequence, each followed by eight replays.
    var parameters = TomographyParameters()
    parameters.replaysPerFold = 8
    var running = ARTReconstruction(parameters: parameters)
    var schedule = ReplaySchedule()
    var stored: [Int: TiltAngle] = [:]
    for newest in Self.tilts.indices {
      stored[newest] = Self.tilts[newest]
      running.fold(Self.series.projection(newest), relaxation: parameters.relaxationOfNewTilt)
      for place in schedule.replays(parameters.replaysPerFold, of: stored, besides: newest) {
        running.fold(Self.series.projection(place), relaxation: parameters.relaxationOfReplay)
      }
      running.lowerVariation(parameters: parameters, ofSweepOver: stored.count)
    }
    let (live, offline) = (relativeError(running.volume), relativeError(Self.offline))
    print("relative error: live \(live), offline \(offline)")
    #expect(live < offline + 0.05)
    // What is left is gone after a few sweeps from there.
    running.sweep(over: Self.series, parameters: parameters, sweeps: 6)
    let settled = relativeError(running.volume)
    print("relative error after six more sweeps: \(settled)")
    #expect(settled < 1.1 * offline)
  }
}

/// What a volume makes of one plate.
struct PlateDensity {
  /// Which way a plate faces.
  enum Orientation: String, CaseIterable {
    /// Its normal less than 30° from the plane across the beam at tilt 0, seen along the axis.
    case acrossTheBeam = "0 to 30°"
    case oblique = "30 to 60°"
    case steep = "60 to 78°"
    /// Its normal in directions that no projection knows.
    case missingWedge = "78 to 90°"
    /// Its normal less than 37° from the rotation axis.
    case alongTheAxis = "along the axis"

    init(normal: SIMD3<Double>) {
      guard abs(normal.y) < 0.8 else {
        self = .alongTheAxis
        return
      }
      // The part of the plane x, z within 12° of z, and so on, without an inverse tangent.
      let slope = abs(normal.z) / max(abs(normal.x), 1e-9)
      self =
        slope < 0.5774
        ? .acrossTheBeam
        : slope < 1.7321
          ? .oblique
          : slope < 4.7046
            ? .steep
            : .missingWedge
    }
  }

  let orientation: Orientation
  /// The sum within 3 voxels of the plate, where no other one is nearer, over the true sum.
  let around: Double
  /// The mean over voxels that are all inside, over the true mean; nil of fewer than 20.
  let inside: Double?
}

extension PlatePhantom {
  /// What a volume makes of each plate.
  func densities(of volume: Volume, truth: Volume) -> [PlateDensity] {
    let iron = volumes(side: volume.sizeX).iron
    let middle = Double(volume.sizeX - 1) / 2
    return plates.map { plate in
      var (sum, trueSum, inside, trueInside, count) = (0.0, 0.0, 0.0, 0.0, 0)
      let reach = (plate.halfSizes * plate.halfSizes).sum().squareRoot() + 4
      func range(_ axis: Int) -> ClosedRange<Int> {
        let center = plate.center[axis] + middle
        return max(0, Int(center - reach))...min(volume.sizeX - 1, Int(center + reach))
      }
      for x in range(0) {
        for z in range(2) {
          for y in range(1) {
            let point = SIMD3(Double(x), Double(y), Double(z)) - middle
            let distance = plate.distance(to: point)
            guard distance <= 3 else { continue }
            let isNearest = plates.allSatisfy {
              $0.center == plate.center || $0.distance(to: point) >= distance
            }
            guard isNearest else { continue }
            let i = volume.index(x: x, z: z, y: y)
            sum += Double(volume.values[i])
            trueSum += Double(truth.values[i])
            guard distance == 0, iron.values[i] > 0.95 else { continue }
            inside += Double(volume.values[i])
            trueInside += Double(truth.values[i])
            count += 1
          }
        }
      }
      return PlateDensity(
        orientation: PlateDensity.Orientation(normal: plate.axes[2]),
        around: sum / trueSum,
        inside: count > 20 ? inside / trueInside : nil
      )
    }
  }
}

extension PlatePhantom.Plate {
  /// How far a point lies from the plate; 0 inside.
  func distance(to point: SIMD3<Double>) -> Double {
    var squares = 0.0
    for axis in 0..<3 {
      let beyond = max(0, abs(((point - center) * axes[axis]).sum()) - halfSizes[axis])
      squares += beyond * beyond
    }
    return squares.squareRoot()
  }
}
