// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

extension IncrementalReconstruction {
  /// Runs so many iterations over the frames that are there; without frames nothing happens.
  public mutating func iterate(_ count: Int) {
    guard frameCount > 0 else { return }
    if isRefining { goOnExploring() }
    for _ in 0..<count { step() }
  }

  /// Runs so many iterations towards the likeliest object near the one that there is.
  ///
  /// Alternating projections whose modulus step is `PtychographyParameters.likelihoodRelaxation`'s:
  /// where probe times object agree with the counts as well as photons allow, they rest. RAAR never
  /// does, and what of the counts is noise stays in its waves. Every twentieth begins with
  /// `turnScatteredLight`.
  public mutating func refine(_ count: Int) {
    guard frameCount > 0 else { return }
    if !isRefining { refinedIterations = 0 }
    isRefining = true
    for _ in 0..<count {
      if refinedIterations.isMultiple(of: Self.scatterPhasePeriod) { turnScatteredLight() }
      step()
      refinedIterations += 1
    }
  }

  /// Has all waves begin anew from the object, as those of new frames do.
  private mutating func goOnExploring() {
    isRefining = false
    guard parameters.engine.keepsWaves else { return }
    rememberCopies()
    y = AlignedArray()
    let values = object.values
    set(x.mutableSpan, to: values.span, times: 1)
    for group in groups.indices {
      for k in groups[group].frames.indices { restartWave(group, k) }
    }
  }

  private mutating func step() {
    updateBackgroundIfDue()
    refinePositionsIfDue()
    correctForPixelAreaIfDue()
    if engine == .epie {
      stepByFrame()
    } else {
      stepByProjections()
    }
    iteration += 1
    if hasEnoughFrames { settledIterations += 1 }
    watchForStagnation()
  }

  /// Takes the iteration's error once all that is to be refined is.
  private mutating func watchForStagnation() {
    guard stagnation.isWatching, settledIterations > lastStart, backgroundIsFound else { return }
    guard engine == .epie else {
      stagnation.note(overlapError)
      return
    }
    guard iteration.isMultiple(of: Self.comparisonPeriod) else { return }
    measureDataError()
    stagnation.note(dataError)
  }

  /// Iterations from one comparison to the next that ePIE, which has no error of its own, is watched
  /// by: each costs half an iteration.
  private static let comparisonPeriod = 5

  /// The watch that the parameters ask for.
  static func stagnation(of parameters: PtychographyParameters) -> Stagnation {
    let period = parameters.engine == .epie ? comparisonPeriod : 1
    return Stagnation(
      tolerance: parameters.stagnationTolerance,
      window: (parameters.stagnationWindow + period - 1) / period
    )
  }

  /// Whether the background has been retrieved from all frames, its level too; true where none is
  /// retrieved.
  private var backgroundIsFound: Bool {
    !parameters.retrievesBackground
      || (background.hasSteppedAlong || parameters.backgroundFraction != nil)
        && background.schedule.knowsAll(frames: frameCount)
  }

  /// The iterations with enough frames after which the last refinement of probe or positions begins.
  private var lastStart: Int {
    max(
      parameters.probeUpdatePeriod > 0 ? parameters.probeUpdateStart : 0,
      parameters.positionUpdatePeriod > 0 ? parameters.positionUpdateStart : 0
    )
  }

  private mutating func stepByProjections() {
    let wanted = ScanSums.Wanted(
      waves: overlapIsStale && engine.keepsWaves || engine == .differenceMap,
      coverage: coverageIsStale,
      probe: probeIsDue
    )
    sweepFrames(wanted)
    for k in groups.indices.dropFirst() {
      let sums = groups[k].sums
      groups[0].sums.add(sums, wanted)
    }
    if wanted.coverage {
      coverage = groups[0].sums.coverage
      coverageIsStale = false
    }
    rememberCopies()
    finishObject(wanted)
    overlapIsStale = false
    if wanted.probe { finishProbe() }
  }

  /// Has every frame do an iteration; what they share is nobody's any more when it returns, so that
  /// it can be changed without a copy.
  private mutating func sweepFrames(_ wanted: ScanSums.Wanted) {
    let sweep = sweep(wanted)
    inGroups { $0.iterate(sweep) }
  }

  /// What all frames share in an iteration, or in a comparison with the background that is reported.
  ///
  /// - Parameters:
  ///   - wanted: What is summed.
  ///   - reports: Whether the background is the one that is reported.
  ///   - modulusStep: How far measured moduli are trusted; as the iteration does where nil.
  /// - Returns: What is shared.
  func sweep(
    _ wanted: ScanSums.Wanted,
    reports: Bool = false,
    modulusStep: ModulusStep? = nil
  ) -> FrameSweep {
    FrameSweep(
      transform: transform,
      engine: engine,
      beta: Float(parameters.beta),
      modulusStep: modulusStep ?? self.modulusStep,
      modes: illumination.modes.count,
      objectColumns: grid.objectShape.columns,
      wanted: wanted,
      shifts: illumination.shifts,
      copies: illumination.copies,
      previousCopies: previousCopies,
      object: object.values,
      x: x,
      y: y,
      background: reports ? background.reported : background.background
    )
  }

  var probeIsDue: Bool {
    isDue(start: parameters.probeUpdateStart, period: parameters.probeUpdatePeriod)
  }

  /// Whether something that is done now and then has its turn; never where the period is 0.
  func isDue(start: Int, period: Int) -> Bool {
    period > 0 && hasEnoughFrames && settledIterations >= start
      && (settledIterations - start).isMultiple(of: period)
  }

  /// The object, what the next waves begin with, and the overlap error.
  private mutating func finishObject(_ wanted: ScanSums.Wanted) {
    let explained = OverlapSolution(
      engine: engine,
      beta: Float(parameters.beta),
      threshold: litThreshold,
      usesWaveSums: wanted.waves,
      keepsApart: wanted.probe
    ).solve(groups[0].sums, coverage, object: &object.values, x: &x, y: &y)
    noteOverlapError(explained)
  }

  private mutating func noteOverlapError(_ explained: Double) {
    let norm = Double(grid.patternShape.count) * groups[0].sums.dataNorm
    guard norm > 0 else { return }
    // P_Q is an orthogonal projection: |D − P_Q D|² = |D|² − |P_Q D|².
    overlapError = (max(0, norm - explained) / norm).squareRoot()
  }

  /// P ← P + Σ O* (D − P O) / Σ|O|², its supports, then the power that the frames tell.
  mutating func finishProbe() {
    let weight = groups[0].sums.probeDenominator
    let residuals = groups[0].sums.probeResidual
    let floor = 1e-4 * largest(weight.span) + .leastNormalMagnitude
    var modes = illumination.modes
    for mode in modes.indices {
      var values = modes[mode].values.mutableSpan
      let image = residuals[mode]
      let residual = image.values.span
      for i in weight.indices { values[i] += (1 / (weight[i] + floor)) * residual[i] }
      support.apply(to: &modes[mode], plan: plan)
    }
    let power = modes.reduce(0) { $0 + squaredNorm($1.values.span) }
    let wanted = incidentPhotons()
    if power > 0, wanted > 0 {
      let factor = Float((wanted / power).squareRoot())
      modes = modes.map { scaled($0, by: factor) }
      background.scale(toPower: wanted)
      divideObject(by: factor)
      // What the refined probe multiplies; the rest belongs to the probe of before.
      if engine == .raar { scale(x.mutableSpan, by: 1 / factor) }
    }
    replaceProbe(by: modes)
    coverageIsStale = true
    overlapIsStale = true
  }

  /// Takes new modes of the probe, and has the groups make their copies.
  mutating func replaceProbe(by modes: [ComplexImage]) {
    let (shifts, slots, parts) = (illumination.shifts, illumination.slots, groups.count)
    // Runs of slots, because those of one row step share transforms.
    let shares = (0..<parts).map {
      slots[slots.count * $0 / parts..<slots.count * ($0 + 1) / parts]
    }
    for group in groups.indices {
      groups[group].newCopies = shares[group].map { takeSpareCopy($0) }
    }
    inGroups { $0.makeCopies(of: modes, at: Array(shares[$0.number]), shifts) }
    var copies = illumination.copies
    for group in groups.indices {
      for (slot, copy) in zip(shares[group], groups[group].newCopies) { copies[slot] = copy }
      groups[group].newCopies = []
    }
    illumination.replace(by: modes, copies: copies)
    copiesAreNew = true
  }

  private mutating func takeSpareCopy(_ slot: Int) -> AlignedArray<Complex64> {
    guard spareCopies.indices.contains(slot) else { return AlignedArray() }
    defer { spareCopies[slot] = AlignedArray() }
    return spareCopies[slot]
  }

  /// Makes the copies as they are the previous ones, whose memory serves the next refinement.
  mutating func rememberCopies() {
    guard copiesAreNew else { return }
    spareCopies = previousCopies
    previousCopies = illumination.copies
    copiesAreNew = false
  }
}
