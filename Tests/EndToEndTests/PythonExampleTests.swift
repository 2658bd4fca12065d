// SPDX-License-Identifier: BSD-3-Clause

import DetectorSimulator
import Foundation
import LivePipeline
import Messaging
import Synchronization
import TestSupport
import Testing

/// Runs what Docs/HowTo/UseThePythonClient.md says against a simulated run.
@Suite(
  .serialized,
  .enabled(
    if: PythonInterpreter.has("zmq, numpy, matplotlib"),
    "python3 with pyzmq, NumPy and matplotlib is not installed"
  )
)
struct PythonExampleTests {
  private static let document = "Docs/HowTo/UseThePythonClient.md"

  /// The document's blocks in one language, in order.
  private static func blocks(_ language: String) -> [String] {
    (Repository.text(of: document) ?? "").components(separatedBy: "```\(language)\n").dropFirst()
      .map { $0.components(separatedBy: "```")[0] }
  }

  /// What a command or script said.
  private struct Said: Sendable {
    var code: Int32
    var output: String
    var errors: String
  }

  /// A run of a few tilts at such a pace that Python has time to start.
  private static func makeRun() -> SimulatedRun {
    var run = SimulatedRun()
    run.parameters.tiltCount = 6
    run.framesPerSecond = 30
    run.configuration.control.isEnabled = true
    run.configuration.control.endpoint = "tcp://127.0.0.1:*"
    run.configuration.previews.recEndpoint = "tcp://127.0.0.1:*"
    return run
  }

  /// The shell's and Python's endpoints instead of the document's.
  private static func adapted(_ text: String, _ status: RunStatus) -> String {
    text.replacing("tcp://127.0.0.1:37017", with: status.previewEndpoint ?? "")
      .replacing("Docs/Clients", with: Repository.root.appending(path: "Docs/Clients").path())
  }

  private static func waitForEndpoints(of pipeline: Pipeline) -> RunStatus {
    while pipeline.status.controlEndpoint == nil, pipeline.status.state != .done {
      Thread.sleep(forTimeInterval: 0.01)
    }
    return pipeline.status
  }

  /// Runs commands side by side to their ends.
  private static func runAll(_ processes: [Process]) throws -> [Said] {
    let started = try processes.map { process in
      let (output, errors) = (Pipe(), Pipe())
      process.standardOutput = output
      process.standardError = errors
      process.standardInput = FileHandle.nullDevice
      try process.run()
      return (process, output, errors)
    }
    return started.map { process, output, errors in
      let said = output.fileHandleForReading.readDataToEndOfFile()
      let complaint = errors.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return Said(
        code: process.terminationStatus,
        output: String(decoding: said, as: UTF8.self),
        errors: String(decoding: complaint, as: UTF8.self)
      )
    }
  }

  /// What a person gets wrong is told in one line.
  @Test func mistakesAreToldInWords() throws {
    let script = Repository.root.appending(path: "Tests/Clients/check_client.py")
    let process = PythonInterpreter.makeProcess([script.path(percentEncoded: false), "mistakes"])
    let said = try #require(try Self.runAll([process]).first)
    #expect(said.code == 0 && said.errors.isEmpty, "\(said.errors.suffix(3000))")
  }

  @Test func theCommandsWork() throws {
    let commands = Self.blocks("sh").flatMap { $0.split(separator: "\n").map(String.init) }
    try #require(commands.count == 3)
    let folder = try TemporaryFolder()
    let collected = Mutex<[Said]>([])
    let outcome = try Self.makeRun().run { pipeline in
      let status = Self.waitForEndpoints(of: pipeline)
      // Both forms of files.
      let last = "\(commands[2]) --format npy".replacing(" projections ", with: " arrays ")
      let processes = (commands + [last]).map { command in
        let words = Self.adapted(command, status).split(separator: " ").map(String.init)
        let process = PythonInterpreter.makeProcess(Array(words.dropFirst()))
        process.currentDirectoryURL = URL(filePath: folder.path)
        return process
      }
      let said = try? Self.runAll(processes)
      collected.withLock { $0 = said ?? [] }
    }
    let said = collected.withLock { $0 }
    try #require(said.count == 4)
    for (command, one) in zip(commands + ["npy"], said) {
      #expect(one.code == 0, "\(command): \(one.errors)")
    }
    #expect(said[0].output.split(separator: "\n").count == 3, "\(said[0].output)")
    #expect(said[0].output.contains("frames/s"))
    let picture = try Data(contentsOf: URL(filePath: folder.file("map.png")))
    #expect(picture.count > 20_000 && picture.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    let scans = outcome.summary.scans.count
    #expect(scans == 12)
    let arrays = try FileManager.default.contentsOfDirectory(atPath: folder.file("arrays"))
    // It may have begun after the first scans: of these it gets the last of each energy.
    #expect(arrays.count { $0.hasSuffix(".json") } >= scans - 4, "\(arrays)")
    #expect(arrays.count == 4 * arrays.count { $0.hasSuffix(".json") }, "\(arrays)")
    try Self.readBack(folder)
  }

  /// What was saved says what it is.
  private static func readBack(_ folder: TemporaryFolder) throws {
    let script = """
      import glob, json, os, sys
      import numpy as np
      os.chdir(sys.argv[1])
      for path in glob.glob("arrays/*.json"):
          header = json.load(open(path))
          density = np.load(path[:-5] + ".npy")
          assert density.ndim == 2 and density.dtype == np.float32
          assert list(density.shape) == header["arrays"][0]["shape"]
          assert 700 < header["energy_eV"] < 712 and header["quality"]["data_error"] < 0.3
      try:
          import h5py
      except ImportError:
          sys.exit()
      paths = glob.glob("projections/*.h5")
      assert len(paths) >= 8, paths
      for path in paths:
          with h5py.File(path) as file:
              assert file["optical_density"].attrs["units"] == "1"
              assert 1e-9 < file["optical_density"].attrs["pixel_size_m"] < 1e-7
              assert file["coverage"].shape == file["optical_density"].shape
              assert -90 <= file.attrs["rotation_angle_deg"] <= 90 and file.attrs["end"] == "iterations"
              beside = "arrays/" + os.path.basename(path)[:-3] + ".npy"
              if os.path.exists(beside):
                  assert np.array_equal(np.load(beside), file["optical_density"][()])
      """
    _ = try PythonInterpreter.run(script, folder.path)
  }

  @Test func theNotebooksCellsWork() throws {
    let cells = Self.blocks("python")
    try #require(cells.count == 4)
    let collected = Mutex<[Said]>([])
    _ = try Self.makeRun().run { pipeline in
      let status = Self.waitForEndpoints(of: pipeline)
      let ports = """
        run.control = "\(status.controlEndpoint ?? "")"
        run.rec = "\(status.recEndpoint ?? "")"

        """
      let object = """

        for header, image in run.objects(timeout=10):
            print("object", image.shape, abs(image).max() > 0.5)
            break
        run.close()
        """
      // The last cell first: a run that has ended answers nothing.
      let imports = "import sys\nsys.path.insert(0, 'Docs/Clients/python')\n"
      let head = cells[0].components(separatedBy: "for message")
      let text =
        imports + head[0] + ports + cells[3] + "for message" + head[1] + cells[1]
        + cells[2] + object
      let script = Self.adapted(text, status)
      let said = try? Self.runAll([PythonInterpreter.makeProcess(["-c", script])])
      collected.withLock { $0 = said ?? [] }
    }
    let said = try #require(collected.withLock { $0.first })
    #expect(said.code == 0, "\(said.errors)")
    for words in ["refused: ", "<projection ", "(64, 64, 64)", "acquiring", "object ("] {
      #expect(said.output.contains(words), "no \(words) in \(said.output)")
    }
  }

  @Test func encryptedRunsAreFollowedWithTheirPublicKey() throws {
    let keys = try CurveKeys.generated()
    var run = Self.makeRun()
    run.parameters.tiltCount = 2
    run.configuration.previews.curvePublicKey = keys.publicKey
    run.adapt = { configuration, folder in
      let path = folder.file("secret")
      try keys.secretKey.write(toFile: path, atomically: true, encoding: .utf8)
      configuration.previews.curveSecretKeyFile = path
    }
    let collected = Mutex<[Said]>([])
    _ = try run.run { pipeline in
      let status = Self.waitForEndpoints(of: pipeline)
      let script = Self.adapted(
        """
        import sys
        sys.path.insert(0, 'Docs/Clients/python')
        from tiltfold_client import TiltFold
        with TiltFold("tcp://127.0.0.1:37017", "\(status.controlEndpoint ?? "")", server_key="\(keys.publicKey)") as run:
            print(run.last("status", timeout=5)["status"].text["state"])
            print(run.ask("status")["ok"])
        with TiltFold("tcp://127.0.0.1:37017") as plain:
            print(plain.last("status", timeout=0.5))
        """,
        status
      )
      let said = try? Self.runAll([PythonInterpreter.makeProcess(["-c", script])])
      collected.withLock { $0 = said ?? [] }
    }
    let said = try #require(collected.withLock { $0.first })
    #expect(said.code == 0, "\(said.errors)")
    #expect(said.output.contains("True\n{}\n"), "\(said.output)")
  }
}
