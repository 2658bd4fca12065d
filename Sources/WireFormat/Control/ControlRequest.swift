// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// What a client asks a running pipeline to do (Docs/Reference/WireProtocol.md, control).
///
/// One JSON object of at most 64 kB. Nothing in it is evaluated: names are looked up and numbers
/// are held to bounds.
public enum ControlRequest: Sendable, Hashable {
  /// How the run stands.
  case status
  /// Which parameters can be set, with their values and bounds.
  case parameters
  /// Says where a scan belongs that does not say so itself.
  case place(ScanPlacement)
  /// Sets a key of the configuration to a value as it would stand in the file.
  case set(key: String, value: String)
  /// Measures the resolution of a tomogram, or of all that grow, when there is time.
  case measureResolution(String?)
  /// Aligns the tilts of a tomogram jointly, or of all that grow, when there is time.
  case realign(String?)
  /// Ends a scan, or all that have not ended, with the frames that have come; what comes later of it takes
  /// no part.
  case finishScan(String?)
  /// The same; it is kept and not folded.
  case abortScan(String?)
  /// Lets the reconstruction rest; receiving and recording go on.
  case pause
  /// Lets the reconstruction go on.
  case resume
  /// Keeps a tilt out of the volumes until it is taken back.
  case holdBack(TiltReference)
  /// Gives a tilt up for good.
  case dropTilt(TiltReference)
  /// Takes a tilt back that was held back.
  case takeBack(TiltReference)
  /// Writes tomograms and pictures as they stand into a folder of this name.
  case snapshot(String?)

  /// The names of the requests; `abort` is another name of `abort_scan`.
  public static let names = [
    "status", "place", "set", "parameters", "measure_resolution", "realign", "finish_scan",
    "abort_scan", "abort", "pause", "resume", "hold_back", "drop_tilt", "take_back", "snapshot",
  ]
}
