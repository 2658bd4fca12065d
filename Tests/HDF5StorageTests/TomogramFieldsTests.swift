// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import TestSupport
import Testing

/// What a tomogram may hold besides its projections and volumes.
@Suite struct TomogramFieldsTests {
  let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  private static var full: TomogramRecord {
    var record = TomogramFileTests.record
    record.quantity = "signal"
    record.confidence = [0.9, 0.4]
    record.imageRotations = [0.25, -0.5]
    record.imageScales = [1.001, 0.999]
    record.energyShifts = [
      [PixelShift(rows: 0, columns: 0), PixelShift(rows: 0, columns: 0)],
      [PixelShift(rows: 0.25, columns: -0.5), PixelShift(rows: 1, columns: 2)],
    ]
    // The second energy was left after two of three sweeps.
    record.sweepResiduals = [[0.5, 0.25, 0.125], [0.75, 0.5]]
    record.axis = RotationAxis(tilt: 1.5, offset: -3.25)
    record.resolution = [
      TomogramResolution(
        energyIndex: 0,
        frequencies: [0.125, 0.25],
        correlations: [1, 0.5],
        halfBitThreshold: [0.75, 0.25],
        shellCounts: [6, 30],
        tilts: [1, 1],
        halfPeriodAtHalfBit: Length(nanometers: 8),
        halfPeriodAtOneHalf: Length(nanometers: 4)
      )
    ]
    return record
  }

  @Test func everyFieldComesBack() throws {
    let path = scratch.file("full.h5")
    let record = Self.full
    try writeTomogram(record, to: path)
    let back = try readTomogram(path)
    #expect(back.quantity == record.quantity)
    #expect(back.confidence == record.confidence)
    #expect(back.imageRotations == record.imageRotations)
    #expect(back.imageScales == record.imageScales)
    #expect(back.energyShifts == record.energyShifts)
    #expect(back.sweepResiduals == record.sweepResiduals)
    #expect(back.axis == record.axis)
    #expect(back.resolution == record.resolution)
  }

  @Test func aFileOfTheFirstVersionIsReadWithoutThem() throws {
    let path = scratch.file("old.h5")
    try writeTomogram(TomogramFileTests.record, to: path)
    let file = try StorageFile(updating: path)
    try file.remove("/entry/quantity")
    try file.close()
    let back = try readTomogram(path)
    #expect(back.quantity == "optical density")
    #expect(back.confidence.isEmpty && back.imageRotations.isEmpty && back.imageScales.isEmpty)
    #expect(back.energyShifts.isEmpty && back.sweepResiduals.isEmpty)
    #expect(back.axis == nil && back.resolution.isEmpty)
    #expect(back.volumes == TomogramFileTests.record.volumes)
  }

  @Test(.enabled(if: PythonInterpreter.hasH5py, "python3 with h5py is not installed"))
  func h5pyFindsUnitsAndPlotsEverywhere() throws {
    let path = scratch.file("full.h5")
    try writeTomogram(Self.full, to: path)
    let printed = try PythonInterpreter.run(
      """
      import h5py, sys
      f = h5py.File(sys.argv[1])
      bare, plots = [], []
      def look(name, o):
        if isinstance(o, h5py.Dataset):
          if o.dtype.kind in 'iuf' and 'units' not in o.attrs: bare.append(name)
        elif o.attrs.get('NX_class') == 'NXdata':
          signal = o[o.attrs['signal']]
          assert signal.shape == tuple(len(o[a]) for a in o.attrs['axes']), name
          plots.append(name)
      f.visititems(look)
      print(bare, len(plots), f['entry/volume_0/data'].attrs['long_name'])
      """,
      path
    )
    #expect(printed == "[] 8 signal per voxel\n")
  }
}
