// SPDX-License-Identifier: BSD-3-Clause

public import WireFormat

/// Whether all is well with a run, by what it publishes about itself.
public struct RunHealth: Sendable, Hashable {
  /// What is wrong, the worst first, each with what to do; empty where all is well.
  public let problems: [String]

  /// Whether nothing is wrong.
  public var isHealthy: Bool { problems.isEmpty }

  /// Looks at a message `status`.
  ///
  /// - Parameter status: Its header.
  public init(_ status: PreviewHeader) {
    func figure(_ name: String) -> Double { status.quality[name].map { $0.isFinite ? $0 : 0 } ?? 0 }
    var problems: [String] = []
    if status.text["recording"] == "failing" {
      problems.append("NOTHING IS RECORDED: look at the last error event, free or change the disk")
    }
    if let free = status.quality["disk_free_bytes"], free < Self.leastFree {
      let gigabytes = (free * 1e-8).rounded() / 10
      problems.append("the disk of the recording has \(gigabytes) GB left: free some, now")
    }
    let state = status.text["state"]
    if state == "waiting", figure("messages_received") > 0 {
      problems.append(
        "no scan has started, though messages come: start before the scan, or see that starts are sent"
      )
    }
    // What has come and is in work, or rests, is no silence.
    let isBusy = figure("intake_queue_depth") > 0 || figure("scans_unfinished") > 0
    let silence = figure("silent_s")
    if state == "acquiring", status.text["reconstruction"] != "paused", !isBusy,
      silence > Self.longestSilence
    {
      problems.append(
        "no frame has come for \(Int(min(silence, 1e7))) s: does the scan run, is the shutter open? Where "
          + "all scans are in, Ctrl-C completes the tomogram"
      )
    }
    if let change = status.quality["beam_change"], change < Self.leastBeam {
      problems.append(
        "the beam has \(Int((100 * change).rounded())) % of what it had: look at ring, shutter and "
          + "monochromator"
      )
    }
    for (name, words) in Self.faults {
      let count = figure(name)
      guard count > 0 else { continue }
      problems.append("\(Int(min(count, 1e15))) \(words)")
    }
    self.problems = problems
  }

  /// Room that is gone in a minute at the detector's full rate.
  static let leastFree = 2e10

  /// Between two scans a stage takes some tens of seconds, seconds.
  static let longestSilence = 120.0
  /// With less light scans need more time than they are given.
  static let leastBeam = 0.5

  private static let faults = [
    ("messages_unrecorded", "messages are in no recording: look at the error events"),
    ("frames_lost", "frames were lost on the way: is the network or this machine too slow?"),
    ("messages_unread", "recorded messages could not be read back; a replay tries again"),
    (
      "messages_malformed",
      "messages could not be read: does source.dialect say what the source speaks?"
    ),
    ("frames_without_scan", "frames came without a scan's start; they are recorded"),
    ("frames_without_position", "frames have no position; they are recorded"),
    ("frames_unusable", "frames could not be used; the events say why"),
    ("projections_held_back", "projections are held back; the events say why"),
    ("errors", "errors were told; the events say what to do"),
  ]
}
