// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// A static background b(q) ≥ 0 that all patterns share, found along with the object.
///
/// It is an incoherent mode beside the wave, see `projectOntoModuli`, so object and background
/// minimise the same misfit, Σ (√(G + b) − √I)² with G = |F P O|². An update is Newton's step in each
/// pixel; now and then one along the mean pattern, `BackgroundLevel`, takes the place of it.
/// As in SHARP (Marchesini et al., J. Appl. Cryst. 49, 2016) G comes from probe times object, not
/// from the RAAR iterate. All arrays are in the order of the transform's tiles, photons over the number of
/// pixels.
struct BackgroundRetrieval: Sendable {
  /// The sums over frames that an update needs, with q = G + b.
  struct Sums: Sendable {
    /// b that the sums are taken with.
    let background: [Float]
    /// Added to q, so that nothing divides by zero.
    let floor: Float
    /// Σ G over measured pixels.
    var model: [Float]
    /// Σ (√(I / q) − 1), minus the misfit's slope in b.
    var gradient: [Float]
    /// Σ 1 / q, twice the misfit's curvature in b.
    var inverse: [Float]
    /// Σ G / q.
    var part: [Float]
    /// Σ G (√(I / q) − 1).
    var scaling: [Float]

    init(background: [Float], floor: Float) {
      self.background = background
      self.floor = floor
      model = [Float](repeating: 0, count: background.count)
      gradient = model
      inverse = model
      part = model
      scaling = model
    }

    /// Adds another part of the frames.
    mutating func add(_ other: Sums) {
      func add(_ source: [Float], to target: inout [Float]) {
        var target = target.mutableSpan
        addScaled(source.span, by: 1, to: &target)
      }
      add(other.model, to: &model)
      add(other.gradient, to: &gradient)
      add(other.inverse, to: &inverse)
      add(other.part, to: &part)
      add(other.scaling, to: &scaling)
    }
  }

  /// b.
  var background: [Float]
  /// Σ I over the frames that are there.
  private var intensities: [Float]
  /// The frames that measured a pixel.
  private var counts: [Float]
  private var level = BackgroundLevel()
  /// b of before it was forgotten, until there is another.
  private var before: [Float]?
  /// Updates in single pixels since the start or restart.
  private(set) var pixelSteps = 0
  /// Whether the step along the mean pattern has had its turn since the start or restart.
  private(set) var hasSteppedAlong = false
  /// The power of the probe that goes with another scan's background, until it is retrieved on, photons.
  private var knownPower: Double?
  /// When it is retrieved.
  var schedule = BackgroundSchedule()

  init(count: Int) {
    background = [Float](repeating: 0, count: count)
    intensities = background
    counts = background
  }

  /// Goes on from a background that was found before.
  mutating func start(from background: [Float]) {
    precondition(background.count == self.background.count, "the background has another shape")
    self.background = background
  }

  /// Starts from the background of another scan, where it has found any.
  ///
  /// - Parameters:
  ///   - background: It.
  ///   - power: The power of that scan's probe, photons.
  mutating func start(from background: [Float], ofPower power: Double) {
    start(from: background)
    guard !isUnknown, power > 0 else { return }
    schedule.isKnown = true
    knownPower = power
  }

  /// Scales another scan's background to the power of the probe, which tells exposure and beam.
  mutating func scale(toPower power: Double) {
    guard let before = knownPower, power > 0 else { return }
    let factor = Float(power / before)
    background = background.map { factor * $0 }
    knownPower = power
  }

  /// Scales the background so that its pixels sum to so much, photons over pixels.
  mutating func scale(toSum sum: Double) {
    let present = background.reduce(0) { $0 + Double($1) }
    guard present > 0, sum >= 0 else { return }
    let factor = Float(sum / present)
    background = background.map { factor * $0 }
  }

  /// Forgets what was found, except for reports until something else is.
  mutating func restart() {
    before = reported
    background = [Float](repeating: 0, count: background.count)
    level = BackgroundLevel()
    pixelSteps = 0
    hasSteppedAlong = false
  }

  /// Sums the photons anew, where they are no more those that frames have joined with.
  mutating func recount(_ groups: [FrameGroup]) {
    intensities = [Float](repeating: 0, count: intensities.count)
    counts = intensities
    for group in groups { for frame in group.frames { add(measured: frame.intensities.span) } }
  }

  /// b as results tell it: that of before a restart while nothing has been found since.
  var reported: [Float] { before ?? background }

  /// Adds a frame's photons.
  mutating func add(measured: Span<Float>) {
    for i in measured.indices {
      let isMeasured = measured[i] >= 0
      intensities[i] += isMeasured ? measured[i] : 0
      counts[i] += isMeasured ? 1 : 0
    }
  }

  /// Sums of nothing, for the next update.
  func emptySums() -> Sums {
    let whole = zip(intensities, counts).reduce(0) { $0 + $1.0 / max($1.1, 1) }
    return Sums(
      background: background,
      floor: 1e-6 * whole / Float(background.count) + .leastNormalMagnitude
    )
  }

  /// Whether nothing is known of it yet.
  var isUnknown: Bool { background.allSatisfy { $0 == 0 } }

  /// Takes the new background from sums over frames: over half of them, except for the first
  /// update and the steps along the mean pattern, which take all.
  ///
  /// The first background is what the model leaves over on the mean: steps of √b would not leave 0.
  ///
  /// - Parameters:
  ///   - sums: Begun with `emptySums`.
  ///   - frames: How many frames there are.
  ///   - stepsAlong: Whether the step along the mean pattern is taken, and no other.
  mutating func update(_ sums: Sums, frames: Int, stepsAlong: Bool) {
    let step: [Float]
    if isUnknown {
      step = background.indices.map { (intensities[$0] - sums.model[$0]) / max(counts[$0], 1) }
    } else {
      let gradient = sums.adaptedGradient
      step =
        stepsAlong
        ? level.step(sums, gradient, frames: frames)
        : gradient.indices.map { 2 * gradient[$0] / sums.inverse[$0] }
    }
    for i in background.indices {
      background[i] = max(0, background[i] + (step[i].isFinite ? step[i] : 0))
    }
    before = nil
    knownPower = nil
    if stepsAlong { hasSteppedAlong = true } else { pixelSteps += 1 }
  }
}

extension BackgroundRetrieval.Sums {
  /// Minus the slope of the misfit in b where the object's own scale has been adapted.
  ///
  /// RAAR's object is a little too faint, by the part of its waves that is inconsistent. Taken as
  /// missing light, that would go to the background.
  fileprivate var adaptedGradient: [Float] {
    // The misfit's slope and curvature in a factor on all G.
    var (slope, curvature) = (0.0, 0.0)
    for i in model.indices {
      slope += Double(scaling[i])
      // G² / q = G − b G / q.
      curvature += Double(max(0, model[i] - background[i] * part[i])) / 2
    }
    let factor = curvature > 0 ? Float(slope / curvature) : 0
    return gradient.indices.map { gradient[$0] - factor / 2 * part[$0] }
  }
}
