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
    if state == "waiting", figure("frames_received") > 0 {
      problems.append(
        "no scan has started, though frames come: start before the scan, or see that starts are sent"
      )
    }
    // What has come and is in work, or rests, is no silence.
    let isBusy = figure("intake_queue_depth") > 0 || figure("scans_unfinished") > 0
    let silence = figure("silent_s")
    // After a tomogram is complete the sample is changed.
    let isBetween = figure("tomogram_complete") > 0 && status.quality["remaining_s"] == 0
    if state == "acquiring", status.text["reconstruction"] != "paused", !isBusy, !isBetween,
      silence > Self.longestSilence
    {
      let words = "no frame has come for \(Int(min(silence, 1e7))) s"
      problems.append(
        status.quality["remaining_s"] == 0
          ? "\(words), and all announced scans are in: end the run by Ctrl-C, which completes the "
            + "tomogram"
          : "\(words): does the scan run, is the shutter open? Scans that were given up, if any, have to be "
            + "measured again; Ctrl-C completes the tomogram with what there is"
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
    if figure("errors") > 0 {
      let count = Int(min(figure("errors"), 1e15))
      problems.append(
        "\(Words.count(count, "error")) \(count == 1 ? "was" : "were") told"
          + (status.text["last_error"].map { "\(count == 1 ? "" : ", the last"): \($0)" }
            ?? "; the events say what to do")
      )
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
    (
      "frames_lost",
      "frames did not come: did their source fall silent, or is the network or this machine too slow? "
        + "The events say which scans lack some"
    ),
    ("messages_unread", "recorded messages could not be read back; a replay tries again"),
    (
      "messages_malformed",
      "messages could not be read: does source.dialect say what the source speaks?"
    ),
    ("frames_without_scan", "frames came without a scan's start; they are recorded"),
    ("frames_without_position", "frames have no position; they are recorded"),
    ("frames_unusable", "frames could not be used; the events say why"),
    ("projections_held_back", "projections are held back; the events say why"),
  ]
}
