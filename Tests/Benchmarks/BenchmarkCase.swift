// SPDX-License-Identifier: BSD-3-Clause

/// One figure that a benchmark measured.
struct BenchmarkResult: Codable {
  /// What was measured, in words separated by dots, such as "raar.iteration".
  let name: String
  /// The figure.
  let value: Double
  /// Its unit, "ms" or "frames/s" or "1" for a ratio.
  let unit: String
  /// The size of the problem and what else a reader needs to compare it.
  let detail: String
  /// What it is to be at most; nil where that is not agreed.
  var atMost: Double?
  /// What it is to be at least; nil where that is not agreed.
  var atLeast: Double?

  /// What it misses, in words; nil where it reaches what is agreed.
  var miss: String? {
    if let atMost, value > atMost { return "at most \(atMost)" }
    if let atLeast, value < atLeast { return "at least \(atLeast)" }
    return nil
  }

  enum CodingKeys: String, CodingKey {
    case name, value, unit, detail
    case atMost = "at_most"
    case atLeast = "at_least"
  }
}

/// Something that can be measured alone, chosen by its name.
struct BenchmarkCase {
  /// The name that `ONLY=` is matched with.
  let name: String
  /// Measures and returns one or more figures.
  let run: () throws -> [BenchmarkResult]
}

extension BenchmarkCase {
  /// The shortest of several runs of `body`, in milliseconds.
  ///
  /// The shortest is the run that other work on the machine disturbed least; the first one, which
  /// also warms caches, does not count.
  static func milliseconds(repeats: Int = 5, _ body: () throws -> Void) rethrows -> Double {
    try body()
    let clock = ContinuousClock()
    var shortest = Duration.seconds(Int64.max / 2)
    for _ in 0..<repeats {
      shortest = try min(shortest, clock.measure { try body() })
    }
    return shortest / .milliseconds(1)
  }

  /// The shortest times of several bodies that are run in turn, in milliseconds.
  ///
  /// In turn, so that a time in which the machine is slower is one for all of them.
  static func milliseconds(repeats: Int, _ bodies: [() -> Void]) -> [Double] {
    let clock = ContinuousClock()
    for body in bodies { body() }
    var shortest = [Duration](repeating: .seconds(Int64.max / 2), count: bodies.count)
    for _ in 0..<repeats {
      for k in bodies.indices { shortest[k] = min(shortest[k], clock.measure { bodies[k]() }) }
    }
    return shortest.map { $0 / .milliseconds(1) }
  }
}
