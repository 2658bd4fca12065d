// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import LivePipeline
import Registration
import Tomography

/// 24 tilts at two energies of a plate phantom, with noise, jitter and a round lit area.
struct SimulatedSeries {
  let phantom: PlatePhantom
  let tilts = (0..<24).map { TiltAngle(degrees: -80 + 157 * Double($0) / 23) }
  let energies = [PhotonEnergy(electronVolts: 708.2), PhotonEnergy(electronVolts: 710.2)]
  /// Where the object lies in each tilt's images, pixels.
  let displacements: [PixelShift]
  /// By tilt, then by energy.
  let projections: [[Projection]]

  init(noise: Double = 0.07, jitter: Double = 4, litRadius: Double = 45, seed: UInt64 = 5) {
    let phantom = PlatePhantom(count: 60, radius: 36, seed: 3)
    let energies = energies
    var random = SeededGenerator(seed: seed)
    let shape = Shape2D(square: 200)
    var displacements: [PixelShift] = []
    var projections: [[Projection]] = []
    for (index, tilt) in tilts.enumerated() {
      let shift = PixelShift(
        rows: jitter * (2 * random.uniform() - 1),
        columns: jitter * (2 * random.uniform() - 1)
      )
      displacements.append(shift)
      projections.append(
        energies.indices.map { energy in
          var image = phantom.projection(
            tilt: tilt,
            energy: energy,
            shape: shape,
            displacedBy: shift
          )
          var coverage = Image(shape: shape)
          for row in 0..<200 {
            for column in 0..<200 {
              let (y, x) = (Double(row) - 99.5, Double(column) - 99.5)
              let lit = min(max((litRadius + 2 - (x * x + y * y).squareRoot()) / 4, 0), 1)
              coverage[row, column] = Float(lit)
              let spread = lit > 0 ? noise / lit.squareRoot() : 3
              image[row, column] += Float(spread * random.normal())
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
