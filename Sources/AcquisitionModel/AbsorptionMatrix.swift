// SPDX-License-Identifier: BSD-3-Clause

/// How strongly each pure phase absorbs at each of the two energies, per micrometre of it.
///
/// Rows are energies (first, second), columns LiFePO₄ and FePO₄ (Yu et al. 2018, Methods).
public struct AbsorptionMatrix: Hashable, Sendable {
  /// LiFePO₄ at the first energy, per µm.
  public var lithiatedAtFirst: Double
  /// FePO₄ at the first energy, per µm.
  public var delithiatedAtFirst: Double
  /// LiFePO₄ at the second energy, per µm.
  public var lithiatedAtSecond: Double
  /// FePO₄ at the second energy, per µm.
  public var delithiatedAtSecond: Double

  /// Makes a matrix from its rows, [[LFP, FP] at the first, [LFP, FP] at the second energy].
  public init(rows: [[Double]]) {
    precondition(rows.count == 2 && rows.allSatisfy { $0.count == 2 }, "the matrix is 2 x 2")
    lithiatedAtFirst = rows[0][0]
    delithiatedAtFirst = rows[0][1]
    lithiatedAtSecond = rows[1][0]
    delithiatedAtSecond = rows[1][1]
  }

  /// The matrix as rows, one for each energy.
  public var rows: [[Double]] {
    [[lithiatedAtFirst, delithiatedAtFirst], [lithiatedAtSecond, delithiatedAtSecond]]
  }

  /// Its determinant; zero where the two phases cannot be told apart.
  public var determinant: Double {
    lithiatedAtFirst * delithiatedAtSecond - delithiatedAtFirst * lithiatedAtSecond
  }
}
