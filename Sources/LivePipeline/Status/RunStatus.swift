// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// Where a run stands, in numbers; what `status` publishes and the command line shows.
public struct RunStatus: Sendable, Hashable {
  /// What the run is doing, in a word.
  public enum State: String, Sendable, Hashable {
    /// Plans are made and addresses taken.
    case preparing
    /// Nothing has come yet.
    case waiting
    /// Frames come in.
    case acquiring
    /// No more frames will come; the rest is being finished.
    case finishing
    /// Everything is written.
    case done
  }

  /// Whether what comes is recorded.
  public enum Recording: String, Sendable, Hashable {
    /// No recording was asked for.
    case off
    /// Everything that comes is recorded.
    case recording
    /// What comes is not recorded, though it should be.
    case failing
  }

  /// What the run is doing.
  public var state = State.preparing
  /// Whether somebody lets the reconstruction rest; receiving and recording go on.
  public var isPaused = false
  /// What happens when the computation is the slower side: whether frames wait by choice (simulations,
  /// replays), or scans are cut short (instruments).
  public var whenBehind = WhenBehind.cut
  /// What came in and what was wrong with it.
  public var counters = StreamCounters()
  /// Frames per second over the last seconds.
  public var framesPerSecond = 0.0
  /// The scan that came last.
  public var scan: String?
  /// Its tilt, degrees.
  public var tiltDegrees: Double?
  /// Its place in the series, from 0.
  public var tiltIndex: Int?
  /// Its photon energy, electron volts.
  public var energy: Double?
  /// Its frames so far.
  public var scanFrames = 0
  /// Its frames to expect; 0 where unknown.
  public var scanExpected = 0
  /// Iterations of the scan that was worked on last.
  public var iteration = 0
  /// Its overlap error.
  public var overlapError = Double.nan
  /// The data error of the scan that was finished last.
  public var dataError = Double.nan
  /// Why that scan iterated no more; nil before there is one.
  public var scanEnd: ReconstructionEnd?
  /// The half period to which its two halves agree, by 1/2 bit; nil where not measured.
  public var halfPeriod: Length?
  /// The half period at 1/2 bit of the volume of each energy, the lowest energy first, by Fourier
  /// shell correlation; empty where not measured.
  public var shellHalfPeriods: [Length] = []
  /// The tilts that it was measured from.
  public var shellTilts = 0
  /// Scans that started.
  public var scansStarted = 0
  /// Scans that are done.
  public var scansFinished = 0
  /// The tomogram of the scan that started last; nil where it has no name or none started.
  public var tomogram: String?
  /// The scans of that tomogram that are in.
  public var tomogramScansFinished = 0
  /// Whether that tomogram is complete.
  public var isTomogramComplete = false
  /// When that tomogram began, seconds since the first message.
  public var tomogramBegan = 0.0
  /// When the last of its scans was in, seconds since the first message.
  public var tomogramLastEnd = 0.0
  /// Projections folded into volumes.
  public var projectionsFolded = 0
  /// Projections that are held back because they do not fit.
  public var projectionsHeldBack = 0
  /// Tilts that somebody keeps out of the volumes.
  public var tiltsLeftOut = 0
  /// Tilts of the tomogram, where said.
  public var tiltCount: Int?
  /// Energies of each tilt, where said.
  public var energyCount: Int?
  /// Messages that wait to be recorded.
  public var recorderDepth = 0
  /// Messages that wait to be processed.
  public var intakeDepth = 0
  /// Scans that came and are not done.
  public var unfinishedScans = 0
  /// Previews that gave way to newer ones.
  public var previewsSkipped = 0
  /// Messages that are recorded and wait to be handed to the processing.
  public var intakeBehind = 0
  /// Messages of a run before, which come first.
  public var messagesOfRunBefore = 0
  /// Those of them that the processing has not taken yet.
  public var messagesToTakeUp: Int {
    max(0, messagesOfRunBefore - counters.messages - counters.unread)
  }
  /// Whether what comes is recorded.
  public var recording = Recording.off
  /// The recording; nil where none was made.
  public var recordingPath: String?
  /// Bytes in the recording.
  public var recordedBytes = 0
  /// State of charge, 0 to 1, once both energies are there.
  public var stateOfCharge: Double?
  /// Events that were errors: something was lost or given up.
  public var errors = 0
  /// The last of them, in words; nil before any.
  public var lastError: String?
  /// Where messages are expected from, in words; nil where none come from outside.
  public var source: String?
  /// Seconds since the first message.
  public var elapsed = 0.0
  /// Seconds since the last frame; nil before any.
  public var silence: Double?
  /// Where previews go out, the port spelled out; nil where none do.
  public var previewEndpoint: String?
  /// Where the object goes out for the beamline's display, the port spelled out; nil for nowhere.
  public var recEndpoint: String?
  /// Where control requests are taken, the port spelled out; nil where none are.
  public var controlEndpoint: String?
  /// The folder that results go to, where that is known.
  public var resultsPath: String?
  /// Tomograms that are complete.
  public var tomogramsComplete = 0

  /// How long frames take from their receipt to their effects.
  public var latency = RunLatency()
  /// Bytes that fit on the disk of the recording, or of the results where nothing is recorded; nil
  /// where nobody looked.
  public var diskFree: Int?
  /// Photons a second of an exposure without sample, of the scan that was finished last; nil where
  /// no vacuum was in view or exposures have no time.
  public var beamPerSecond: Double?
  /// What it was of that of the tomogram's first scans at its energy; nil where nothing is known of these.
  public var beamChange: Double?

  /// Makes the status of a run that has not begun.
  public init() {}

  /// Seconds that the tomogram will take from now on at the pace so far, where that can be told.
  public var secondsLeft: Double? {
    // A source that has fallen silent does not make the scans longer.
    let (finished, spent) = (tomogramScansFinished, tomogramLastEnd - tomogramBegan)
    guard let tiltCount, let energyCount, finished > 0, spent > 0 else { return nil }
    let left = Double(max(0, tiltCount * energyCount - finished))
    let pace = spent / Double(finished)
    // Zero is said of a tomogram that has all its scans, not of a scan that is late.
    guard left > 0 else { return 0 }
    return max(1, pace * left - min(pace, max(0, elapsed - tomogramLastEnd)))
  }

  /// Notes the start of a scan of a tomogram, which may be another one than before.
  ///
  /// - Parameters:
  ///   - name: The tomogram.
  ///   - elapsed: Seconds since the first message.
  /// - Returns: Whether it is another one.
  @discardableResult
  public mutating func noteStart(ofTomogram name: String?, at elapsed: Double) -> Bool {
    guard name != tomogram || scansStarted == 0 else { return false }
    tomogram = name
    tomogramScansFinished = 0
    isTomogramComplete = false
    tomogramBegan = elapsed
    tiltCount = nil
    energyCount = nil
    return true
  }

  /// Notes how many scans of the tomogram are in.
  ///
  /// - Parameters:
  ///   - count: Its tilts and energies: a repeated scan counts once, one that was given up not.
  ///   - elapsed: Seconds since the first message.
  public mutating func noteScans(ofTomogram count: Int, at elapsed: Double) {
    guard count != tomogramScansFinished else { return }
    tomogramScansFinished = count
    tomogramLastEnd = elapsed
  }
}
