// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import LivePipeline

/// The program.
@main
struct TiltfoldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tiltfold",
    abstract: "Folds tilt after tilt into a chemically resolved volume, while the beam is on.",
    version: tiltfoldVersion,
    subcommands: [
      LiveCommand.self, ReplayCommand.self, ReconstructCommand.self, TomogramCommand.self,
      SpectraCommand.self,
      InspectCommand.self,
      ConvertCommand.self, CalibrateCommand.self, ControlCommand.self, CheckConfigCommand.self,
      ResolutionCommand.self, ProfileCommand.self, ReportCommand.self, ParticlesCommand.self,
      StatusCommand.self, MonitorCommand.self, DoctorCommand.self, ManualCommand.self,
    ]
  )
}
