// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import TestSupport
import Testing

@Suite struct TomogramFileTests {
  let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  static func volume(_ first: Float) -> Volume {
    Volume(sizeX: 3, sizeZ: 4, sizeY: 2, values: (0..<24).map { first + Float($0) / 8 })
  }

  static func stack(_ first: Float) -> ImageStack {
    ImageStack(
      count: 2,
      shape: Shape2D(rows: 2, columns: 3),
      values: (0..<12).map { first - Float($0) / 4 }
    )
  }

  static let record = TomogramRecord(
    name: "plates µ",
    voxelSize: Length(nanometers: 6.7),
    tilts: [TiltAngle(degrees: -80), TiltAngle(degrees: 77)],
    energies: [PhotonEnergy(electronVolts: 708.2), PhotonEnergy(electronVolts: 710.2)],
    projections: [stack(1), stack(2)],
    coverage: [stack(3), stack(4)],
    volumes: [volume(1), volume(2)],
    shifts: [PixelShift(rows: 0.5, columns: -1.25), PixelShift(rows: 3, columns: 4)],
    residuals: [[0.1, 0.2], [0.3, 0.4]],
    accepted: [true, false],
    chemistry: TomogramChemistry(
      lithiated: volume(5),
      delithiated: volume(6),
      composition: volume(7),
      compositionError: volume(9),
      polarAngle: volume(8),
      phaseLabel: Volume(sizeX: 3, sizeZ: 4, sizeY: 2, values: (0..<24).map { Float($0 % 4) }),
      figures: ChemistryFigures(
        energies: [PhotonEnergy(electronVolts: 708.2), PhotonEnergy(electronVolts: 710.2)],
        noise: [0.003, 0.004],
        noiseCorrelationLength: 1.2,
        minimumIron: 0.02,
        stateOfCharge: 0.162,
        stateOfChargeUncertainties: [0.001, 0.002],
        peaks: [(27.48, 0.93, 11.3), (65.0, 0.02, 13.9)].map {
          ChemistryFigures.Peak(
            angle: $0.0,
            angleError: 0.1,
            angleWidth: 4.2,
            composition: $0.1,
            compositionWidth: $0.2
          )
        }
      )
    ),
    parameters: "voxel_size_nm: 6.7",
    version: "0.1"
  )

  @Test func aTomogramComesBackExactly() throws {
    let path = scratch.file("tomogram.h5")
    try writeTomogram(Self.record, to: path)
    let back = try readTomogram(path)
    #expect(back.name == Self.record.name)
    #expect(back.voxelSize == Self.record.voxelSize)
    #expect(back.tilts == Self.record.tilts)
    #expect(back.energies == Self.record.energies)
    #expect(back.projections == Self.record.projections)
    #expect(back.coverage == Self.record.coverage)
    #expect(back.volumes == Self.record.volumes)
    #expect(back.shifts == Self.record.shifts)
    #expect(back.residuals == Self.record.residuals)
    #expect(back.accepted == Self.record.accepted)
    #expect(back.chemistry == Self.record.chemistry)
    #expect(back.parameters == Self.record.parameters)
    #expect(back.version == Self.record.version)
    #expect(scratch.names == ["tomogram.h5"])
  }

  @Test func anEmptyTomogramComesBack() throws {
    let path = scratch.file("empty.h5")
    try writeTomogram(
      TomogramRecord(name: "none", voxelSize: Length(nanometers: 1), tilts: [], energies: []),
      to: path
    )
    let back = try readTomogram(path)
    #expect(back.volumes.isEmpty && back.tilts.isEmpty && back.chemistry == nil)
  }

  @Test func volumesAreStoredAsTheyStandWithAxesAboutTheirMiddle() throws {
    let path = scratch.file("tomogram.h5")
    try writeTomogram(Self.record, to: path)
    let file = try StorageFile(reading: path)
    let data = try file.read(Float.self, at: "/entry/volume_0/data")
    #expect(data.shape == [3, 4, 2])
    #expect(data.values == Self.record.volumes[0].values)
    #expect(try file.read(Double.self, at: "/entry/volume_0/x").values == [-6.7, 0, 6.7])
    #expect(try file.read(Double.self, at: "/entry/volume_0/y").values == [-3.35, 3.35])
    #expect(file.attributeText("units", of: "/entry/volume_0/z") == "nm")
  }

  @Test func otherFilesAreNoTomograms() throws {
    let path = scratch.file("other.h5")
    let file = try StorageFile(creating: path)
    try file.close()
    #expect {
      _ = try readTomogram(path)
    } throws: { error in
      "\(error)".contains("this is no tomogram")
    }
  }

  @Test(.enabled(if: PythonInterpreter.hasH5py, "python3 with h5py is not installed"))
  func h5pyFollowsTheDefaultPlotAndFindsAUnitOnEveryNumber() throws {
    let path = scratch.file("tomogram.h5")
    try writeTomogram(Self.record, to: path)
    let printed = try PythonInterpreter.run(
      """
      import h5py, sys
      f = h5py.File(sys.argv[1])
      e = f[f.attrs['default']]; d = e[e.attrs['default']]
      print(d.name, d.attrs['NX_class'], d.attrs['signal'], list(d.attrs['axes']))
      print([d[a].shape[0] for a in d.attrs['axes']], d[d.attrs['signal']].shape)
      bare = []
      f.visititems(lambda n, o: bare.append(n) if isinstance(o, h5py.Dataset) and
        o.dtype.kind in 'iuf' and 'units' not in o.attrs else None)
      print(bare)
      """,
      path
    )
    #expect(
      printed == """
        /entry/chemistry NXdata composition ['x', 'z', 'y']
        [3, 4, 2] (3, 4, 2)
        []

        """
    )
  }

  @Test func anMRCFileHasColumnsAlongXAndSectionsAlongZ() throws {
    let path = scratch.file("volume.mrc")
    var volume = Volume(sizeX: 3, sizeZ: 4, sizeY: 2)
    volume[x: 2, z: 1, y: 1] = 8
    volume[x: 0, z: 3, y: 0] = -2
    volume[x: 0, z: 0, y: 0] = .nan
    try writeMRC(volume, voxelSize: Length(nanometers: 6.7), to: path, label: "OD at 708.2 eV")
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(bytes.count == 1024 + 4 * 24)
    func word(_ number: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[(number - 1) * 4 + $1]) << UInt32(8 * $1) }
    }
    func real(_ number: Int) -> Float { Float(bitPattern: word(number)) }
    #expect([word(1), word(2), word(3), word(4)] == [3, 2, 4, 2])
    #expect([word(8), word(9), word(10)] == [3, 2, 4])
    #expect([real(11), real(12), real(13)] == [201, 134, 268])  // Å
    #expect([real(14), real(15), real(16)] == [90, 90, 90])
    #expect([word(17), word(18), word(19)] == [1, 2, 3])
    #expect([real(20), real(21), real(22)] == [-2, 8, 0.25])
    #expect([word(23), word(24), word(28)] == [1, 0, 20140])
    #expect(bytes[208..<216] == [0x4D, 0x41, 0x50, 0x20, 0x44, 0x44, 0, 0])
    // Mean square 68/24, mean 1/4.
    #expect(abs(real(55) - (68.0 / 24 - 0.0625 as Float).squareRoot()) < 1e-6)
    #expect(word(56) == 1)
    #expect(String(decoding: bytes[224..<238], as: UTF8.self) == "OD at 708.2 eV")
    // The voxel (x, y, z) stands at (z · 2 + y) · 3 + x.
    #expect(real(257 + (1 * 2 + 1) * 3 + 2) == 8)
    #expect(real(257 + (3 * 2 + 0) * 3 + 0) == -2)
    #expect(real(257) == 0)
    #expect(scratch.names == ["volume.mrc"])
  }
}
