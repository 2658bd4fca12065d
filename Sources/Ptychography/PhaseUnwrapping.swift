// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// Adds the whole turns that a wrapped phase lacks, the surest pixels first.
///
/// Neighbours are joined in the order of the reliability of the pair, the inverse of their second
/// differences (Herráez, Burton, Lalor and Gdeisat, Appl. Opt. 41, 7437 (2002),
/// doi 10.1364/AO.41.007437), so that noise and true discontinuities are crossed last. Each pixel
/// keeps its phase modulo 2π exactly. Parts of the lit area that do not touch are unwrapped each by
/// itself: whole turns are then added so that the mean over the reference's pixels in it, or over
/// all of it where there are none, lies nearest to 0.
///
/// - Parameters:
///   - phase: The wrapped phase, [row, column], rad.
///   - quality: How far to trust each pixel, 0 to 1, same shape; where 0 a pixel is left out.
///   - isReference: Pixels whose phase is about 0, one for each pixel; none where empty.
/// - Returns: The phase with its whole turns, 0 where left out.
public func unwrappedPhase(
  _ phase: Image,
  quality: Image,
  isReference: [Bool] = []
) -> Image {
  precondition(quality.shape == phase.shape, "phase and quality differ in shape")
  precondition(isReference.isEmpty || isReference.count == phase.shape.count, "one for each pixel")
  let doubt = secondDifferences(phase, quality)
  var turns = TurnForest(count: phase.shape.count)
  for edge in edges(doubt, quality) { turns.join(edge.from, edge.to, phase.values) }
  return turns.unwrapped(phase, quality, isReference)
}

/// The angle less its whole turns, −π to π.
private func wrapped(_ angle: Float) -> Float {
  angle - 2 * .pi * (angle / (2 * .pi)).rounded()
}

/// The second differences of each pixel, over its quality; as large as they can be at borders.
private func secondDifferences(_ phase: Image, _ quality: Image) -> [Float] {
  let (rows, columns) = (phase.shape.rows, phase.shape.columns)
  let directions = [(0, 1), (1, 0), (1, 1), (1, -1)]
  var result = [Float](repeating: 0, count: phase.shape.count)
  for row in 0..<rows {
    for column in 0..<columns where quality[row, column] > 0 {
      var sum: Float = 0
      for (down, right) in directions {
        let (r0, c0, r1, c1) = (row - down, column - right, row + down, column + right)
        guard r0 >= 0, r1 < rows, min(c0, c1) >= 0, max(c0, c1) < columns,
          quality[r0, c0] > 0, quality[r1, c1] > 0
        else {
          sum += 4 * .pi * .pi
          continue
        }
        let here = phase[row, column]
        let difference = wrapped(phase[r0, c0] - here) - wrapped(here - phase[r1, c1])
        sum += difference * difference
      }
      result[row * columns + column] = sum.squareRoot() / max(quality[row, column], 0.01)
    }
  }
  return result
}

private struct Edge {
  var from: Int
  var to: Int
}

/// All pairs of lit neighbours, the surest first.
private func edges(_ doubt: [Float], _ quality: Image) -> [Edge] {
  let (rows, columns) = (quality.shape.rows, quality.shape.columns)
  // Doubts are positive, so that their bits have their order; the edge's number makes it unique.
  var keys: [UInt64] = []
  keys.reserveCapacity(2 * quality.shape.count)
  for row in 0..<rows {
    for column in 0..<columns where quality[row, column] > 0 {
      let i = row * columns + column
      if column + 1 < columns, quality.values[i + 1] > 0 {
        keys.append(UInt64((doubt[i] + doubt[i + 1]).bitPattern) << 32 | UInt64(2 * i))
      }
      if row + 1 < rows, quality.values[i + columns] > 0 {
        keys.append(UInt64((doubt[i] + doubt[i + columns]).bitPattern) << 32 | UInt64(2 * i + 1))
      }
    }
  }
  keys.sort()
  return keys.map { key in
    let number = Int(key & 0xFFFF_FFFF)
    return Edge(from: number / 2, to: number / 2 + (number.isMultiple(of: 2) ? 1 : columns))
  }
}

/// Groups of pixels whose whole turns against one another are known: each points to another of its
/// group, with the turns that it has more.
private struct TurnForest {
  private var parent: [Int32]
  private var turns: [Int32]
  private var size: [Int32]

  init(count: Int) {
    parent = (0..<Int32(count)).map { $0 }
    turns = [Int32](repeating: 0, count: count)
    size = [Int32](repeating: 1, count: count)
  }

  /// The pixel that stands for a group, and the turns that a pixel has more than that.
  private mutating func root(of pixel: Int) -> (pixel: Int, turns: Int32) {
    var top = pixel
    var total: Int32 = 0
    while Int(parent[top]) != top {
      total += turns[top]
      top = Int(parent[top])
    }
    var (place, rest) = (pixel, total)
    while place != top {
      let next = Int(parent[place])
      let own = turns[place]
      (parent[place], turns[place]) = (Int32(top), rest)
      rest -= own
      place = next
    }
    return (top, total)
  }

  /// Joins the groups of two neighbours so that their phases differ by less than half a turn.
  mutating func join(_ a: Int, _ b: Int, _ phase: [Float]) {
    let first = root(of: a)
    let second = root(of: b)
    guard first.pixel != second.pixel else { return }
    let own = Int32(((phase[a] - phase[b]) / (2 * .pi)).rounded())
    let difference = first.turns + own - second.turns
    let (larger, smaller, more) =
      size[first.pixel] >= size[second.pixel]
      ? (first.pixel, second.pixel, difference) : (second.pixel, first.pixel, -difference)
    parent[smaller] = Int32(larger)
    turns[smaller] = more
    size[larger] += size[smaller]
  }

  mutating func unwrapped(_ phase: Image, _ quality: Image, _ isReference: [Bool]) -> Image {
    struct Mean {
      var sum = 0.0
      var count = 0.0
    }
    var result = Image(shape: phase.shape)
    var whole: [Int: Mean] = [:]
    var reference: [Int: Mean] = [:]
    var roots = [Int](repeating: 0, count: phase.values.count)
    for i in phase.values.indices where quality.values[i] > 0 {
      let (top, count) = root(of: i)
      roots[i] = top
      let value = phase.values[i] + 2 * .pi * Float(count)
      result.values[i] = value
      whole[top, default: Mean()].sum += Double(value)
      whole[top, default: Mean()].count += 1
      if !isReference.isEmpty, isReference[i] {
        reference[top, default: Mean()].sum += Double(value)
        reference[top, default: Mean()].count += 1
      }
    }
    let offsets = whole.reduce(into: [Int: Float]()) { offsets, group in
      let mean = reference[group.key] ?? group.value
      offsets[group.key] = Float(-2 * Double.pi * (mean.sum / mean.count / (2 * .pi)).rounded())
    }
    for i in phase.values.indices where quality.values[i] > 0 {
      result.values[i] += offsets[roots[i]] ?? 0
    }
    return result
  }
}
