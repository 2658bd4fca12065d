// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import LivePipeline

/// Reconstructs one scan from a file.
struct ReconstructCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reconstruct",
    abstract: "Reconstructs one scan from a file.",
    discussion: """
      Takes cleaned scans (CXI), scans of raw frames (.stxm, raw CXI), which are cleaned as the \
      configuration says, and one scan of a recording. Starts from the probe in the file or, \
      where there is none, from what a search over defocus finds. Writes object \
      and probe as CXI with pictures beside it, and says how good they are: the data error over \
      all frames, and the resolution by Fourier ring correlation of two reconstructions from every \
      other frame.

      Examples:
        tiltfold reconstruct siemens_star.cxi
        tiltfold reconstruct scan.cxi --output scan-300.cxi --iterations 300
        tiltfold reconstruct scan.cxi --probe auto --set ptychography.beta=0.8
        tiltfold reconstruct scan.cxi --probe other-result.cxi --engine epie
        tiltfold reconstruct scan.cxi --resume scan-result.cxi --iterations 100
        tiltfold reconstruct scan.cxi --region -1.5,1.5,-0.5,0.5
        tiltfold reconstruct scan.cxi --set ptychography.probe_modes=3
        tiltfold reconstruct scan.cxi --set ptychography.position_update_period=5
        tiltfold reconstruct NS_231005012_ccdframes_0_0.stxm --config als-cosmic-7.0.1.yaml
        tiltfold reconstruct run-17.h5 --scan NS_231005012

      Keys for --set, as in ptychography.beta=0.8 (Docs/Reference/Configuration.md has all):
      \(keys)
      """
  )

  private static let keys =
    (PipelineConfiguration.keys(of: "ptychography") + ["compute.workers"])
    .map { "  \($0)" }.joined(separator: "\n")

  @Argument(help: "The scan: CXI, .stxm, or a recording.")
  var file: String
  @Option(help: "Which scan of a recording.")
  var scan: String?
  @Option(help: "The result; FILE-result.cxi beside the scan where not said.")
  var output: String?
  @Flag(help: "Add the result to the scan's own CXI file, as its latest image_N.")
  var append = false
  @Option(help: "A configuration; for raw frames the instrument's, else the defaults do.")
  var config: String?
  @Option(help: "A key in place of the configuration's, as in ptychography.beta=0.8.")
  var set: [String] = []
  @Option(help: "Iterations, in place of ptychography.iterations; with --resume so many more.")
  var iterations: Int?
  @Option(help: "raar, difference_map, error_reduction or epie, in place of ptychography.engine.")
  var engine: String?
  @Option(
    help: ArgumentHelp(
      "The probe to start from: file (the scan's own, where it has one), auto (from the mean "
        + "pattern, by a search over defocus), or the result in another CXI file.",
      valueName: "file|auto|PATH"
    )
  )
  var probe: String?
  @Flag(help: "Another name for --probe auto.")
  var searchDefocus = false
  @Option(help: "A result (CXI) whose object is the start.")
  var object: String?
  @Option(help: "A result of this scan (CXI) to go on from: object, probe, background, positions.")
  var resume: String?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Only frames whose positions lie within, micrometres.",
      valueName: "X0,X1,Y0,Y1"
    )
  )
  var region: String?
  @Flag(help: "No comparison of two halves of the frames.")
  var noFrc = false
  @Flag(help: "No pictures.")
  var noPictures = false
  @Flag(help: "No progress.")
  var quiet = false

  func validate() throws {
    if append, output != nil {
      throw ValidationError("--append writes into the scan's own file: leave --output out.")
    }
    if searchDefocus, let probe, probe != "auto" {
      throw ValidationError("--search-defocus is --probe auto: leave --probe \(probe) out.")
    }
    if resume != nil, probe != nil || searchDefocus || object != nil {
      throw ValidationError("--resume takes probe and object from its file: leave the others out.")
    }
    if let region, ScanRegion(micrometers: region) == nil {
      throw ValidationError(
        "--region takes four numbers, micrometres, as in -1.5,1.5,-0.5,0.5; not \(region)."
      )
    }
  }

  func run() throws {
    try ExitStatus.explaining {
      let configuration = try readConfiguration()
      let output = output ?? ScanReconstruction.defaultOutput(for: file)
      let line = OfflineLine(quiet: quiet)
      let reconstruction = try ScanReconstruction(
        path: file,
        scan: scan,
        region: region.flatMap { ScanRegion(micrometers: $0) },
        configuration: configuration,
        progress: line.show
      )
      line.finish()
      if append {
        try reconstruction.checkAppending()
      } else {
        try reconstruction.checkOutput(output)
      }
      let result = try Self.run(reconstruction, options, quiet: quiet)
      var written: [String]
      if append {
        written = ["\(file) (image_\(try reconstruction.append(result)))"]
      } else {
        try reconstruction.write(result, to: output)
        written = [output]
      }
      if !noPictures { written += try result.drawPictures(beside: output) }
      print(result.inWords)
      print("written: \(written.joined(separator: ", "))")
      guard result.isWhole else {
        throw ExitCode(1)
      }
    }
  }

  private var options: ScanReconstruction.Options {
    var options = ScanReconstruction.Options()
    switch probe {
    case nil: options.probe = searchDefocus ? .search : nil
    case "auto": options.probe = .search
    case "file": options.probe = .file
    case .some(let path): options.probe = .result(path)
    }
    options.object = object
    options.resumed = resume
    options.measuresResolution = !noFrc
    return options
  }

  private func readConfiguration() throws -> PipelineConfiguration {
    var configuration = try PipelineConfiguration.forOfflineUse(path: config, file: file)
    try configuration.applyToScan(set)
    if let iterations { try configuration.set("ptychography.iterations", to: "\(iterations)") }
    if let engine { try configuration.set("ptychography.engine", to: engine) }
    return configuration
  }

  private static func run(
    _ reconstruction: ScanReconstruction,
    _ options: ScanReconstruction.Options,
    quiet: Bool
  ) throws -> ScanResult {
    try Terminal.finishing(by: reconstruction.requestFinish) { terminal in
      var line = ReconstructionLine(isInteractive: terminal.isInteractive)
      return try reconstruction.run(options) { step in
        if case .remark(let remark) = step { return terminal.write(remark) }
        if !quiet, let text = line.text(step) { terminal.show(text) }
      }
    }
  }
}
