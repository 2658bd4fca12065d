// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel

extension StorageFile {
  /// Writes the table of particles and the particle of each voxel.
  func write(_ particles: TomogramParticles, voxelSize: Length) throws(StorageError) {
    let group = TomogramPaths.particles
    let table = TomogramPaths.particleTable
    try makeData(group, signal: "label", axes: ["x", "z", "y"])
    let extents = particles.extents
    for (name, count) in zip(["x", "z", "y"], extents) {
      try writeAxis(name, count, voxelSize, in: group)
    }
    try write(
      particles.labels,
      shape: extents,
      at: "\(group)/label",
      unit: "1",
      layout: extents.contains(0)
        ? DatasetLayout() : DatasetLayout(chunk: [1] + extents.dropFirst(), deflate: 4)
    )
    try setAttribute("long_name", of: "\(group)/label", to: "particle, 0 for none")
    try write(value: particles.threshold, at: "\(group)/threshold", unit: "1")
    try write(value: particles.activePercent, at: "\(group)/active_percent", unit: "percent")
    try makeData(table, signal: "volume", axes: ["id"])
    for column in particles.columns {
      let path = "\(table)/\(column.name)"
      switch column.kind {
      case .real:
        try write(list: column.values, at: path, unit: column.unit)
      case .whole:
        try write(list: column.values.map { Int32(clamping: Int($0)) }, at: path, unit: column.unit)
      case .flag:
        try write(list: column.values.map { UInt8($0 != 0 ? 1 : 0) }, at: path, unit: column.unit)
      }
      try setAttribute("long_name", of: path, to: column.meaning)
    }
    try write(
      particles.contacts.flatMap { $0 },
      shape: [particles.contacts.count, 2],
      at: "\(group)/contacts",
      unit: "1"
    )
    try setAttribute("long_name", of: "\(group)/contacts", to: "pairs of particles that touch")
  }

  /// Reads the particles back; nil where there are none in the file.
  func readParticles() throws(StorageError) -> TomogramParticles? {
    let group = TomogramPaths.particles
    let table = TomogramPaths.particleTable
    guard exists(group) else { return nil }
    let labels = try read(Int32.self, at: "\(group)/label")
    guard labels.shape.count == 3 else {
      throw StorageError(
        "an array of three indices was expected, there is \(labels.shape)",
        file: path,
        path: "\(group)/label"
      )
    }
    var columns: [TomogramParticles.Column] = []
    for name in try children(of: table).sorted() {
      let path = "\(table)/\(name)"
      let kind: TomogramParticles.Column.Kind =
        switch try summary(of: path).type {
        case .uint8: .flag
        case .int32: .whole
        default: .real
        }
      let values: [Double]
      switch kind {
      case .real: values = try read(Double.self, at: path).values
      case .whole: values = try read(Int32.self, at: path).values.map { Double($0) }
      case .flag: values = try read(UInt8.self, at: path).values.map { Double($0) }
      }
      columns.append(
        TomogramParticles.Column(
          name,
          unit: attributeText("units", of: path) ?? "1",
          attributeText("long_name", of: path) ?? name,
          kind: kind,
          values: values
        )
      )
    }
    // The rows' names first, whatever the order in the file.
    columns.sort { ($0.name == "id" ? 0 : 1, $0.name) < ($1.name == "id" ? 0 : 1, $1.name) }
    let pairs = try read(Int32.self, at: "\(group)/contacts").values
    return TomogramParticles(
      columns: columns,
      contacts: stride(from: 0, to: pairs.count - 1, by: 2).map { [pairs[$0], pairs[$0 + 1]] },
      labels: labels.values,
      extents: labels.shape,
      threshold: try readValue(at: "\(group)/threshold"),
      activePercent: try readValue(at: "\(group)/active_percent")
    )
  }
}
