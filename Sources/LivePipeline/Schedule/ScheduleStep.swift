// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation

/// One step of what a run did with its data, as it stands in a recording's schedule.
///
/// The steps of one scan stand in their order, and so do the folds of one tomogram; steps of
/// different scans do not depend on one another but for the probe that `begin` names. Repeating
/// them on the recorded messages repeats the run (Docs/Reference/FileLayout.md).
struct ScheduleStep: Codable, Sendable, Hashable {
  /// What was done.
  enum Kind: String, Codable, Sendable {
    /// A scan's solver was made, with the probe of `probe`.
    case begin
    /// The frames of `messages` joined a scan, in this order.
    case add
    /// So many iterations were run over a scan.
    case iterate
    /// So many iterations were run over a scan that look for its likeliest object.
    case refineScan = "refine_scan"
    /// A scan was finished and its result taken.
    case finish
    /// A scan's projection was folded into its tomogram.
    case fold
    /// So many stored tilts of a tomogram were folded again while nothing else was to be done.
    case refine
    /// A tomogram was aligned and rebuilt for the last time.
    case complete
    /// A scan that its source did not end was ended after the message of `messages`.
    case close
    /// Somebody set the key of the configuration to a value.
    case set
    /// Somebody said which tilt of which tomogram the scan of this name is.
    case place
    /// A tomogram took the parameters as they stood, without a projection.
    case adjust
    /// Somebody kept a tilt out of its volumes.
    case holdBack = "hold_back"
    /// Somebody gave a tilt up for good.
    case dropTilt = "drop_tilt"
    /// Somebody took back a tilt that was held back.
    case takeBack = "take_back"
    /// The running volumes of a tomogram were made anew from its stored projections.
    case rebuild
    /// Somebody asked for a joint alignment; what came of it is a step of its own.
    case realignAsked = "realign_asked"
    /// So many joint rounds of registration were run on somebody's request.
    case realign
    /// Somebody let the reconstruction rest, or go on; no result depends on that.
    case pause, resume
    /// Somebody had everything written as it stood; no result depends on that.
    case snapshot
  }

  var step: Kind
  /// The scan, by the key that makes it unique in the run; for `place`, by its own name.
  var scan: String?
  /// Where the probe came from: "zone-plate", "mean-pattern" (of the frames of
  /// `messages`), "source", "search", or "scan:KEY".
  var probe: String?
  /// The numbers of messages in the run; for what somebody asked for, that of the last one before.
  var messages: [Int]?
  /// Iterations; for `fold` and `refine`, stored tilts that were folded again; for `realign`, rounds.
  var iterations: Int?
  /// The finished scan that a scan's object came from, "scan:KEY"; nil for vacuum.
  var object: String?
  /// Why a scan iterated no more.
  var end: ReconstructionEnd?
  var tomogram: String?
  /// The tilt, degrees.
  var tilt: Double?
  /// The place of the tilt in its series.
  var index: Int?
  /// A key of the configuration and its value as it would stand in the file.
  var key: String?
  var value: String?
  /// How a scan was ended: "finished" or "aborted" where somebody asked for it, "end_of_run".
  ///
  /// Nil where nothing came any more. For `finish`, "aborted" where the scan had been given up, by
  /// whomever.
  var request: String?

  init(
    _ step: Kind,
    scan: String? = nil,
    probe: String? = nil,
    messages: [Int]? = nil,
    iterations: Int? = nil,
    object: String? = nil,
    end: ReconstructionEnd? = nil,
    tomogram: String? = nil,
    tilt: Double? = nil,
    index: Int? = nil,
    key: String? = nil,
    value: String? = nil,
    request: String? = nil
  ) {
    self.step = step
    self.scan = scan
    self.probe = probe
    self.messages = messages
    self.iterations = iterations
    self.object = object
    self.end = end
    self.tomogram = tomogram
    self.tilt = tilt
    self.index = index
    self.key = key
    self.value = value
    self.request = request
  }

  /// The step as one line of JSON.
  var line: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else { return "{}" }
    return String(decoding: data, as: UTF8.self)
  }

  /// Reads a line; nil where it is no step.
  init?(line: String) {
    guard let step = try? JSONDecoder().decode(ScheduleStep.self, from: Data(line.utf8)) else {
      return nil
    }
    self = step
  }
}
