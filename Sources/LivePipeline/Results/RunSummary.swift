// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import HDF5Storage

/// What a run came to; `summary.json` in the folder of its results.
public struct RunSummary: Codable, Sendable {
  /// One scan.
  public struct Scan: Codable, Sendable {
    /// The name that makes it unique in the run.
    public var scan: String
    /// The tilt, degrees.
    public var rotationAngle: Double?
    /// The photon energy, electron volts.
    public var energy: Double
    /// Frames that took part.
    public var frames: Int
    /// Iterations.
    public var iterations: Int
    /// Why it iterated no more; nil where nobody knows.
    public var end: ReconstructionEnd?
    /// sqrt(Σ(|F P O| − √I)² / Σ I), I the corrected counts; nil where it is not known.
    public var dataError: Double?
    /// sqrt(Σ|D − P O|² / Σ|D|²) of the last iteration.
    public var overlapError: Double?
    /// The modulus that counted as vacuum.
    public var vacuumModulus: Double
    /// Whether vacuum was in view and decided.
    public var vacuumInView: Bool
    /// The half period to which halves of its frames agree by 1/2 bit, metres; nil where not known.
    public var halfPeriod: Double?
    /// The half period to which they correlate by 0.5 at least, metres.
    public var halfPeriodAtOneHalf: Double?
    /// Seconds from its start to its result.
    public var duration: Double

    enum CodingKeys: String, CodingKey {
      case scan, frames, iterations, end
      case rotationAngle = "rotation_angle_deg"
      case energy = "energy_eV"
      case dataError = "data_error"
      case overlapError = "overlap_error"
      case vacuumModulus = "vacuum_modulus"
      case vacuumInView = "vacuum_in_view"
      case halfPeriod = "frc_half_period_m"
      case halfPeriodAtOneHalf = "frc_half_period_at_0.5_m"
      case duration = "duration_s"
    }
  }

  /// One tomogram.
  public struct Tomogram: Codable, Sendable {
    /// Its name.
    public var name: String
    /// Tilts in the volumes.
    public var tilts: Int
    /// Tilts that were held back, by place in the series.
    public var heldBack: [Int]
    /// Projections that could not be placed at all.
    public var refused: Int
    /// Its photon energies, electron volts.
    public var energies: [Double]
    /// Σ C_FP / Σ (C_LFP + C_FP), 0 to 1, where there are two energies.
    public var stateOfCharge: Double?
    /// Its standard uncertainty.
    public var stateOfChargeUncertainty: Double?
    /// The two phases in the histogram of polar angles, LiFePO₄ first, where there are two.
    public var phasePeaks: [ChemistryFigures.Peak]?
    /// The half period at 1/2 bit of each energy's volume by Fourier shell correlation, metres;
    /// null where nothing correlates, nil where it was not measured.
    public var halfPeriods: [Double?]?

    /// Its particles, where they were looked for.
    public var particles: Particles?
    /// The places of the tilts that are left out because somebody asked for it; nil for none.
    public var leftOut: [Int]?

    enum CodingKeys: String, CodingKey {
      case name, tilts, refused, particles
      case heldBack = "held_back"
      case leftOut = "left_out"
      case energies = "energies_eV"
      case stateOfCharge = "state_of_charge"
      case phasePeaks = "phase_peaks"
      case halfPeriods = "fsc_half_periods_m"
      case stateOfChargeUncertainty = "state_of_charge_uncertainty"
    }
  }

  /// The particles of a tomogram.
  public struct Particles: Codable, Sendable {
    /// The particles that are plates.
    public var count: Int
    /// What could not be separated into plates.
    public var bunches: Int
    /// The plates that are active.
    public var active: Int
    /// The share of FePO₄ from which one is active, percent.
    public var activePercent: Double
    /// The part that is active; nil where there are none.
    public var activeFraction: Double?
    /// Its binomial error, one standard deviation.
    public var activeError: Double?

    enum CodingKeys: String, CodingKey {
      case count, bunches, active
      case activePercent = "active_percent"
      case activeFraction = "active_fraction"
      case activeError = "active_fraction_error"
    }
  }

  /// The version of the program.
  public var version = tiltfoldVersion
  /// What came in and what was wrong with it.
  public var counters = StreamCounters()
  /// Frames that were lost on the way to us.
  public var framesLost = 0
  /// Seconds from the first message to the last result.
  public var elapsed = 0.0
  /// What the iterations of scans cost.
  public var ptychography = PtychographyLoad()
  /// How long frames took from their receipt to their effects; nil in summaries of earlier versions.
  public var latency: RunLatency?
  /// The recording, where one was made.
  public var recording: String?
  /// Scans in the order of their end.
  public var scans: [Scan] = []
  /// Tomograms in the order of their end.
  public var tomograms: [Tomogram] = []
  /// How many of the events are errors: something was lost or given up.
  public var errors = 0
  /// Warnings and errors, in order.
  public var events: [String] = []
  /// Files that were written, relative to the folder of the results.
  public var files: [String] = []

  /// Makes a summary of nothing.
  public init() {}

  /// What keeps it from being whole, in words, the worst first.
  public var shortcomings: [String] {
    let counts = [
      (counters.unrecorded, "messages are in no recording"),
      (counters.unread, "recorded messages could not be read back"),
      (framesLost, "frames did not come"), (counters.unusable, "frames could not be used"),
      (counters.withoutScan, "frames came without a scan's start"),
      (counters.withoutPosition, "frames have no position"),
      (counters.malformed, "messages could not be read"),
    ]
    var words = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    for tomogram in tomograms {
      if !tomogram.heldBack.isEmpty {
        words.append("\(Words.tilts(tomogram.heldBack)) held back in \(tomogram.name)")
      }
      if tomogram.refused > 0 {
        words.append(
          "\(Words.count(tomogram.refused, "projection")) not folded into \(tomogram.name)"
        )
      }
    }
    if errors > 0 { words.append("\(Words.count(errors, "error")) told above") }
    return words
  }

  /// Whether nothing was lost, held back or given up.
  public var isWhole: Bool { shortcomings.isEmpty }

  enum CodingKeys: String, CodingKey {
    case version, counters, recording, ptychography, latency, scans, tomograms, errors, events,
      files
    case framesLost = "frames_lost"
    case elapsed = "elapsed_s"
  }
}
