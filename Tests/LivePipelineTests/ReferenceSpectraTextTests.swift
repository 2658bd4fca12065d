// SPDX-License-Identifier: BSD-3-Clause

import ChemicalMapping
import Foundation
import LivePipeline
import Testing

@Suite struct ReferenceSpectraTextTests {
  private func table(_ text: String, file: String = "refs/lfp.csv") throws -> ReferenceSpectraText {
    try ReferenceSpectraText(text, file: file)
  }

  @Test(arguments: [
    "energy_eV,LFP,FP\n700,1,2\n710.5,3,-4e-1\n",
    "\u{FEFF}Energy;LFP;FP\r\n700;1;2\r\n710,5;3;-0,4\r\n",
    "# made by somebody\n# energy\tLFP\tFP\n700\t1\t2\n710.5\t3\t-0.4\n",
    "% remark\nE  LFP   FP\n 700.0   1.0   2.0\n 710.5   3.0  -0.4\n\n",
    "! x\n// y\nenergy_keV, LFP, FP\n0.7, 1, 2\n0.7105, 3, -0.4\n",
  ])
  func columnsComeInManyForms(text: String) throws {
    let table = try table(text)
    #expect(table.names == ["LFP", "FP"])
    #expect(abs(table.energies[0] - 700) < 1e-9 && abs(table.energies[1] - 710.5) < 1e-9)
    #expect(table.values == [[1, 3], [2, -0.4]])
    #expect(table.unit == .relative)
  }

  @Test func namesComeFromTheHeadTheRemarksOrTheFile() throws {
    let bare = try table("700 1\n701 2\n")
    #expect(bare.names == ["lfp"])
    let several = try table("700 1 2\n701 2 3\n")
    #expect(several.names == ["spectrum_1", "spectrum_2"])
    let xas = try table(
      """
      *********************  X-ray Absorption Data  ********************
      *
      * Common name: FePO4
      * Edge: Fe L
      *
      700.00, 0.012
      701.00, 0.013
      """,
      file: "a.xas"
    )
    #expect(xas.names == ["FePO4"] && xas.values == [[0.012, 0.013]])
  }

  @Test func theUnitStandsInTheNames() throws {
    let table = try table("energy_eV,LiFePO4_per_um,FePO4_per_um\n700,1,2\n701,3,4\n")
    #expect(table.unit == .perMicrometer && table.names == ["LiFePO4", "FePO4"])
    #expect(try self.table("E,a (1/um),b\n700,1,2\n701,3,4\n").unit == .relative)
  }

  @Test(arguments: [
    ("700,1\n701,x\n", "refs/lfp.csv, line 2: \"x\" in column 2 is no number"),
    ("700,1\n701,2,3\n", "line 2: there are 3 columns; expected 2"),
    ("700\n701\n", "line 1: there is one column"),
    ("energy,a\n700,1\n", "there are 1 lines of numbers"),
    ("", "there are 0 lines of numbers"),
    ("-700,1\n701,2\n", "line 1: -700.0 is no photon energy"),
    ("700,1\n701,\n", "line 2: \"\" in column 2 is no number"),
    ("700,nan\n701,2\n", "line 1"),
  ])
  func whatIsWrongIsSaidWithItsLine(text: String, words: String) {
    do {
      _ = try table(text)
      Issue.record("\(text) was read")
    } catch {
      #expect("\(error)".contains(words), "\(error)")
    }
  }
}
