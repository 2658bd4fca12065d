// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import HDF5Storage
import TestSupport
import Testing

/// Runs the Python in Docs/HowTo/ReconstructATomogram.md against a tomogram whose truth is known.
@Suite struct ProjectionExampleTests {
  private static let document = "Docs/HowTo/ReconstructATomogram.md"

  /// The document's blocks of Python, in order.
  private static let blocks: [String] = (Repository.text(of: document) ?? "")
    .components(separatedBy: "```python\n").dropFirst()
    .map { $0.components(separatedBy: "```")[0] }

  private func run(_ blocks: ArraySlice<String>, _ check: String) throws -> String {
    let scratch = try TemporaryFolder()
    var record = LopsidedSeries(side: 48).record
    record.accepted[40] = false
    try writeTomogram(record, to: scratch.file("tomogram.h5"))
    let script = "import os, sys\nos.chdir(sys.argv[1])\n" + blocks.joined() + check
    return try PythonInterpreter.run(script, scratch.path)
  }

  @Test func fiveLinesAreEnough() throws {
    let first = try #require(Self.blocks.first)
    #expect(first.split(separator: "\n").count == 5)
    #expect(Self.blocks.count == 2)
  }

  @Test(.enabled(if: PythonInterpreter.has("h5py"), "python3 with h5py is not installed"))
  func h5pyReadsProjectionsAndAngles() throws {
    let printed = try run(
      Self.blocks.prefix(1),
      "print(projections.shape, len(angles), round(angles[0], 6), round(angles[39] - angles[38], 6))"
    )
    #expect(printed == "(40, 48, 48) 40 -1.396263 0.069813\n")
  }

  @Test(.enabled(if: PythonInterpreter.has("h5py, astra"), "python3 with astra is not installed"))
  func astraFindsTheSameSliceWithTheSameHand() throws {
    let printed = try run(
      Self.blocks.prefix(2),
      """
      with h5py.File("tomogram.h5") as file:
          ours = file["entry/volume_0/data"][:, :, row].T
      def agreement(a): return np.corrcoef(a.ravel(), ours.ravel())[0, 1]
      print(agreement(slice_zx), agreement(slice_zx[::-1]), agreement(slice_zx[:, ::-1]))
      """
    )
    let agreements = printed.split { $0.isWhitespace }.compactMap { Double($0) }
    try #require(agreements.count == 3, "\(printed)")
    #expect(agreements[0] > 0.98, "\(printed)")
    #expect(agreements[1] < 0.7 && agreements[2] < 0.7, "\(printed)")
  }
}
