// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Foundation
import HDF5Storage
import Imaging
import TestSupport

/// Grains of two phases at several depths, whose projections are known in closed form: each is a Gaussian
/// ball, and seen at any tilt a Gaussian disc.
struct TiltedGrains {
  let shape = Shape2D(rows: 64, columns: 72)
  let depth = 41
  let energies = [700.0, 703, 706.5, 707.5, 708.2, 709, 710.2, 711.5].map {
    PhotonEnergy(electronVolts: $0)
  }
  let references: ReferenceSpectra
  /// OD that is the same at every energy, as of a film.
  var foreign = 0.0

  /// Voxels from the centre, width, and µm of both phases along the beam through the middle.
  private let grains: [(x: Double, y: Double, z: Double, width: Double, l: Double, d: Double)] = [
    (-14, -12, 11, 3.2, 0.09, 0.002), (10, -9, -9, 3.5, 0.002, 0.08),
    (-6, 8, -12, 3, 0.06, 0.004), (14, 12, 8, 3, 0.03, 0.035), (2, 0, 0, 2.5, 0.004, 0.06),
  ]

  init() throws { references = try MovedStack().references }

  /// The stack as it is seen at a tilt: a point (x, z) stands at x cos t + z sin t.
  func stack(at tilt: TiltAngle) throws -> ImageStack {
    let turn = (cosine: cosine(tilt.radians), sine: sine(tilt.radians))
    let rows = try references.absorption(at: energies)
    var images = ImageStack(
      count: energies.count,
      shape: shape,
      filledWith: Float(foreign)
    )
    for grain in grains {
      let center = grain.x * turn.cosine + grain.z * turn.sine
      for row in 0..<shape.rows {
        for column in 0..<shape.columns {
          let u = Double(column) - Double(shape.columns - 1) / 2 - center
          let v = Double(row) - Double(shape.rows - 1) / 2 - grain.y
          let height = exponential(-(u * u + v * v) / (2 * grain.width * grain.width))
          for energy in energies.indices {
            images.values[(energy * shape.rows + row) * shape.columns + column] += Float(
              height * (rows[0][energy] * grain.l + rows[1][energy] * grain.d)
            )
          }
        }
      }
    }
    return images
  }

  /// Writes the stack as a file that does not say its tilt.
  func writeStack(
    at tilt: TiltAngle,
    pixelSize: Length? = Length(nanometers: 10),
    to path: String
  ) throws {
    try writeSpectra(
      SpectraRecord(
        name: "grains",
        energies: energies,
        stack: try stack(at: tilt),
        pixelSize: pixelSize
      ),
      to: path
    )
  }

  /// Writes the grains as a tomogram measured at two energies.
  func writeTomogram(at volts: [Double] = [708.2, 710.2], to path: String) throws {
    let measured = volts.map { PhotonEnergy(electronVolts: $0) }
    let rows = try references.absorption(at: measured)
    let volumes = measured.indices.map { energy in
      var volume = Volume(sizeX: shape.columns, sizeZ: depth, sizeY: shape.rows)
      for grain in grains {
        // A ball whose line integral through the middle is the disc's height.
        let amount = rows[0][energy] * grain.l + rows[1][energy] * grain.d
        let peak = amount / (2.506_628_274_6 * grain.width)
        func factors(_ count: Int, _ center: Double) -> [Double] {
          (0..<count).map {
            let u = Double($0) - Double(count - 1) / 2 - center
            return exponential(-u * u / (2 * grain.width * grain.width))
          }
        }
        let along = (
          x: factors(shape.columns, grain.x), z: factors(depth, grain.z),
          y: factors(shape.rows, grain.y)
        )
        for x in along.x.indices {
          for z in along.z.indices {
            for y in along.y.indices {
              volume[x: x, z: z, y: y] += Float(peak * along.x[x] * along.z[z] * along.y[y])
            }
          }
        }
      }
      return volume
    }
    try HDF5Storage.writeTomogram(
      TomogramRecord(
        name: "grains",
        voxelSize: Length(nanometers: 10),
        tilts: [],
        energies: measured,
        volumes: volumes
      ),
      to: path
    )
  }

  /// The references as a file of text.
  func writeReferences(to path: String) throws {
    var text = "energy_eV,\(references.names.map { "\($0)_per_um" }.joined(separator: ","))\n"
    for (place, energy) in references.energies.enumerated() {
      let values = references.absorption.map { "\($0[place])" }
      text += "\(energy.electronVolts),\(values.joined(separator: ","))\n"
    }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }
}
