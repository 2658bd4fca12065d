// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import FourierTransform
import Imaging
import LivePipeline
import Ptychography

/// Our solver beside cdtools and pty-chi on one simulated scan, speed and error of the object.
///
/// The peers run once in a call, for twenty passes, with the threads that torch takes by itself;
/// the figures that need them share what came out.
final class PtychographyComparison {
  /// A peer's run.
  struct PeerRun {
    /// Seconds for a pass over all frames.
    var pass: Double
    /// The object's error after all passes.
    var error: Double
  }

  private static let passes = 20
  private static let threads = 2

  private let peers: PeerBenchmark
  private var scanSoFar: PeerScan?
  private var runs: [String: PeerRun] = [:]
  private let folder = FileManager.default.temporaryDirectory
    .appending(path: "tiltfold-peers-\(ProcessInfo.processInfo.processIdentifier)")

  init(peers: PeerBenchmark) {
    self.peers = peers
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The cases, each under the name of its figure.
  func cases() -> [BenchmarkCase] {
    [
      BenchmarkCase(name: "raar_vs_cdtools") { try self.speed(of: "cdtools") },
      BenchmarkCase(name: "raar_vs_ptychi") { try self.speed(of: "ptychi") },
      BenchmarkCase(name: "quality_vs_best_peer", run: quality),
      BenchmarkCase(name: "time_to_quality_vs_ptychi", run: timeToQuality),
      BenchmarkCase(name: "incremental_vs_batch", run: incremental),
    ]
  }

  // MARK: - Figures

  private func speed(of module: String) throws -> [BenchmarkResult] {
    guard let peer = try run(module) else { return [] }
    let scan = try scan()
    let crew = WorkerCrew(threads: Self.threads)
    defer { crew.end() }
    var solver = scan.solver(Self.raar, workers: crew)
    for pattern in scan.patterns { solver.add(pattern) }
    let ours = BenchmarkCase.milliseconds(repeats: 7) { solver.iterate(5) } / 5
    return [
      BenchmarkResult(
        name: "raar_vs_\(module)",
        value: 1000 * peer.pass / ours,
        unit: "1",
        detail: "225 frames of 128x128: a pass of \(module) \(words(1000 * peer.pass)) ms, a RAAR "
          + "iteration with probe refinement \(words(ours)) ms; two threads each"
      ),
      BenchmarkResult(
        name: "peer.\(module).epoch",
        value: 1000 * peer.pass,
        unit: "ms",
        detail: "225 frames of 128x128, object error \(words(peer.error)) after 20"
      ),
    ]
  }

  private func quality() throws -> [BenchmarkResult] {
    let found = try ["cdtools", "ptychi"].compactMap { name in
      try run(name).map { (name: name, error: $0.error) }
    }
    guard let best = found.min(by: { $0.error < $1.error }) else { return [] }
    let scan = try scan()
    var solver = scan.solver(Self.finest, workers: SerialWork())
    for pattern in scan.patterns { solver.add(pattern) }
    solver.iterate(Self.passes)
    let error = try scan.errors(of: [solver.transmission])[0]
    return [
      BenchmarkResult(
        name: "quality_vs_best_peer",
        value: error / best.error,
        unit: "1",
        detail: "object error \(words(error)) of \(Self.finestWords), \(words(best.error)) of "
          + "\(best.name); 20 passes each from the same start"
      )
    ]
  }

  private func timeToQuality() throws -> [BenchmarkResult] {
    guard let peer = try run("ptychi") else { return [] }
    let scan = try scan()
    var snapshots: [ComplexImage] = []
    var solver = scan.solver(Self.finest, workers: SerialWork())
    for pattern in scan.patterns { solver.add(pattern) }
    for _ in 0..<2 * Self.passes {
      solver.iterate(1)
      snapshots.append(solver.transmission)
    }
    // A few of them are enough to find the first that is good enough: errors fall steadily.
    let errors = try scan.errors(
      of: stride(from: 3, to: snapshots.count, by: 4).map { snapshots[$0] }
    )
    guard let place = errors.firstIndex(where: { $0 <= peer.error }) else {
      throw ComparisonFailure(
        description: "\(Self.finestWords) stays at \(words(errors.last ?? .nan)) after "
          + "\(snapshots.count) passes; pty-chi has \(words(peer.error)) after \(Self.passes)"
      )
    }
    let passes = 4 * (place + 1)
    var shortest = Double.infinity
    for _ in 0..<3 {
      var solver = scan.solver(Self.finest, workers: SerialWork())
      for pattern in scan.patterns { solver.add(pattern) }
      let begin = ContinuousClock.now
      solver.iterate(passes)
      shortest = min(shortest, (ContinuousClock.now - begin) / .seconds(1))
    }
    return [
      BenchmarkResult(
        name: "time_to_quality_vs_ptychi",
        value: Double(Self.passes) * peer.pass / shortest,
        unit: "1",
        detail: "pty-chi LSQML \(words(Double(Self.passes) * peer.pass)) s to an object error of "
          + "\(words(peer.error)); \(Self.finestWords) \(words(shortest)) s, \(passes) passes, to "
          + "\(words(errors[place])), on one thread"
      )
    ]
  }

  private func incremental() throws -> [BenchmarkResult] {
    let scan = try scan()
    let last = 100
    let crew = WorkerCrew(threads: Self.threads)
    defer { crew.end() }
    var objects: [ComplexImage] = []
    for batch in [scan.patterns.count, 9] {
      var solver = scan.solver(Self.raar, workers: crew)
      for (number, pattern) in scan.patterns.enumerated() {
        solver.add(pattern)
        if (number + 1).isMultiple(of: batch), number + 1 < scan.patterns.count {
          solver.iterate(Self.raar.iterationsPerBatch)
        }
      }
      solver.iterate(last)
      objects.append(solver.transmission)
    }
    let errors = try scan.errors(of: objects)
    return [
      BenchmarkResult(
        name: "incremental_vs_batch",
        value: errors[1] / errors[0],
        unit: "1",
        detail: "RAAR, object error \(words(errors[1])) with frames in batches of 9 and "
          + "\(Self.raar.iterationsPerBatch) iterations after each, \(words(errors[0])) with all at "
          + "once; \(last) iterations after the last frame each"
      )
    ]
  }

  // MARK: - What is compared

  /// The live engine at its defaults, on whole pixels as the peers have them.
  private static var raar: PtychographyParameters {
    var parameters = PtychographyParameters()
    parameters.subpixelSteps = 1
    return parameters
  }

  /// The settings that come nearest to the truth in few passes.
  private static var finest: PtychographyParameters {
    var parameters = raar
    parameters.engine = .epie
    parameters.pieRegularization = 1
    return parameters
  }

  private static var finestWords: String {
    "engine \(finest.engine.rawValue), pie_regularization \(finest.pieRegularization)"
  }

  // MARK: - What is shared

  private func scan() throws -> PeerScan {
    if let scanSoFar { return scanSoFar }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    if let path = Wisdom.defaultPath { Wisdom.load(from: path) }
    let scan = try PeerScan(peers: peers, folder: folder)
    if let path = Wisdom.defaultPath { try? Wisdom.save(to: path) }
    scanSoFar = scan
    return scan
  }

  /// A peer's run; nil, said in words, where it is not installed.
  private func run(_ module: String) throws -> PeerRun? {
    if let known = runs[module] { return known }
    guard peers.has(module) else { return nil }
    let script = "run_\(module).py"
    let rest = module == "ptychi" ? ["LSQML"] : []
    let output = try peers.run([script, try scan().data.path()] + rest + ["\(Self.passes)"])
    guard
      let pass = output.firstMatch(of: /= ([0-9.]+) ms\/ep/).flatMap({ Double($0.1) }),
      let error = output.firstMatch(of: /object error ([0-9.]+)/).flatMap({ Double($0.1) })
    else { throw PeerFailure(command: script, status: 0) }
    let run = PeerRun(pass: pass / 1000, error: error)
    runs[module] = run
    return run
  }

  private func words(_ value: Double) -> String {
    value.formatted(.number.precision(.significantDigits(3)).grouping(.never))
  }
}

/// A comparison that came to nothing.
private struct ComparisonFailure: Error, CustomStringConvertible {
  let description: String
}
