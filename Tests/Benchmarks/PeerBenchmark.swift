// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// Other people's programs, run beside ours in the same call so that one machine judges both.
///
/// They need a Python that has them (`PEERS_PYTHON`) and the scripts that feed them, found in
/// `TILTFOLD_PEERS` or in `../shared/bench` beside the checkout; whatever is missing is left out
/// with a sentence on standard error.
struct PeerBenchmark {
  /// The Python that has the peers.
  let python: String
  /// The folder of the scripts.
  let scripts: URL

  /// Finds Python and scripts; nil, said in words, where either is missing.
  init?(environment: [String: String]) {
    guard let python = environment["PEERS_PYTHON"], !python.isEmpty else {
      say("peers: PEERS_PYTHON does not name a Python that has them; only our own figures")
      return nil
    }
    let folder = environment["TILTFOLD_PEERS"] ?? "../shared/bench"
    guard FileManager.default.fileExists(atPath: folder + "/run_tomography_peers.py") else {
      say("peers: no scripts in \(folder) (TILTFOLD_PEERS); only our own figures")
      return nil
    }
    self.python = python
    self.scripts = URL(filePath: folder, directoryHint: .isDirectory)
  }

  /// The peers that can be measured here, each under its subject's name.
  func cases() -> [BenchmarkCase] {
    PtychographyComparison(peers: self).cases() + [
      BenchmarkCase(name: "peer.tomography", run: measureTomography),
      BenchmarkCase(name: "art_vs_astra", run: compareFolds),
    ]
  }

  /// What the script of tomography says of one peer.
  private struct TomographyLine: Decodable {
    let backend: String
    let ms_per_fold: Double
    let rmse: Double
  }

  private func tomographyLines(
    size: Int,
    tilts: Int,
    slices: Int,
    peers: String
  ) throws -> [TomographyLine] {
    let output = try run([
      "run_tomography_peers.py", "--det", "\(size)", "--angles", "\(tilts)",
      "--slices", "\(slices)", "--jobs", "1", "--only", peers,
    ])
    return output.split(separator: "\n").compactMap {
      try? JSONDecoder().decode(TomographyLine.self, from: Data($0.utf8))
    }
  }

  /// One fold of one tilt by ASTRA and scikit-image on 96 slices of 96 detector pixels.
  private func measureTomography() throws -> [BenchmarkResult] {
    guard has("astra") else { return [] }
    return try tomographyLines(
      size: 96,
      tilts: 48,
      slices: 96,
      peers: "astra-ART-line,astra-SART-line,skimage-iradon_sart"
    ).map { line in
      BenchmarkResult(
        name: "peer.\(line.backend).fold",
        value: line.ms_per_fold,
        unit: "ms",
        detail: "96 detector pixels, 48 tilts, 96 slices, one sweep, RMSE \(line.rmse)"
      )
    }
  }

  /// ASTRA's fold of one tilt over ours, each on one thread, in turn.
  ///
  /// ASTRA has one slice at a time, so that 64 slices of the 256 tell its time for all.
  private func compareFolds() throws -> [BenchmarkResult] {
    guard has("astra") else { return [] }
    let (size, tilts, slices) = (256, 16, 64)
    let fold = FoldMeasurement(
      side: size,
      tilts: (0..<tilts).map { -80 + 157 * Double($0) / Double(tilts - 1) }
    )
    var (ours, theirs) = (Double.infinity, Double.infinity)
    for _ in 0..<2 {
      ours = min(ours, fold.milliseconds(repeats: 3))
      let lines = try tomographyLines(
        size: size,
        tilts: tilts,
        slices: slices,
        peers: "astra-SART-line"
      )
      for line in lines {
        theirs = min(theirs, line.ms_per_fold * Double(size) / Double(slices))
      }
    }
    guard theirs.isFinite else { return [] }
    return [
      BenchmarkResult(
        name: "art_vs_astra",
        value: theirs / ours,
        unit: "1",
        detail: "ASTRA's SART (line kernel) \(theirs) ms, four times that of \(slices) slices, "
          + "over \(ours) ms for one 256x256 projection into 256^3, \(tilts) tilts, one thread each"
      )
    ]
  }

  /// Whether the Python named can import a module.
  func has(_ module: String) -> Bool {
    let found = (try? run(["-c", "import \(module)"])) != nil
    if !found { say("peers: \(module) is not installed there") }
    return found
  }

  /// Runs a script of ours, which may use the peers', and returns what it printed.
  func runOurs(_ script: String, _ arguments: [String]) throws -> String {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "References")
    return try run([folder.appending(path: script).path()] + arguments)
  }

  /// Runs the Python named in the folder of scripts and returns what it printed.
  func run(_ arguments: [String]) throws -> String {
    try Self.run(python, arguments, in: scripts)
  }

  /// Runs a Python in a folder and returns what it printed.
  static func run(_ python: String, _ arguments: [String], in folder: URL) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["PYTHONPATH": "stub", "PYTHONDONTWRITEBYTECODE": "1"]
    ) { $1 }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw PeerFailure(command: arguments.first ?? "", status: process.terminationStatus)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A peer that ended with an error.
struct PeerFailure: Error, CustomStringConvertible {
  /// The script that was run.
  let command: String
  /// Its exit status.
  let status: Int32

  /// What happened, in words.
  var description: String { "\(command) ended with status \(status)" }
}
