// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Registration
import Tomography

// Where a new tilt lies, and whether that may be believed.
extension TomogramAssembly {
  /// Why a tilt is held back.
  enum Mistrust {
    case nothingAbsorbs
    case beyondSearch(PixelShift, confidence: Double)
    case weak(confidence: Double)
    case farFromMass(pixels: Double, confidence: Double)
    case otherStrength(factor: Double, confidence: Double)

    /// The correlation that was found.
    var confidence: Double {
      switch self {
      case .nothingAbsorbs: 0
      case .beyondSearch(_, let confidence), .weak(let confidence),
        .farFromMass(_, let confidence), .otherStrength(_, let confidence):
        confidence
      }
    }

    /// In words.
    var reason: String {
      func short(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
      switch self {
      case .nothingAbsorbs:
        return "nothing in it absorbs, so that its place cannot be told"
      case .beyondSearch(let shift, _):
        return "it lies \(short(shift.rows)), \(short(shift.columns)) pixels away, further than "
          + "registration.maximum_shift_px"
      case .weak(let confidence):
        return "its correlation with what is there already is \(short(confidence)), less than "
          + "registration.minimum_confidence"
      case .farFromMass(let pixels, let confidence):
        return "its centre of mass lies \(short(pixels)) pixels from where the volume has it "
          + "(registration.mass_gate_px), and its correlation with the volume is "
          + "\(short(confidence))"
      case .otherStrength(let factor, _):
        return "it is \(short(factor)) times as dense as the tilts before it "
          + "(registration.maximum_factor): did the beam or the sample change?"
      }
    }

    /// What to do where that is so of all projections, in words.
    var remedy: String {
      switch self {
      case .nothingAbsorbs: "Make sure by the scans' pictures that the sample is in view"
      case .beyondSearch: "Raise registration.maximum_shift_px"
      case .weak: "Lower registration.minimum_confidence, or raise registration.maximum_shift_px"
      case .farFromMass: "Raise registration.mass_gate_px where the sample moves like that"
      case .otherStrength: "Look at the scan's own picture, or raise registration.maximum_factor"
      }
    }
  }

  /// Finds where a scan lies, stores it with its tilt, and says why if it cannot be trusted.
  ///
  /// One that cannot is kept as held back, but does not take the place of one that can.
  mutating func register(
    _ scan: StoredProjection,
    of position: Int,
    energy: Int
  ) -> Mistrust? {
    var scan = scan
    let hasOther = tilts[position].scans.contains { $0.key != energy && $0.value.isAccepted }
    let mistrust =
      hasOther
      ? layOnOtherEnergy(&scan, of: position, energy: energy)
      : layOnVolume(&scan, of: position, energy: energy)
    scan.isAccepted = mistrust == nil
    if !tilts[position].isAccepted { tilts[position].reason = mistrust?.reason }
    if scan.isAccepted || !tilts[position].isAccepted(energy: energy) {
      tilts[position].scans[energy] = scan
    }
    return mistrust
  }

  /// Lays a tilt's first scan on the running volume.
  private mutating func layOnVolume(
    _ scan: inout StoredProjection,
    of position: Int,
    energy: Int
  ) -> Mistrust? {
    scan.offset = .zero
    // Turned as the others are where the rotation axis leans.
    let turn = SimilarityTransform(rotation: axisLean * .pi / 180)
    let laid = scan.laid(by: turn, to: fieldShape, tilts[position].interpolation)
    let mass = MassCenter(of: laid.values, weights: laid.weights)
    guard let reference = runningReference(for: tilts[position], energy: energy) else {
      // The first of all: its mass goes to the middle, and the others follow it. An object that the
      // view cuts stays where the scan had it.
      guard let mass else { return .nothingAbsorbs }
      let place = mass.isCut ? .zero : PixelShift.zero - mass.place
      tilts[position].transform = SimilarityTransform(shift: place)
      tilts[position].confidence = 1
      scan.confidence = 1
      return nil
    }
    let estimate = estimate(of: laid, onto: reference, mass: mass)
    tilts[position].confidence = estimate.confidence
    tilts[position].shiftError = estimate.standardError
    scan.confidence = estimate.confidence
    let usual = usual(of: factors[energy])
    if let mistrust = mistrust(in: estimate, mass: mass, usualFactor: usual) { return mistrust }
    note(estimate.scale, in: &factors[energy])
    tilts[position].transform = turn.followed(by: SimilarityTransform(shift: estimate.shift))
    return nil
  }

  /// Lays an image on a reference, first about where its mass is, else anywhere.
  private func estimate(
    of laid: (values: Image, weights: Image),
    onto reference: Image,
    mass: MassCenter?
  ) -> ShiftEstimate {
    if let mass, !mass.isCut {
      let seed = PixelShift.zero - mass.place
      if max(abs(seed.rows), abs(seed.columns)) <= registration.maximumShift {
        let estimate = estimator.shift(
          of: laid.values,
          weights: laid.weights,
          onto: reference,
          near: seed,
          within: registration.massGate
        )
        if estimate.confidence >= registration.minimumConfidence { return estimate }
      }
    }
    return estimator.shift(of: laid.values, weights: laid.weights, onto: reference)
  }

  private func mistrust(
    in estimate: ShiftEstimate,
    mass: MassCenter?,
    usualFactor: Double?
  ) -> Mistrust? {
    let confidence = estimate.confidence
    if let mass, !mass.isCut {
      let reach = max(abs(mass.place.rows), abs(mass.place.columns))
      guard reach <= registration.maximumShift + registration.massGate else {
        return .beyondSearch(PixelShift.zero - mass.place, confidence: confidence)
      }
    }
    guard confidence >= registration.minimumConfidence else { return .weak(confidence: confidence) }
    let reach = max(abs(estimate.shift.rows), abs(estimate.shift.columns))
    guard reach <= registration.maximumShift else {
      return .beyondSearch(estimate.shift, confidence: confidence)
    }
    // The centre of an object that the view cuts says nothing.
    if let mass, !mass.isCut {
      let agreement = estimate.shift + mass.place
      let apart = max(abs(agreement.rows), abs(agreement.columns))
      guard
        apart <= registration.massGate || confidence >= (1 + registration.minimumConfidence) / 2
      else { return .farFromMass(pixels: apart, confidence: confidence) }
    }
    return otherStrength(estimate, usualFactor)
  }

  private func otherStrength(_ estimate: ShiftEstimate, _ usualFactor: Double?) -> Mistrust? {
    guard let usualFactor else { return nil }
    let ratio = estimate.scale / usualFactor
    return max(ratio, 1 / ratio) <= registration.maximumFactor
      ? nil : .otherStrength(factor: ratio, confidence: estimate.confidence)
  }

  /// Remembers how strong a trusted scan was against what it was laid on.
  private func note(_ factor: Double, in factors: inout [Double]) {
    factors.append(factor)
    if factors.count > Self.factorMemory { factors.removeFirst() }
  }

  /// The median of the last factors; nil while they are too few to judge by.
  private func usual(of factors: [Double]) -> Double? {
    let sorted = factors.sorted()
    return sorted.count < Self.factorMemory / 2 ? nil : sorted[sorted.count / 2]
  }

  /// The re-projection to lay a tilt on: of its own energy's volume, else of the fullest other.
  private func runningReference(for tilt: Tilt, energy: Int) -> Image? {
    func count(_ energy: Int) -> Int {
      tilts.count { $0.isAccepted(energy: energy) && $0.index != tilt.index }
    }
    let fullest = energies.indices.max { count($0) < count($1) } ?? energy
    let source = count(energy) > count(fullest) / 2 ? energy : fullest
    guard count(source) > 0 else { return nil }
    return reprojection(of: source, at: tilt.angle)
  }

  /// The re-projection of an energy's volume, cut to the field.
  private func reprojection(of energy: Int, at angle: TiltAngle) -> Image {
    resampled(
      ParallelProjector.project(reconstructions[energy].volume, at: angle),
      to: fieldShape
    )
  }

  /// Lays a later scan of a tilt on the scan of another energy that is in already; where the two look
  /// too little alike, on the running volume of its own.
  private mutating func layOnOtherEnergy(
    _ scan: inout StoredProjection,
    of position: Int,
    energy: Int
  ) -> Mistrust? {
    let tilt = tilts[position]
    guard
      let other = tilt.scans.filter({ $0.key != energy && $0.value.isAccepted })
        .min(by: { $0.key < $1.key })?.value
    else { return .nothingAbsorbs }
    let (density, weights) = scan.cut(to: fieldShape)
    let otherDensity = other.laid(by: .identity, to: fieldShape, tilt.interpolation).values
    let first = estimator.shift(
      of: density,
      weights: weights,
      onto: otherDensity,
      within: Self.energyDriftLimit
    )
    scan.confidence = first.confidence
    if isTrusted(first, from: .zero) {
      if let mistrust = otherStrength(first, usual(of: factorsBetween[energy])) { return mistrust }
      note(first.scale, in: &factorsBetween[energy])
      scan.offset = first.shift
      return nil
    }
    // Particles of one phase are bright where those of the other are faint: a correlation may prefer to
    // lay one on the other. The sample cannot have gone far within one tilt.
    guard stored(energy: energy).contains(where: { $0 != position }) else {
      return showsTheSame(&scan, as: otherDensity) ? nil : .weak(confidence: first.confidence)
    }
    scan.offset = .zero
    let turn = SimilarityTransform(rotation: tilt.transform.rotation, scale: tilt.transform.scale)
    let laid = scan.laid(by: turn, to: fieldShape, tilt.interpolation)
    let reference = reprojection(of: energy, at: tilt.angle)
    let second = estimator.shift(
      of: laid.values,
      weights: laid.weights,
      onto: reference,
      near: tilt.transform.shift,
      within: Self.energyDriftLimit
    )
    scan.confidence = max(first.confidence, second.confidence)
    guard isTrusted(second, from: tilt.transform.shift) else {
      let back = SimilarityTransform(shift: PixelShift.zero - tilt.transform.shift)
      return showsTheSame(&scan, as: transformed(reference, by: back))
        ? nil : .weak(confidence: scan.confidence)
    }
    let usual = usual(of: factors[energy])
    if let mistrust = otherStrength(second, usual) { return mistrust }
    note(second.scale, in: &factors[energy])
    scan.offset = second.shift - tilt.transform.shift
    return nil
  }

  /// Whether a scan too poor to be laid by itself shows, where its tilt is, what it should: then it stays
  /// with the tilt.
  private func showsTheSame(_ scan: inout StoredProjection, as reference: Image) -> Bool {
    scan.offset = .zero
    let (density, weights) = scan.cut(to: fieldShape)
    let match = gaussNewtonShift(of: density, weights: weights, onto: reference, steps: 0)
    scan.confidence = match.confidence
    return match.confidence >= registration.minimumConfidence / 2
  }

  private func isTrusted(_ estimate: ShiftEstimate, from place: PixelShift) -> Bool {
    let way = estimate.shift - place
    return estimate.confidence >= registration.minimumConfidence
      && max(abs(way.rows), abs(way.columns)) <= Self.energyDriftLimit
  }

  /// How far the sample may have gone between two energies of one tilt, pixels.
  private static let energyDriftLimit = 4.0
  /// How many tilts before decide what is a usual strength.
  private static let factorMemory = 9
}
