// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// How a CXI file's `translation` becomes scan positions.
///
/// CXI's `basis_vectors` are the steps, in the laboratory frame, from one detector pixel to the
/// next along its slow (row) and fast (column) index, and `translation` is how far the *sample*
/// was moved in that frame. The probe moves over the sample the other way, hence
/// x = −translation · fast, y = −translation · slow, with both vectors of length one. Files of
/// the SHARP family have slow = (0, −1, 0) and fast = (−1, 0, 0), so that x = +translation[0]
/// and y = +translation[1]; the same plus signs hold where a file has no basis vectors.
public struct CXIAxes: Sendable, Hashable {
  /// From one column to the next in the laboratory frame, (x, y, z), of length one.
  public var fast: [Double]
  /// From one row to the next in the laboratory frame, (x, y, z), of length one.
  public var slow: [Double]

  /// The axes of SHARP's own files: rows and columns run against y and x.
  public static let sharp = CXIAxes(fast: [-1, 0, 0], slow: [0, -1, 0])

  /// Makes axes from two vectors of length one.
  public init(fast: [Double], slow: [Double]) {
    self.fast = fast
    self.slow = slow
  }

  /// Takes `basis_vectors` as stored; nil where they are zero or of another form.
  ///
  /// - Parameters:
  ///   - values: The elements, last index fastest.
  ///   - shape: [2, 3] with a vector in each row (slow, then fast), or [3, 2] with a vector in
  ///     each column.
  public init?(basisVectors values: [Double], shape: [Int]) {
    let vectors: [[Double]]
    switch shape {
    case [2, 3]: vectors = [Array(values[0..<3]), Array(values[3..<6])]
    case [3, 2]: vectors = (0..<2).map { [values[$0], values[$0 + 2], values[$0 + 4]] }
    default: return nil
    }
    let lengths = vectors.map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    guard lengths.allSatisfy({ $0.isFinite && $0 > 0 }) else { return nil }
    slow = vectors[0].map { $0 / lengths[0] }
    fast = vectors[1].map { $0 / lengths[1] }
  }

  /// Scan positions; about the middle of their bounding box, unless they are centred already.
  ///
  /// - Parameters:
  ///   - translations: [frame, component], metres.
  ///   - components: The number of components, 2 or 3.
  ///   - centered: Whether zero is the middle of the planned scan as the file stands.
  /// - Returns: The positions, [frame].
  public func positions(
    translations: [Double],
    components: Int,
    centered: Bool = false
  ) -> [ScanPosition] {
    let count = translations.count / max(components, 1)
    let raw = (0..<count).map { frame in
      var x = 0.0
      var y = 0.0
      for component in 0..<components {
        let value = translations[frame * components + component]
        x -= value * fast[component]
        y -= value * slow[component]
      }
      return ScanPosition(x: x, y: y)
    }
    guard !centered else { return raw }
    let xs = raw.map(\.x)
    let ys = raw.map(\.y)
    let middleX = ((xs.min() ?? 0) + (xs.max() ?? 0)) / 2
    let middleY = ((ys.min() ?? 0) + (ys.max() ?? 0)) / 2
    return raw.map { ScanPosition(x: $0.x - middleX, y: $0.y - middleY) }
  }
}
