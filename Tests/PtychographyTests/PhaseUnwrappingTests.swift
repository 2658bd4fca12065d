// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Imaging
import Ptychography
import Testing

@Suite struct PhaseUnwrappingTests {
  /// What scikit-image made of a noisy phase of four turns (Tests/References/unwrap_phase.py).
  private struct Reference {
    static let shape = Shape2D(square: 56)
    var phase = Image(shape: shape)
    var quality = Image(shape: shape)
    var turns = [Int?](repeating: nil, count: shape.count)
    var truth = Image(shape: shape)

    init() throws {
      let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "References/unwrap_phase.txt")
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        let numbers = line.split(separator: " ").compactMap { Double($0) }
        let i = Int(numbers[0]) * Self.shape.columns + Int(numbers[1])
        phase.values[i] = Float(numbers[2])
        quality.values[i] = 1
        turns[i] = Int(numbers[3])
        truth.values[i] = Float(numbers[4])
      }
    }
  }

  @Test func aNoisyPhaseOfFourTurnsIsUnwrappedAsByScikitImage() throws {
    let reference = try Reference()
    #expect((reference.truth.values.min() ?? 0) < -6 * .pi)
    // Where the true phase is about 0 is what the sample leaves free.
    let isVacuum = reference.truth.values.indices.map {
      reference.quality.values[$0] > 0 && abs(reference.truth.values[$0]) < 0.05
    }
    let unwrapped = unwrappedPhase(
      reference.phase,
      quality: reference.quality,
      isReference: isVacuum
    )
    let lit = reference.turns.indices.filter { reference.turns[$0] != nil }
    let own = lit.map {
      Int(((unwrapped.values[$0] - reference.phase.values[$0]) / (2 * .pi)).rounded())
    }
    let differences = zip(lit, own).map { $1 - (reference.turns[$0] ?? 0) }
    let shared = differences.sorted()[differences.count / 2]
    #expect(differences.count { $0 != shared } <= lit.count / 200)
    // Vacuum is at 0, all else follows.
    let wrong = lit.count { abs(unwrapped.values[$0] - reference.truth.values[$0]) > 2 }
    #expect(wrong <= lit.count / 200)
    // Modulo whole turns nothing changes, and unlit pixels are 0.
    for i in unwrapped.values.indices {
      guard reference.turns[i] != nil else {
        #expect(unwrapped.values[i] == 0)
        continue
      }
      let turns = (unwrapped.values[i] - reference.phase.values[i]) / (2 * .pi)
      #expect(abs(turns - turns.rounded()) < 1e-5)
    }
  }

  @Test func partsThatDoNotTouchEachLieNearestToZero() {
    let shape = Shape2D(rows: 20, columns: 41)
    var truth = Image(shape: shape)
    var quality = Image(shape: shape)
    for row in 0..<20 {
      for column in 0..<41 where column != 20 {
        // A slope of three turns on either side, its vacuum at the outer edge.
        let distance = Float(column < 20 ? column : 40 - column)
        truth[row, column] = -max(0, distance - 4) * 1.25
        quality[row, column] = 1
      }
    }
    let phase = Image(
      shape: shape,
      values: truth.values.map { Complex64(modulus: 1, phase: $0).phase }
    )
    let isVacuum = truth.values.indices.map { quality.values[$0] > 0 && truth.values[$0] == 0 }
    let unwrapped = unwrappedPhase(phase, quality: quality, isReference: isVacuum)
    for i in truth.values.indices {
      #expect(abs(unwrapped.values[i] - truth.values[i]) < 1e-4)
    }
  }
}
