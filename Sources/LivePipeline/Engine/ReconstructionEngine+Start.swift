// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import FourierTransform
import Imaging
import Preprocessing
import Ptychography
import Synchronization

// How a scan begins: the object's grid, the first probe, the search over defocus.
extension ReconstructionEngine {
  /// Where a scan's first probe may come from, as the schedule names it.
  enum ProbeSource {
    static let zonePlate = "zone-plate"
    static let meanPattern = "mean-pattern"
    static let stream = "source"
    static let search = "search"
    static func scan(_ key: String) -> String { "scan:\(key)" }
    /// Whether such a probe has been refined before.
    static func isRefined(_ source: String) -> Bool {
      source.hasPrefix("scan:") || source == stream
    }
  }

  /// Searches the defocus of the first probe of all, and starts the scan anew from the best.
  ///
  /// Candidates lie within the configured range about the configured defocus, 2.5 rad apart in
  /// the phase at the pupil's edge, then half of that and a quarter about the best.
  func searchDefocus(_ session: ScanSession) {
    let optics = configuration.probe
    session.solver.withLock { solver in
      starting.withLock { _ in search(session, &solver, optics) }
    }
  }

  private func search(
    _ session: ScanSession,
    _ solver: inout ScanSession.Solver,
    _ optics: ProbeConfiguration
  ) {
    guard !solver.kept.isEmpty else { return }
    defer {
      solver.kept = []
      solver.keepsPatterns = false
    }
    let patterns = solver.kept
    let search = DefocusSearch(
      patterns: patterns,
      pixelSize: configuration.preprocessing.objectPixelSize,
      identity: session.identity,
      plan: plan,
      parameters: session.configuration.ptychography,
      workers: crew
    )
    let edge = ZonePlate(optics).cutoffFrequency
    let wavelength = session.identity.energy.wavelength.meters
    var step = 2.5 / (Double.pi * wavelength * edge * edge)
    let reach = optics.defocusRange.meters
    let mean = startsFromMeanPattern ? ProbeStart.meanPattern(patterns) : nil
    var best: (defocus: Double, candidate: DefocusSearch.Candidate)?
    func attempt(_ defocus: Double) {
      guard abs(defocus - optics.defocus.meters) <= reach * 1.001 else { return }
      let start =
        mean.map { meanPatternProbe($0, of: session, defocus: defocus) }
        ?? zonePlateProbe(of: session, defocus: defocus)
      let candidate = search.evaluate(start)
      if candidate.dataError < best?.candidate.dataError ?? .infinity {
        best = (defocus, candidate)
      }
    }
    let count = Int(reach / step)
    for k in -count...count { attempt(optics.defocus.meters + Double(k) * step) }
    for _ in 0..<2 {
      step /= 2
      let middle = best?.defocus ?? optics.defocus.meters
      attempt(middle - step)
      attempt(middle + step)
    }
    guard let best else { return }
    solver.reconstruction = makeReconstruction(
      session,
      grid: solver.reconstruction?.grid ?? grid(of: session),
      probe: best.candidate.probe
    )
    solver.unnoted = 0
    solver.goal = nil
    session.progress.withLock { $0.measuredIteration = 0 }
    for pattern in patterns { solver.reconstruction?.add(pattern) }
    schedule.note(ScheduleStep(.begin, scan: session.key, probe: ProbeSource.search))
    let micrometers = (best.defocus * 1e7).rounded() / 10
    report(
      RunEvent(
        .info,
        "the sample lies \(micrometers) um from the focus (data error "
          + "\(rounded(best.candidate.dataError)) after \(search.iterations) iterations)",
        scan: session.key
      )
    )
  }

  /// Whether a scan should look for its defocus, once it has all its frames.
  func wantsSearch(_ session: ScanSession) -> Bool {
    session.solver.withLock { !$0.kept.isEmpty }
  }

  /// The object's grid: from the planned positions, else from those of the frames at hand.
  func grid(of session: ScanSession) -> ScanGrid {
    let planned = session.description.positions
    let middle =
      session.description.positionsAreCentered
      ? ScanPosition(x: 0, y: 0) : session.description.middleOfPositions
    let positions =
      planned.isEmpty
      ? session.pending.withLock { $0.map(\.pattern.position) }
      : planned.map { ScanPosition(x: $0.x - middle.x, y: $0.y - middle.y) }
    return ScanGrid(
      patternShape: plan.shape,
      pixelSize: configuration.preprocessing.objectPixelSize,
      positions: positions
    )
  }

  func makeReconstruction(
    _ session: ScanSession,
    grid: ScanGrid,
    probe: ComplexImage,
    seed: ComplexImage? = nil
  ) -> IncrementalReconstruction {
    IncrementalReconstruction(
      grid: grid,
      identity: session.identity,
      plan: plan,
      parameters: session.configuration.ptychography,
      probe: probe,
      seed: seed,
      workers: scanWork
    )
  }

  /// The object that a scan starts from, of a finished scan; nil for vacuum.
  ///
  /// - Parameters:
  ///   - session: The scan.
  ///   - source: The finished scan, "scan:KEY".
  ///   - isChosen: Whether `source` decides; else the same tilt's at another energy is looked for.
  /// - Returns: The finished scan's key and object.
  func startObject(
    of session: ScanSession,
    _ source: String?,
    isChosen: Bool
  ) -> (key: String, object: ReconstructedObject)? {
    guard isChosen || session.configuration.probe.reusesObject else { return nil }
    return objects.withLock { objects in
      let wanted =
        isChosen
        ? source.map { String($0.dropFirst(ProbeSource.scan("").count)) }
        : objects.best(
          for: session.identity,
          pixelSize: configuration.preprocessing.objectPixelSize,
          tiltTolerance: configuration.source.tiltTolerance,
          energyTolerance: configuration.source.energyTolerance
        )
      return wanted.flatMap { key in objects.object(of: key).map { (key, $0) } }
    }
  }

  /// Pixels of the largest object; one of 8192 x 8192 takes some 4 GB with all that goes with it.
  static let largestObject = 1 << 26

  /// A probe to start from, and where it came from.
  struct Start {
    var source: String
    var probe: ComplexImage
    /// The background that an earlier scan has found, photons, [row, column], and its probe's power.
    var background: (Image, power: Double)?
    /// The messages whose patterns it was made from, where it was made from patterns.
    var messages: [Int]?
  }

  func startProbe(of session: ScanSession, _ source: String?, _ messages: [Int]?) -> Start {
    let energy = session.identity.energy
    let previous = shelf.withLock { shelf -> Start? in
      let wanted =
        source.map { $0.hasPrefix("scan:") ? String($0.dropFirst(5)) : nil }
        ?? (session.configuration.probe.reusesPrevious
          ? shelf.best(
            for: energy,
            shape: plan.shape,
            tolerance: configuration.source.energyTolerance
          ) : nil)
      guard let key = wanted, let kept = shelf.start(of: key) else { return nil }
      return Start(
        source: ProbeSource.scan(key),
        probe: kept.probe,
        background: kept.background
      )
    }
    if let previous { return previous }
    if let told = session.description.illumination, told.shape == plan.shape,
      source ?? ProbeSource.stream == ProbeSource.stream
    {
      return Start(source: ProbeSource.stream, probe: told)
    }
    let defocus = configuration.probe.defocus.meters
    let usesMean = source.map { $0 == ProbeSource.meanPattern } ?? startsFromMeanPattern
    let waiting = usesMean ? session.waiting(messages) : []
    // A scan that ends without frames has no mean.
    guard !waiting.isEmpty else {
      return Start(
        source: ProbeSource.zonePlate,
        probe: zonePlateProbe(of: session, defocus: defocus)
      )
    }
    let mean = ProbeStart.meanPattern(waiting.map(\.pattern))
    return Start(
      source: ProbeSource.meanPattern,
      probe: meanPatternProbe(mean, of: session, defocus: defocus),
      messages: waiting.map(\.message)
    )
  }

  private var startsFromMeanPattern: Bool { configuration.probe.start == .meanPattern }

  /// The patterns that a scan must have before it begins: a tenth, where its probe is made from
  /// their mean; none where a better probe is there already.
  func framesToBegin(_ description: ScanDescription) -> Int {
    guard startsFromMeanPattern, description.illumination?.shape != plan.shape else { return 0 }
    let hasPrevious =
      configuration.probe.reusesPrevious
      && shelf.withLock {
        $0.best(for: description.identity.energy, shape: plan.shape, tolerance: 0) != nil
      }
    if hasPrevious { return 0 }
    let expected = description.expectedFrames ?? description.positions.count
    return max(configuration.ptychography.minimumFrames, expected / 10)
  }

  private func meanPatternProbe(
    _ mean: Image,
    of session: ScanSession,
    defocus: Double
  ) -> ComplexImage {
    ProbeStart.fromMeanPattern(
      mean,
      curvature: ProbeStart.curvature(
        defocus: Length(meters: defocus),
        energy: session.identity.energy,
        pixelSize: configuration.preprocessing.objectPixelSize
      )
    )
  }

  private func zonePlateProbe(of session: ScanSession, defocus: Double) -> ComplexImage {
    ProbeStart.zonePlate(
      ZonePlate(configuration.probe),
      shape: plan.shape,
      pixelSize: configuration.preprocessing.objectPixelSize,
      energy: session.identity.energy,
      defocus: Length(meters: defocus)
    )
  }

  /// Patterns are kept for a search while no scan has been finished.
  func keepsPatterns(of session: ScanSession) -> Bool {
    guard configuration.probe.searchesDefocus, session.description.illumination == nil else {
      return false
    }
    return isRepeating
      || shelf.withLock {
        $0.best(for: session.identity.energy, shape: plan.shape, tolerance: 0) == nil
      }
  }
}

extension ZonePlate {
  /// The zone plate of a configuration.
  init(_ optics: ProbeConfiguration) {
    self.init(
      diameter: optics.zonePlateDiameter,
      outerZone: optics.outerZoneWidth,
      centralStop: optics.centralStopFraction
    )
  }
}
