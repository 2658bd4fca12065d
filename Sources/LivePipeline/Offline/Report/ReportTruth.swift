// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage

/// What the simulator's truth says of the figures of a report (Docs/Reference/Simulator.md).
struct ReportTruth: Sendable {
  /// Σ C_FP / Σ (C_LFP + C_FP).
  let stateOfCharge: Double?
  /// How many plates there are.
  let plateCount: Int
  /// The medians of the polar angles of the LiFePO₄-like and the FePO₄-like voxels that plates fill,
  /// degrees.
  let angles: (lithiated: Double?, delithiated: Double?)

  /// Reads the truth; nil, with a remark, where it cannot be read.
  init?(_ path: String, _ remarks: inout [String]) {
    do throws(StorageError) {
      let file = try StorageFile(reading: path)
      let volume = "/entry/volume"
      let iron = try file.read(Float.self, at: "\(volume)/iron").values
      let charged = try file.read(Float.self, at: "\(volume)/delithiated").values
      let composition = try file.read(Float.self, at: "\(volume)/composition").values
      let density = try file.read(Float.self, at: "\(volume)/optical_density").values
      plateCount = try file.summary(of: "/entry/plates").shape.first ?? 0
      let sums = (iron.reduce(0.0) { $0 + Double($1) }, charged.reduce(0.0) { $0 + Double($1) })
      stateOfCharge = sums.0 > 0 ? sums.1 / sums.0 : nil
      var found: (low: [Double], high: [Double]) = ([], [])
      if density.count == 2 * iron.count {
        for i in iron.indices where iron[i] > 0.9 && !composition[i].isNaN {
          let (first, second) = (Double(density[i]), Double(density[iron.count + i]))
          let angle = atan2(second, first) * 180 / .pi
          if composition[i] > 0.5 { found.low.append(angle) } else { found.high.append(angle) }
        }
      }
      angles = (Self.median(found.low), Self.median(found.high))
    } catch {
      remarks.append("truth.h5 cannot be read, and is left out: \(error)")
      return nil
    }
  }

  private static func median(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.sorted()[values.count / 2]
  }
}
