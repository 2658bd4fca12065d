// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import FourierTransform
public import Imaging

/// Finds the defocus of the probe, sign and distance, by short reconstructions.
///
/// Frames nearest to the middle of the scan are reconstructed from the probe of each candidate,
/// and the lowest data error wins, wherever in the row it stands: the in-focus start often is a
/// false minimum, because a tiny probe fits anything. Candidates stand 2.5 rad apart in the phase
/// at the pupil's edge, for an error dip is about twice that wide, and as far out as the probe
/// still fits into the frame; the best is then looked at more closely.
public struct DefocusSearch: Sendable {
  /// One start that was tried.
  public struct Candidate: Sendable {
    /// c of the defocus phase exp(iπ c k²), in pixels².
    public var curvature: Double
    /// The data error that it reached; NaN where none could be had.
    public var dataError: Double
    /// The probe as the short reconstruction refined it, centre at [N/2, N/2].
    public var probe: ComplexImage
  }

  /// Frames taken from the middle of the scan.
  public let frameCount = 100
  /// Iterations for each candidate.
  public var iterations = 25
  /// Iterations before a candidate's probe is refined.
  public var probeUpdateStart = 4
  /// Times that the distance of candidates is halved about the best.
  public var refinements = 2

  let patterns: [DiffractionPattern]
  let grid: ScanGrid
  let identity: ScanIdentity
  let plan: FourierPlan2D
  let parameters: PtychographyParameters
  let workers: any WorkSharing
  let mean: Image

  /// Prepares a search.
  ///
  /// - Parameters:
  ///   - patterns: The scan, at least one frame.
  ///   - pixelSize: The size of an object pixel.
  ///   - identity: Which scan it is.
  ///   - plan: Transforms of the patterns' shape.
  ///   - parameters: How the scan will be reconstructed.
  ///   - workers: Threads to spread frames over.
  public init(
    patterns: [DiffractionPattern],
    pixelSize: Length,
    identity: ScanIdentity,
    plan: FourierPlan2D,
    parameters: PtychographyParameters,
    workers: any WorkSharing = SerialWork()
  ) {
    precondition(!patterns.isEmpty, "a search needs frames")
    self.patterns = Array(Self.nearestToMiddle(patterns).prefix(frameCount))
    self.identity = identity
    self.plan = plan
    self.parameters = parameters
    self.workers = workers
    mean = ProbeStart.meanPattern(patterns)
    grid = ScanGrid(
      patternShape: plan.shape,
      pixelSize: pixelSize,
      positions: self.patterns.map(\.position)
    )
  }

  /// Searches with the mean pattern as the pupil.
  ///
  /// - Parameter progress: Told of each candidate when it is done.
  /// - Returns: The best candidate.
  public func run(_ progress: (Candidate) -> Void = { _ in }) -> Candidate {
    run(start: { ProbeStart.fromMeanPattern(mean, curvature: $0) }, progress)
  }

  /// Searches with a pupil of one's own.
  ///
  /// - Parameters:
  ///   - start: The probe of a curvature.
  ///   - progress: Told of each candidate when it is done.
  /// - Returns: The best candidate.
  public func run(
    start: (Double) -> ComplexImage,
    _ progress: (Candidate) -> Void = { _ in }
  ) -> Candidate {
    let (reach, coarse) = curvatures()
    func attempt(_ curvature: Double) -> Candidate {
      var candidate = evaluate(start(curvature))
      candidate.curvature = curvature
      progress(candidate)
      return candidate
    }
    var best = attempt(0)
    for k in 1...max(1, Int(reach / coarse)) {
      for curvature in [Double(k) * coarse, -Double(k) * coarse] {
        best = better(best, attempt(curvature))
      }
    }
    var step = coarse
    for _ in 0..<refinements {
      step /= 2
      let middle = best.curvature
      for curvature in [middle - step, middle + step] {
        best = better(best, attempt(curvature))
      }
    }
    return best
  }

  /// Reconstructs the middle of the scan briefly from one probe.
  ///
  /// - Parameter probe: The start, [row, column], centre at [N/2, N/2].
  /// - Returns: The refined probe with its data error; the curvature says nothing.
  public func evaluate(_ probe: ComplexImage) -> Candidate {
    var parameters = parameters
    parameters.probeUpdateStart = probeUpdateStart
    parameters.retrievesBackground = false
    parameters.probeModes = 1
    parameters.positionUpdatePeriod = 0
    var reconstruction = IncrementalReconstruction(
      grid: grid,
      identity: identity,
      plan: plan,
      parameters: parameters,
      probe: probe,
      workers: workers
    )
    for pattern in patterns { reconstruction.add(pattern) }
    reconstruction.iterate(iterations)
    reconstruction.measureDataError()
    return Candidate(
      curvature: .nan,
      dataError: reconstruction.dataError,
      probe: reconstruction.probe
    )
  }

  /// How far the curvature may go, and by which steps.
  private func curvatures() -> (reach: Double, step: Double) {
    // The pupil's edge, from its second moment as if it were a disc, cycles per pixel.
    let bright = ProbeStart.brightAmplitudes(mean, 0.02)
    var weight = 0.0
    var moment = 0.0
    for row in 0..<mean.shape.rows {
      for column in 0..<mean.shape.columns {
        let ky = Double(row - mean.shape.rows / 2) / Double(mean.shape.rows)
        let kx = Double(column - mean.shape.columns / 2) / Double(mean.shape.columns)
        let photons = Double(bright[row, column]) * Double(bright[row, column])
        weight += photons
        moment += photons * (ky * ky + kx * kx)
      }
    }
    let edge2 = weight > 0 ? max(2 * moment / weight, 1e-6) : 0.01
    // A defocused pupil is |c| k in radius.
    let reach = 0.45 * Double(mean.shape.columns) / edge2.squareRoot()
    return (reach, 2.5 / (.pi * edge2))
  }

  private func better(_ a: Candidate, _ b: Candidate) -> Candidate {
    a.dataError <= b.dataError || b.dataError.isNaN ? a : b
  }

  private static func nearestToMiddle(_ patterns: [DiffractionPattern]) -> [DiffractionPattern] {
    let count = Double(patterns.count)
    let x = patterns.reduce(0) { $0 + $1.position.x } / count
    let y = patterns.reduce(0) { $0 + $1.position.y } / count
    func distance(_ pattern: DiffractionPattern) -> Double {
      let (dx, dy) = (pattern.position.x - x, pattern.position.y - y)
      return dx * dx + dy * dy
    }
    return patterns.sorted { (distance($0), $0.index) < (distance($1), $1.index) }
  }
}
