// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// What this process uses, as Linux counts it.
enum ProcessUsage {
  /// Lets the peak of resident memory start anew.
  static func forgetPeak() {
    try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
  }

  /// The peak of resident memory, MB; 0 where it is not known.
  static func peakMegabytes() -> Double { megabytes("VmHWM") }

  /// Resident memory now, MB; 0 where it is not known.
  static func residentMegabytes() -> Double { megabytes("VmRSS") }

  private static func megabytes(_ field: String) -> Double {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix(field + ":") }),
      let amount = line.firstMatch(of: /(\d+) kB/).flatMap({ Double($0.1) })
    else { return 0 }
    return amount * 1.024e-3
  }

  /// Processor seconds of the threads that run now, by name, threads of one name together.
  static func threadSeconds() -> [String: Double] {
    var seconds: [String: Double] = [:]
    let folder = "/proc/self/task"
    for task in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      guard let line = try? String(contentsOfFile: "\(folder)/\(task)/stat", encoding: .utf8),
        let match = line.firstMatch(of: /\((.*)\) (.*)/)
      else { continue }
      let fields = match.output.2.split(separator: " ")
      guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12])
      else { continue }
      seconds[String(match.output.1), default: 0] += (user + system) / 100
    }
    return seconds
  }
}
