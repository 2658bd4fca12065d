// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import LivePipeline
import Registration
import Tomography

/// Tilts at two energies of a plate phantom, with noise, jitter and a round lit area.
struct SimulatedSeries {
  /// The strongest optical density in its projections.
  static let strongest = 2.4

  let phantom: PlatePhantom
  let tilts: [TiltAngle]
  let energies = [PhotonEnergy(electronVolts: 708.2), PhotonEnergy(electronVolts: 710.2)]
  /// Where the object lies in each tilt's images, pixels.
  let displacements: [PixelShift]
  /// By tilt, then by energy.
  let projections: [[Projection]]

  /// Makes a series.
  ///
  /// - Parameters:
  ///   - tiltCount: The tilts from −80° to 77°.
  ///   - noise: The standard deviation of the noise in full light, OD.
  ///   - jitter: The largest displacement of a tilt along either axis, pixels.
  ///   - litRadius: The radius of the lit area, pixels.
  ///   - motion: What else displaces a tilt, by its place in the series, pixels.
  ///   - turn: How an image is turned after that, +x towards +y, by its place, radians.
  ///   - film: The optical density of a support film at 0°.
  ///   - seed: Of noise and jitter.
  init(
    tiltCount: Int = 24,
    noise: Double = 0.07,
    jitter: Double = 4,
    litRadius: Double = 45,
    motion: (Int) -> PixelShift = { _ in .zero },
    turn: (Int) -> Double = { _ in 0 },
    film: Double = 0,
    seed: UInt64 = 5
  ) {
    let tilts = (0..<tiltCount).map {
      TiltAngle(degrees: -80 + 157 * Double($0) / Double(tiltCount - 1))
    }
    self.tilts = tilts
    let phantom = PlatePhantom(count: 60, radius: 36, seed: 3)
    let energies = energies
    var random = SeededGenerator(seed: seed)
    let shape = Shape2D(square: 200)
    var displacements: [PixelShift] = []
    var projections: [[Projection]] = []
    for (index, tilt) in tilts.enumerated() {
      let shift =
        PixelShift(
          rows: jitter * (2 * random.uniform() - 1),
          columns: jitter * (2 * random.uniform() - 1)
        ) + motion(index)
      displacements.append(shift)
      projections.append(
        energies.indices.map { energy in
          var image = phantom.projection(
            tilt: tilt,
            energy: energy,
            shape: shape,
            displacedBy: shift,
            turnedBy: turn(index)
          )
          var coverage = Image(shape: shape)
          for row in 0..<200 {
            for column in 0..<200 {
              let (y, x) = (Double(row) - 99.5, Double(column) - 99.5)
              let lit = min(max((litRadius + 2 - (x * x + y * y).squareRoot()) / 4, 0), 1)
              coverage[row, column] = Float(lit)
              let spread = lit > 0 ? noise / lit.squareRoot() : 3
              let support = film / cosine(tilt.radians)
              image[row, column] += Float(support + spread * random.normal())
            }
          }
          return Projection(
            identity: ScanIdentity(
              scan: "\(index)-\(energy)",
              tilt: tilt,
              tiltIndex: index,
              energy: energies[energy],
              energyIndex: energy
            ),
            opticalDensity: image,
            coverage: coverage,
            pixelSize: Length(nanometers: 6.7)
          )
        }
      )
    }
    self.phantom = phantom
    self.displacements = displacements
    self.projections = projections
  }

  var interleaved: [Projection] { projections.flatMap { $0 } }

  var assembly: TomogramAssembly { TomogramAssembly(name: "plates", energies: energies) }

  /// How far the chemistry of two volumes lies from the truth, displaced as the shifts leave it.
  func chemistryError(of assembly: TomogramAssembly) -> (composition: Double, density: Double) {
    let shifts = assembly.shifts
    let place = ShiftGauge(
      fittedTo: displacements.indices.map { displacements[$0] + (shifts[$0] ?? .zero) },
      at: tilts,
      includingAxis: false
    )
    var moved = phantom
    for i in moved.plates.indices {
      moved.plates[i].center += SIMD3(place.x, place.y, place.z)
    }
    return moved.error(of: assembly.volumes)
  }

  /// RMS of applied shift plus displacement, without gauge.
  func registrationError(of assembly: TomogramAssembly) -> PixelShift {
    let shifts = assembly.shifts
    let errors = removeGauge(
      displacements.indices.map { displacements[$0] + (shifts[$0] ?? .zero) },
      tilts: tilts
    )
    func rms(_ values: [Double]) -> Double {
      (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    }
    return PixelShift(rows: rms(errors.map(\.rows)), columns: rms(errors.map(\.columns)))
  }
}
