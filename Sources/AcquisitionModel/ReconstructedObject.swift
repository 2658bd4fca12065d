// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// A scan's complex object and probe, with what is needed to judge them.
public struct ReconstructedObject: Sendable {
  /// Which scan it is.
  public var identity: ScanIdentity
  /// The object's transmission, [row, column].
  public var transmission: ComplexImage
  /// The probe, [row, column], √photon, centre at [N/2, N/2].
  public var probe: ComplexImage
  /// The probe's other modes, the strongest first, where it is partially coherent.
  public var weakerModes: [ComplexImage]
  /// Photons that lit each object pixel over the whole scan, Σ|probe|², [row, column].
  public var coverage: Image
  /// The size of an object pixel.
  public var pixelSize: Length
  /// The scan position that falls on the centre of object pixel [0, 0].
  public var origin: ScanPosition
  /// The static background of the patterns, [row, column], photons, DC at [N/2, N/2], if retrieved.
  public var background: Image?
  /// The iterations that were run.
  public var iteration: Int
  /// The frames that took part.
  public var frameCount: Int
  /// sqrt(Σ(|F ψ| − √I)² / Σ I) over all frames, with ψ = probe · object.
  ///
  /// I are corrected counts, the solver's patterns: the attenuator is divided out of them, exposures are
  /// merged, and what is below zero is cut. Where they were scaled up their noise was, too, and makes more of
  /// this error than the photons of I would (Docs/Explanations/Ptychography.md, "Errors").
  public var dataError: Double
  /// sqrt(Σ|P_M ψ − P_Q P_M ψ|² / Σ I) of the last iteration.
  public var overlapError: Double
  /// The data error that photon noise alone would leave with this object, if every photon of the corrected
  /// counts had been counted; NaN where not known.
  public var photonNoiseError = Double.nan
  /// The mean of (√n − √λ)² over all measured pixels, for n photons about the λ of the model: 1/4
  /// where all are bright, less where many are dark; NaN where not known.
  public var amplitudeVariance = Double.nan
  /// Why it iterated no more; nil where nobody says.
  public var end: ReconstructionEnd?
  /// How its freedoms were fixed; nil where they were not.
  public var gauge: ObjectGauge?
  /// OD with its error, and phase; nil where they were not made.
  public var maps: ObjectMaps?
  /// The correlation of its two halves; nil where none was measured.
  public var halves: HalfScanCorrelation?

  /// Σ|P|² over all modes of the probe, photons.
  public var probePower: Double {
    ([probe] + weakerModes).reduce(0) { $0 + squaredNorm($1.values.span) }
  }

  /// Makes a record.
  public init(
    identity: ScanIdentity,
    transmission: ComplexImage,
    probe: ComplexImage,
    weakerModes: [ComplexImage] = [],
    coverage: Image,
    pixelSize: Length,
    origin: ScanPosition,
    background: Image? = nil,
    iteration: Int = 0,
    frameCount: Int = 0,
    dataError: Double = .nan,
    overlapError: Double = .nan
  ) {
    self.identity = identity
    self.transmission = transmission
    self.probe = probe
    self.weakerModes = weakerModes
    self.coverage = coverage
    self.pixelSize = pixelSize
    self.origin = origin
    self.background = background
    self.iteration = iteration
    self.frameCount = frameCount
    self.dataError = dataError
    self.overlapError = overlapError
  }
}
