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

  /// A run of a few tilts; gates keep it going for as long as Python takes.
  private static func makeRun() -> SimulatedRun {
    var run = SimulatedRun()
    run.parameters.tiltCount = 6
    run.framesPerSecond = 60
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

  /// Runs Python to its end.
  private static func python(_ arguments: String...) throws -> BuiltProgram.Outcome {
    try RunningProgram(starting: PythonInterpreter.makeProcess(arguments)).finished()
  }

  /// Runs the document's commands side by side to their ends, and at last the third one as it stands.
  ///
  /// The source rests after each of the first five tilts until all have of it what they want: however
  /// long Python takes to start, and whatever waits for whom, nothing is missed.
  private static func follow(
    _ status: RunStatus,
    _ commands: [String],
    in folder: TemporaryFolder,
    _ gate: SourceGate
  ) throws -> [BuiltProgram.Outcome] {
    func start(_ command: String) throws -> RunningProgram {
      let words = Self.adapted(command, status).split(separator: " ").map(String.init)
      let process = PythonInterpreter.makeProcess(Array(words.dropFirst()))
      process.currentDirectoryURL = URL(filePath: folder.path)
      return try RunningProgram(starting: process)
    }
    /// The scans of which all is saved in a folder.
    func saved(_ name: String) -> Int {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.file(name))) ?? []
      return names.count { $0.hasSuffix(".json") || $0.hasSuffix(".h5") }
    }
    let patient = commands[2].replacing("--timeout 6", with: "--timeout 240 --count 10")
    let (lines, map) = (try start(commands[0]), try start(commands[1]))
    let projections = try start(patient)
    // Both forms of files.
    let arrays = try start("\(patient) --format npy".replacing(" projections ", with: " arrays "))
    let all = [lines, map, projections, arrays]
    for tilt in 1...5 {
      ControlledRun.wait {
        let printed = lines.printed.split(separator: "\n").count
        let isTold = !lines.isRunning || printed >= min(tilt, 3)
        let hasProjections = !projections.isRunning || saved("projections") >= 2 * tilt
        let hasArrays = !arrays.isRunning || saved("arrays") >= 2 * tilt
        return !map.isRunning && isTold && hasProjections && hasArrays
      }
      if tilt < 5 { gate.open() }
    }
    ControlledRun.wait { !all.contains(where: \.isRunning) }
    for one in all { one.end() }
    // Nothing comes any more but the last of each energy, and silence ends it; to be heard in time may
    // take another try.
    let command = commands[2].replacing(" projections ", with: " late ")
    var late = try start(command).finished()
    for _ in 0..<2 where late.code != 0 { late = try start(command).finished() }
    #expect(saved("late") == 2)
    return all.map { $0.finished() } + [late]
  }

  /// What a person gets wrong is told in one line.
  @Test func mistakesAreToldInWords() throws {
    let script = Repository.root.appending(path: "Tests/Clients/check_client.py")
    let said = try Self.python(script.path(percentEncoded: false), "mistakes")
    #expect(said.code == 0 && said.errors.isEmpty, "\(said.errors.suffix(3000))")
  }

  @Test func theCommandsWork() throws {
    let commands = Self.blocks("sh").flatMap { $0.split(separator: "\n").map(String.init) }
    try #require(commands.count == 3)
    let folder = try TemporaryFolder()
    var run = Self.makeRun()
    let gate = SourceGate(after: 2, 4, 6, 8, 10)
    run.gate = gate
    let collected = Mutex<[BuiltProgram.Outcome]>([])
    let outcome = try run.run { pipeline in
      // Whatever happens, the source comes to its end.
      defer { for _ in 1...5 { gate.open() } }
      let status = Self.waitForEndpoints(of: pipeline)
      let said = try? Self.follow(status, commands, in: folder, gate)
      collected.withLock { $0 = said ?? [] }
    }
    let said = collected.withLock { $0 }
    try #require(said.count == 5)
    for (command, one) in zip(commands + ["npy", "late"], said) {
      #expect(one.code == 0, "\(command): \(one.errors)")
    }
    #expect(said[0].output.split(separator: "\n").count == 3, "\(said[0].output)")
    #expect(said[0].output.contains("frames/s"))
    let picture = try Data(contentsOf: URL(filePath: folder.file("map.png")))
    #expect(picture.count > 20_000 && picture.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    let scans = outcome.summary.scans.count
    #expect(scans == 12)
    let arrays = try FileManager.default.contentsOfDirectory(atPath: folder.file("arrays"))
    // It may begin after the first scans: of these it gets the last of each energy.
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
    var run = Self.makeRun()
    // Everything is there after two tilts; the run goes on for as long as the cells take.
    let gate = SourceGate(after: 4)
    run.gate = gate
    let collected = Mutex<[BuiltProgram.Outcome]>([])
    _ = try run.run { pipeline in
      defer { gate.open() }
      let status = Self.waitForEndpoints(of: pipeline)
      let ports = """
        TiltFold.ask.__defaults__ = (240.0,)
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
      // What comes ends each wait; how long that takes is the machine's affair.
      let patient = text.replacing(/timeout=[0-9]+/, with: "timeout=240")
      let said = try? Self.python("-c", Self.adapted(patient, status))
      collected.withLock { $0 = said.map { [$0] } ?? [] }
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
    // The last tilt comes when the script has ended.
    let gate = SourceGate(after: 2)
    run.gate = gate
    run.configuration.previews.curvePublicKey = keys.publicKey
    run.adapt = { configuration, folder in
      let path = folder.file("secret")
      try keys.secretKey.write(toFile: path, atomically: true, encoding: .utf8)
      configuration.previews.curveSecretKeyFile = path
    }
    let collected = Mutex<[BuiltProgram.Outcome]>([])
    _ = try run.run { pipeline in
      defer { gate.open() }
      let status = Self.waitForEndpoints(of: pipeline)
      let script = Self.adapted(
        """
        import sys
        sys.path.insert(0, 'Docs/Clients/python')
        from tiltfold_client import TiltFold
        with TiltFold("tcp://127.0.0.1:37017", "\(status.controlEndpoint ?? "")", server_key="\(keys.publicKey)") as run:
            print(run.last("status", timeout=240)["status"].text["state"])
            print(run.ask("status", timeout=240)["ok"])
        with TiltFold("tcp://127.0.0.1:37017") as plain:
            print(plain.last("status", timeout=0.5))
        """,
        status
      )
      let said = try? Self.python("-c", script)
      collected.withLock { $0 = said.map { [$0] } ?? [] }
    }
    let said = try #require(collected.withLock { $0.first })
    #expect(said.code == 0, "\(said.errors)")
    #expect(said.output.contains("True\n{}\n"), "\(said.output)")
  }
}
