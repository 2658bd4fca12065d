// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// Writes words for people: one line on standard error.
func say(_ words: String) {
  FileHandle.standardError.write(Data("\(words)\n".utf8))
}

/// Runs the cases whose name contains the pattern; figures go to standard output as JSON lines.
///
/// A case that fails is told on standard error, does not stop the others, and makes the answer
/// false.
func runBenchmarks(_ cases: [BenchmarkCase], only pattern: String) -> Bool {
  let chosen = cases.filter { pattern.isEmpty || $0.name.contains(pattern) }
  if chosen.isEmpty {
    say("nothing matches ONLY=\(pattern); there is: " + cases.map(\.name).joined(separator: ", "))
    return false
  }
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  var whole = true
  for benchmark in chosen {
    say("\(benchmark.name) ...")
    do {
      for result in try benchmark.run() {
        FileHandle.standardOutput.write(try encoder.encode(result) + Data("\n".utf8))
        let figure = result.value.formatted(.number.precision(.significantDigits(4)))
        say("  \(result.name): \(figure) \(result.unit)  (\(result.detail))")
        if let miss = result.miss {
          say("  MISSED: \(result.name) is to be \(miss) \(result.unit)")
        }
      }
    } catch {
      say("  failed: \(error)")
      whole = false
    }
  }
  return whole
}
