// SPDX-License-Identifier: BSD-3-Clause

/// Where everything stands in a tomogram file (Docs/Reference/FileLayout.md).
enum TomogramPaths {
  static let format = "tiltfold-tomogram/1"
  static let entry = "/entry"
  static let title = "/entry/title"
  static let energies = "/entry/energies"
  static let voxelSize = "/entry/voxel_size"
  static let process = "/entry/process"
  static let alignment = "/entry/alignment"
  static let convergence = "/entry/convergence"
  static let quantity = "/entry/quantity"
  static let chemistry = "/entry/chemistry"
  static let chemistryFigures = "/entry/chemistry_figures"
  static let particles = "/entry/particles"
  static let particleTable = "/entry/particles/table"

  static func volume(_ energy: Int) -> String { "/entry/volume_\(energy)" }
  static func resolution(_ energy: Int) -> String { "/entry/resolution_\(energy)" }
  static func projections(_ energy: Int) -> String { "/entry/projections_\(energy)" }
}
