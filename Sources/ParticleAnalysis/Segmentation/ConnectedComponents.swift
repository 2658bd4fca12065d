// SPDX-License-Identifier: BSD-3-Clause

extension VoxelMask {
  /// Numbers the connected parts of the chosen voxels, in the order of their first voxels.
  ///
  /// Two passes with a forest of equivalent labels (Rosenfeld and Pfaltz, J. ACM 13, 471 (1966), doi
  /// 10.1145/321356.321357; path halving as Tarjan and van Leeuwen, J. ACM 31, 245 (1984)).
  ///
  /// - Parameter connectivity: Which voxels count as neighbours.
  /// - Returns: The parts; 0 where nothing is chosen.
  public func components(_ connectivity: Connectivity = .faces) -> LabelVolume {
    let before = Neighborhood(grid, connectivity, backward: true)
    var labels = [Int32](repeating: 0, count: grid.count)
    var forest = DisjointSets()
    for index in values.indices where values[index] {
      var label: Int32 = 0
      before.forEach(of: index) { neighbor in
        let other = labels[neighbor]
        guard other > 0 else { return }
        label = label == 0 ? other : Int32(forest.join(Int(label), Int(other)))
      }
      labels[index] = label > 0 ? label : Int32(forest.add())
    }
    // Roots are the smallest of their sets, so that they come in the order of first voxels.
    var numbers = [Int32](repeating: 0, count: forest.count)
    var next: Int32 = 0
    for label in numbers.indices.dropFirst() where forest.root(of: label) == label {
      next += 1
      numbers[label] = next
    }
    for index in labels.indices where labels[index] > 0 {
      labels[index] = numbers[forest.root(of: Int(labels[index]))]
    }
    return LabelVolume(grid: grid, values: labels)
  }

  /// Takes away connected parts of fewer voxels.
  ///
  /// - Parameters:
  ///   - fewest: The voxels of the smallest part that stays.
  ///   - connectivity: Which voxels count as neighbours.
  /// - Returns: What stays.
  public func removingParts(
    smallerThan fewest: Int,
    _ connectivity: Connectivity = .faces
  ) -> VoxelMask {
    let labels = components(connectivity)
    let sizes = labels.sizes
    return VoxelMask(
      grid: grid,
      values: labels.values.map { $0 > 0 && sizes[Int($0)] >= fewest }
    )
  }
}

/// Numbers that are joined into sets; 0 stands for none.
struct DisjointSets {
  private var parents: [Int] = [0]

  /// How many numbers there are, 0 included.
  var count: Int { parents.count }

  /// Adds a set of one number.
  mutating func add() -> Int {
    parents.append(parents.count)
    return parents.count - 1
  }

  /// The smallest number of a set.
  mutating func root(of number: Int) -> Int {
    var number = number
    while parents[number] != number {
      parents[number] = parents[parents[number]]
      number = parents[number]
    }
    return number
  }

  /// Makes one set of two; returns its smallest number.
  @discardableResult
  mutating func join(_ a: Int, _ b: Int) -> Int {
    let (a, b) = (root(of: a), root(of: b))
    parents[max(a, b)] = min(a, b)
    return min(a, b)
  }
}
