// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// What the shifts of a series say of the stage and of the rotation axis.
///
/// Least squares, in rows and columns apart, of the sample's displacement in the recorded images (the
/// negative of the shifts that were applied) in the order of acquisition:
///
///     rows(t, n)    = y + drift · n + wobble: a cos t + b sin t
///     columns(t, n) = x cos t + z sin t + axis + drift · n + wobble: c cos 2t + d sin 2t
///
/// with n the place in the order of acquisition from −1/2 to 1/2. x and z are where the sample stands
/// from the axis, which no projection tells from wobble of the same period; `axis` is where the axis
/// stands from the middle of the images. What is left is jitter. A term that the ones before it can
/// stand for is left out: in a series taken angle by angle a horizontal drift looks like a
/// displaced sample, and only tilts in another order tell them apart.
public struct StageMotion: Hashable, Sendable {
  /// One tilt's displacement and what it is made of, pixels.
  public struct Entry: Hashable, Sendable {
    /// The tilt.
    public var tilt: TiltAngle
    /// Where the sample was displaced to in the recorded image.
    public var displacement: PixelShift
    /// The part that grows evenly with time.
    public var drift: PixelShift
    /// The part that repeats with every turn.
    public var wobble: PixelShift
    /// The part that belongs to where the sample stands and to the axis.
    public var place: PixelShift
    /// What none of them explains.
    public var jitter: PixelShift
  }

  /// All tilts, in the order of acquisition.
  public let entries: [Entry]
  /// How far the sample went from the first tilt to the last, pixels; zero along an axis where the
  /// order of the tilts does not tell.
  public let drift: PixelShift
  /// One standard deviation of it, as the jitter lets expect, pixels; infinite where it was left out.
  public let driftError: PixelShift
  /// How far the rotation axis stands to the right of the images' middle, pixels.
  public let axisOffset: Double
  /// One standard deviation of `axisOffset`, as the jitter lets expect, pixels; infinite where the tilts
  /// do not tell the axis from the sample's place.
  public let axisOffsetError: Double
  /// The RMS of the jitter, pixels.
  public let jitter: PixelShift

  /// Takes a series of shifts apart.
  ///
  /// - Parameters:
  ///   - shifts: What was applied to each projection, in the order of acquisition, pixels.
  ///   - tilts: Their tilts, as many.
  ///   - places: Their places in the order of acquisition where some are left out; 0, 1, … if nil.
  public init(shifts: [PixelShift], tilts: [TiltAngle], places: [Int]? = nil) {
    let places = places ?? Array(tilts.indices)
    precondition(
      shifts.count == tilts.count && places.count == tilts.count,
      "shifts, tilts and places differ in number"
    )
    let displacements = shifts.map { PixelShift.zero - $0 }
    let first = places.min() ?? 0
    let length = Double(max(1, (places.max() ?? 0) - first))
    let factors = tilts.indices.map { tilt in
      Factors(tilt: tilts[tilt].radians, time: Double(places[tilt] - first) / length - 0.5)
    }
    let rows = Fit(factors.map(\.rows), displacements.map(\.rows))
    let columns = Fit(factors.map(\.columns), displacements.map(\.columns))
    entries = tilts.indices.map { i in
      let (v, u) = (rows.parts(factors[i].rows), columns.parts(factors[i].columns))
      let place = PixelShift(rows: v[0], columns: u[0] + u[1] + u[2])
      let drift = PixelShift(rows: v[1], columns: u[3])
      let wobble = PixelShift(rows: v[2] + v[3], columns: u[4] + u[5])
      return Entry(
        tilt: tilts[i],
        displacement: displacements[i],
        drift: drift,
        wobble: wobble,
        place: place,
        jitter: displacements[i] - place - drift - wobble
      )
    }
    drift = PixelShift(rows: rows.solution[1], columns: columns.solution[3])
    driftError = PixelShift(rows: rows.error(of: 1), columns: columns.error(of: 3))
    axisOffset = columns.solution[2]
    axisOffsetError = columns.error(of: 2)
    jitter = PixelShift(rows: rows.deviation, columns: columns.deviation)
  }

  /// What each unknown of a tilt is multiplied with.
  private struct Factors {
    let rows: [Double]
    let columns: [Double]

    init(tilt: Double, time: Double) {
      rows = [1, time, cosine(tilt), sine(tilt)]
      columns = [cosine(tilt), sine(tilt), 1, time, cosine(2 * tilt), sine(2 * tilt)]
    }
  }

  /// Least squares in those unknowns that the tilts determine, taken in their order: one whose factor
  /// the ones before it explain to 95 % is left out, and is part of theirs.
  private struct Fit {
    private(set) var solution: [Double]
    private(set) var deviation = 0.0
    private var errors: [Double]

    init(_ factors: [[Double]], _ values: [Double]) {
      let size = factors.first?.count ?? 6
      solution = [Double](repeating: 0, count: size)
      errors = [Double](repeating: .infinity, count: size)
      var chosen: [Int] = []
      for unknown in 0..<size {
        let column = factors.map { $0[unknown] }
        let left = Self.residuals(
          of: column,
          by: Self.solve(factors, column, chosen),
          factors,
          chosen
        )
        let power = column.reduce(0) { $0 + $1 * $1 }
        if power > 0, left.reduce(0, { $0 + $1 * $1 }) > 0.05 * power { chosen.append(unknown) }
      }
      let system = Self.system(factors, values, chosen)
      guard let found = system.solution(), let inverse = system.inverse() else { return }
      let left = Self.residuals(of: values, by: found, factors, chosen)
      deviation = (left.reduce(0) { $0 + $1 * $1 } / Double(max(1, values.count))).squareRoot()
      for (place, unknown) in chosen.enumerated() {
        solution[unknown] = found[place]
        errors[unknown] = deviation * inverse[place][place].squareRoot()
      }
    }

    func parts(_ factors: [Double]) -> [Double] { zip(factors, solution).map { $0 * $1 } }

    /// One standard deviation of an unknown; infinite where it was left out.
    func error(of unknown: Int) -> Double { errors[unknown] }

    private static func system(
      _ factors: [[Double]],
      _ values: [Double],
      _ chosen: [Int]
    ) -> LinearSystem {
      var system = LinearSystem(size: chosen.count)
      for (row, value) in zip(factors, values) { system.add(chosen.map { row[$0] }, value: value) }
      return system
    }

    private static func solve(
      _ factors: [[Double]],
      _ values: [Double],
      _ chosen: [Int]
    ) -> [Double] {
      guard !chosen.isEmpty else { return [] }
      return system(factors, values, chosen).solution()
        ?? [Double](repeating: 0, count: chosen.count)
    }

    private static func residuals(
      of values: [Double],
      by solution: [Double],
      _ factors: [[Double]],
      _ chosen: [Int]
    ) -> [Double] {
      zip(factors, values).map { row, value in
        value - zip(chosen, solution).reduce(0) { $0 + row[$1.0] * $1.1 }
      }
    }
  }
}
