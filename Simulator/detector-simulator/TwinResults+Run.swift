// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import HDF5Storage

extension TwinResults {
  /// Registration, frames, time and what took it.
  func addRun(seconds: Double?, to table: inout PaperTable) {
    for (energy, alignment) in zip(record.energies, registration) {
      table.add(
        "registration against true projections, RMS, \(energy.electronVolts) eV",
        "pixel",
        found: alignment.rootMeanSquare,
        remark: "\(alignment.vertical.count) of \(known.tilts.count) tilts"
      )
    }
    let used = number("counters", "frames_used")
    let lost = [number("frames_lost"), used.map { Double(known.exposures) - $0 }]
      .compactMap { $0 }.max()
    table.add("frames", "1", paper: "71100", truth: Double(known.exposures), found: used)
    table.add(Self.lostFrames, "1", found: lost, .atMost(0), small: .atMost(0))
    let scans = summary["scans"] as? [[String: Any]] ?? []
    let iterations = scans.compactMap { ($0["iterations"] as? NSNumber)?.doubleValue }.sorted()
    table.add(
      "iterations of a scan, median",
      "1",
      paper: "500",
      found: iterations.isEmpty ? nil : iterations[iterations.count / 2]
    )
    let exposure = known.exposureTime.map { Double(known.exposures) * $0 / 60 }
    table.add(
      "the whole run, simulator included",
      "minute",
      paper: exposure.map { "\(Int($0.rounded())) exposed" } ?? "",
      found: (seconds ?? number("elapsed_s")).map { $0 / 60 },
      .atMost(75)
    )
    let processor = number("ptychography", "processor_s")
    let cores = Double(ProcessInfo.processInfo.activeProcessorCount)
    // Both are the tomogram's alone; `seconds` counts the stack of energies, too.
    let available = number("elapsed_s").map { $0 * cores }
    table.add(
      "iterations' share of the processors, tomogram",
      "%",
      found: processor.flatMap { time in available.map { 100 * time / $0 } },
      remark: processor.map { "\(Int(($0 / 60).rounded())) core-minutes" } ?? ""
    )
    let pair = number("ptychography", "bare_transform_pair_s")
    let transforms = number("ptychography", "frame_iterations")
    let bare = pair.flatMap { pair in transforms.map { pair * $0 } }
    table.add(
      "iterations over their bare transforms",
      "1",
      found: processor.flatMap { time in bare.map { time / $0 } },
      remark: bare.map { "\(Int(($0 / 60).rounded())) core-minutes bare" } ?? ""
    )
  }
}
