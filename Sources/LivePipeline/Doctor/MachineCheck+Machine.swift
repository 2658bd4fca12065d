// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import FourierTransform
import HDF5Storage
import Imaging
import Messaging
import Preprocessing
import Reporting
import Tomography

// The programs and parts that a run is made of.
extension MachineCheck {
  /// The libraries that the program is linked with, as they are on this machine.
  var libraries: [MachineFinding] {
    var findings: [MachineFinding] = []
    findings.append(
      zeroMQHasEncryption
        ? MachineFinding("libzmq", .ok, "\(zeroMQVersion), with encryption")
        : MachineFinding(
          "libzmq",
          .warning,
          "\(zeroMQVersion), built without encryption",
          remedy: "keys (previews.curve_public_key) need one with libsodium, as Debian's libzmq5 is"
        )
    )
    findings.append(MachineFinding("FFTW", .ok, fftwVersion))
    findings.append(
      HDF5Library.isThreadSafe
        ? MachineFinding("HDF5", .ok, "\(HDF5Library.version), for use by several threads")
        : MachineFinding(
          "HDF5",
          .failure,
          "\(HDF5Library.version), built for one thread only",
          remedy: "install one that is thread-safe, as Debian's libhdf5-103 is"
        )
    )
    findings.append(MachineFinding("Cairo", .ok, cairoVersion))
    return findings
  }

  /// Cores and the widest vector instructions.
  var processor: MachineFinding {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    func value(_ key: String) -> String? {
      text.split(separator: "\n").first { $0.hasPrefix(key) }?
        .split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
    }
    let flags = Set(
      (value("flags") ?? value("Features") ?? "").split(separator: " ").map(String.init)
    )
    let vectors =
      flags.contains("avx512f")
      ? "AVX-512" : flags.contains("avx2") ? "AVX2" : flags.contains("asimd") ? "NEON" : "SSE2"
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let words = "\(value("model name") ?? "unknown model"), \(cores) cores, \(vectors)"
    if cores < 2 {
      return MachineFinding(
        "processor",
        .warning,
        words,
        remedy: "receiving and reconstructing share one core; use a machine with more"
      )
    }
    guard vectors != "SSE2" else {
      return MachineFinding(
        "processor",
        .warning,
        words,
        remedy: "without AVX2 iterations take about twice as long; use a newer processor"
      )
    }
    return MachineFinding("processor", .ok, words)
  }

  /// Memory that is free against what queues and volumes take.
  var memory: MachineFinding {
    guard let free = AvailableMemory.bytes else {
      return MachineFinding(
        "memory",
        .warning,
        "/proc/meminfo does not say what is free",
        remedy: "see to it that some gigabytes are: \"free -h\""
      )
    }
    let tomography = configuration.tomography
    let side = Double(tomography.volumeSide)
    // Two energies, and while one is rebuilt a second copy of each; frames in two queues, held, and
    // packed.
    let volumes = 4 * side * side * Double(tomography.volumeHeight) * 4
    let frames = 192 * frameBytes
    let need = volumes + frames + 3e8
    let words =
      "\(Self.bytes(free)) free; volumes, queues and the program take about \(Self.bytes(need))"
    guard free > need else {
      return MachineFinding(
        "memory",
        .failure,
        words,
        remedy: "end other programs, or lower tomography.volume_side and volume_height"
      )
    }
    let held = Double(configuration.source.highWaterMark) * frameBytes
    guard free > need + held else {
      return MachineFinding(
        "memory",
        .warning,
        words + ", and ZeroMQ holds up to \(Self.bytes(held)) where processing falls behind",
        remedy: "lower source.high_water_mark to "
          + "\(max(1, Int((free - need) / frameBytes / 2))), or free memory"
      )
    }
    return MachineFinding("memory", .ok, words)
  }

  /// Whether FFTW has to look for the fastest transforms first.
  var wisdom: MachineFinding {
    let effort = configuration.compute.planningEffort
    let size = configuration.preprocessing.patternSize
    guard let path = configuration.compute.wisdomPath ?? Wisdom.defaultPath else {
      return MachineFinding(
        "FFT wisdom",
        .warning,
        "there is no home and no cache folder to keep it in",
        remedy: "set compute.wisdom_path; else every start plans anew, for some seconds"
      )
    }
    let isLoaded = Wisdom.load(from: path)
    guard !Wisdom.covers(Shape2D(square: size), effort: effort) else {
      return MachineFinding(
        "FFT wisdom",
        .ok,
        effort == .estimate
          ? "none is needed (compute.planning_effort: estimate)"
          : "\(path) knows patterns of \(size) x \(size)"
      )
    }
    return MachineFinding(
      "FFT wisdom",
      .warning,
      isLoaded ? "\(path) does not know patterns of \(size) x \(size)" : "there is no \(path)",
      remedy: "nothing: the first start plans for some seconds and keeps what it finds"
    )
  }

  /// What writes on pictures.
  var fonts: MachineFinding {
    let environment = ProcessInfo.processInfo.environment
    let home = environment["HOME"] ?? ""
    let shared = environment["XDG_DATA_DIRS"] ?? "/usr/local/share:/usr/share"
    let folders =
      ["\(home)/.fonts", "\(environment["XDG_DATA_HOME"] ?? "\(home)/.local/share")/fonts"]
      + shared.split(separator: ":").map { "\($0)/fonts" }
    var other: String?
    for folder in folders {
      // A person's folder of fonts may be large; this is enough to meet what Debian installs.
      guard let files = FileManager.default.enumerator(atPath: folder) else { continue }
      for case let file as String in files.prefix(20_000) {
        if file.hasSuffix("DejaVuSans.ttf") {
          return MachineFinding("fonts", .ok, "\(folder)/\(file)")
        }
        if [".ttf", ".otf", ".pfb"].contains(where: { file.hasSuffix($0) }) {
          other = other ?? file
        }
      }
    }
    let remedy = "apt-get install fonts-dejavu-core"
    if let other {
      return MachineFinding(
        "fonts",
        .warning,
        "no DejaVu Sans; pictures use \(other)",
        remedy: remedy
      )
    }
    return MachineFinding("fonts", .failure, "none: pictures have no words", remedy: remedy)
  }

  /// What draws reports and the dashboard.
  var plotly: MachineFinding {
    do throws(PipelineError) {
      let library = try PlotlyLibrary()
      return MachineFinding("Plotly", .ok, "\(library.version) at \(library.path)")
    } catch {
      return MachineFinding(
        "Plotly",
        .warning,
        "\(error)",
        remedy: "\(PlotlyLibrary.command) fetches it; runs do without, reports and charts do not"
      )
    }
  }

  /// "12.3 GB".
  static func bytes(_ value: Double) -> String {
    value < 1e9 ? "\((value * 1e-5).rounded() / 10) MB" : "\((value * 1e-8).rounded() / 10) GB"
  }
}
