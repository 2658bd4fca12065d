// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import HDF5Storage
import TestSupport
import Testing

@Suite struct TomogramParticlesTests {
  let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  static let particles = TomogramParticles(
    columns: [
      TomogramParticles.Column("id", "label of its voxels", kind: .whole, values: [1, 2]),
      TomogramParticles.Column("is_bunch", "no plate", kind: .flag, values: [0, 1]),
      TomogramParticles.Column("volume", unit: "nm^3", "volume", values: [160_000.5, .nan]),
    ],
    contacts: [[1, 2]],
    labels: (0..<24).map { Int32($0 % 3) },
    extents: [3, 4, 2],
    threshold: 0.03,
    activePercent: 15
  )

  @Test func particlesComeBackExactly() throws {
    let path = scratch.file("tomogram.h5")
    var record = TomogramFileTests.record
    record.particles = Self.particles
    try writeTomogram(record, to: path)
    let back = try #require(try readTomogram(path).particles)
    #expect(back.labels == Self.particles.labels && back.extents == [3, 4, 2])
    #expect(back.contacts == [[1, 2]])
    #expect(back.threshold == 0.03 && back.activePercent == 15)
    #expect(back.columns.map(\.name) == ["id", "is_bunch", "volume"])
    #expect(back.columns.map(\.kind) == [.whole, .flag, .real])
    #expect(back.columns[2].unit == "nm^3" && back.columns[2].meaning == "volume")
    #expect(back["volume"][0] == 160_000.5 && back["volume"][1].isNaN)
    #expect(back["nothing"].isEmpty)
    #expect(try readTomogram(path).chemistry == record.chemistry)
  }

  @Test func aTomogramWithoutParticlesHasNone() throws {
    let path = scratch.file("tomogram.h5")
    try writeTomogram(TomogramFileTests.record, to: path)
    #expect(try readTomogram(path).particles == nil)
  }

  @Test func noParticlesAreATableWithoutRows() throws {
    let path = scratch.file("tomogram.h5")
    var record = TomogramFileTests.record
    var empty = Self.particles
    for column in empty.columns.indices { empty.columns[column].values = [] }
    empty.contacts = []
    record.particles = empty
    try writeTomogram(record, to: path)
    let back = try #require(try readTomogram(path).particles)
    #expect(back.count == 0 && back.contacts.isEmpty && back.columns.count == 3)
  }

  @Test(.enabled(if: PythonInterpreter.hasH5py, "python3 with h5py is not installed"))
  func h5pyReadsTheTableByItsNames() throws {
    let path = scratch.file("tomogram.h5")
    var record = TomogramFileTests.record
    (record.volumes, record.projections, record.coverage) = ([], [], [])
    (record.chemistry, record.particles) = (nil, Self.particles)
    try writeTomogram(record, to: path)
    let script = """
      import h5py, sys
      f = h5py.File(sys.argv[1])
      g = f["/entry/particles"]
      print(f["/entry"].attrs["default"], g.attrs["signal"], list(g.attrs["axes"]))
      print(g["label"].dtype, g["label"].shape, g["label"][1, 2, 1])
      t = g["table"]
      print(t.attrs["NX_class"], t["id"][:].tolist(), t["volume"].attrs["units"])
      """
    let text = try PythonInterpreter.run(script, path)
    let lines = text.split(separator: "\n").map(String.init)
    #expect(
      lines == [
        "particles label ['x', 'z', 'y']", "int32 (3, 4, 2) 1", "NXdata [1, 2] nm^3",
      ]
    )
  }
}
