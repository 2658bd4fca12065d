// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ArgumentParser
import LivePipeline
import WireFormat

extension ControlCommand {
  /// Which tilt is meant.
  struct TiltOptions: ParsableArguments {
    @Option(help: "The tilt's place in the series, from 0.")
    var index: Int?
    @Option(help: "The tilt's angle, degrees; with a minus as in --angle=-12.5.")
    var angle: Double?
    @Option(help: "The tomogram; where there is only one, it is meant.")
    var tomogram: String?

    func validate() throws {
      guard (index == nil) != (angle == nil) else {
        throw ValidationError("name the tilt by --index or by --angle")
      }
    }

    /// The tilt.
    var reference: TiltReference {
      if let index { return TiltReference(.index(index), tomogram: tomogram) }
      return TiltReference(.angle(TiltAngle(degrees: angle ?? .nan)), tomogram: tomogram)
    }
  }

  struct HoldBack: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Keeps a tilt out of the volumes until it is taken back.",
      discussion: """
        Examples:
          tiltfold control hold-back --index 17
          tiltfold control hold-back --angle=-12.5 --tomogram plates
        """
    )
    @OptionGroup var tilt: TiltOptions
    @OptionGroup var options: Options
    func run() throws { try options.ask(.holdBack(tilt.reference)) }
  }

  struct DropTilt: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Gives a tilt up for good; a scan of it that begins later is a new tilt.",
      discussion: "Example:\n  tiltfold control drop-tilt --index 17"
    )
    @OptionGroup var tilt: TiltOptions
    @OptionGroup var options: Options
    func run() throws { try options.ask(.dropTilt(tilt.reference)) }
  }

  struct TakeBack: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Takes a tilt back that was held back, on request or because it did not fit.",
      discussion: "Example:\n  tiltfold control take-back --index 17"
    )
    @OptionGroup var tilt: TiltOptions
    @OptionGroup var options: Options
    func run() throws { try options.ask(.takeBack(tilt.reference)) }
  }

  struct Realign: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Aligns the tilts of a growing tomogram jointly when no data waits."
    )
    @Argument(help: "The tomogram's name; all that grow where none is named.")
    var tomogram: String?
    @OptionGroup var options: Options
    func run() throws { try options.ask(.realign(tomogram)) }
  }

  struct Pause: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets the reconstruction rest; receiving and recording go on, nothing is lost."
    )
    @OptionGroup var options: Options
    func run() throws { try options.ask(.pause) }
  }

  struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets the reconstruction go on, with what came meanwhile first."
    )
    @OptionGroup var options: Options
    func run() throws { try options.ask(.resume) }
  }

  struct Snapshot: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes tomograms and pictures as they stand into snapshots of the results."
    )
    @Argument(help: "A name for the folder; the next number where none is given.")
    var directory: String?
    @OptionGroup var options: Options
    func run() throws { try options.ask(.snapshot(directory)) }
  }
}
