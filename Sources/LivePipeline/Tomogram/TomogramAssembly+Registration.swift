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
    case beyondSearch(PixelShift)
    case weak(confidence: Double)
    case farFromMass(pixels: Double, confidence: Double)
    case otherStrength(factor: Double)

    /// In words.
    var reason: String {
      func short(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
      switch self {
      case .nothingAbsorbs:
        return "nothing in it absorbs, so that its place cannot be told"
      case .beyondSearch(let shift):
        return "it lies \(short(shift.rows)), \(short(shift.columns)) pixels away, further than "
          + "registration.maximum_shift_px"
      case .weak(let confidence):
        return "its correlation with the volume is \(short(confidence))"
      case .farFromMass(let pixels, let confidence):
        return "its centre of mass lies \(short(pixels)) pixels from where the volume has it "
          + "(registration.mass_gate_px), and its correlation with the volume is "
          + "\(short(confidence))"
      case .otherStrength(let factor):
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

  /// Lays a tilt that is not accepted yet on the running volume; says why if it cannot be trusted.
  mutating func register(_ position: Int, energy: Int) -> Mistrust? {
    guard let scan = tilts[position].scans[energy] else { return .nothingAbsorbs }
    let (density, weights) = scan.cut(to: fieldShape)
    let mass = MassCenter(of: density, weights: weights)
    guard let reference = runningReference(for: tilts[position], energy: energy) else {
      // The first of all: its mass goes to the middle, and the others follow it. An object that the
      // view cuts stays where the scan had it.
      guard let mass else { return .nothingAbsorbs }
      let place = mass.isCut ? .zero : PixelShift.zero - mass.place
      tilts[position].transform = SimilarityTransform(shift: place)
      tilts[position].confidence = 1
      return nil
    }
    let estimate = estimator.shift(of: density, weights: weights, onto: reference)
    tilts[position].confidence = estimate.confidence
    tilts[position].shiftError = estimate.standardError
    if let mistrust = mistrust(in: estimate, mass: mass, energy: energy) { return mistrust }
    note(factor: estimate.scale, energy: energy)
    tilts[position].transform = SimilarityTransform(shift: estimate.shift)
    return nil
  }

  func mistrust(in estimate: ShiftEstimate, mass: MassCenter?, energy: Int) -> Mistrust? {
    let confidence = estimate.confidence
    guard confidence >= registration.minimumConfidence else { return .weak(confidence: confidence) }
    let reach = max(abs(estimate.shift.rows), abs(estimate.shift.columns))
    guard reach <= registration.maximumShift else { return .beyondSearch(estimate.shift) }
    // The centre of an object that the view cuts says nothing.
    if let mass, !mass.isCut {
      let agreement = estimate.shift + mass.place
      let apart = max(abs(agreement.rows), abs(agreement.columns))
      guard
        apart <= registration.massGate || confidence >= (1 + registration.minimumConfidence) / 2
      else { return .farFromMass(pixels: apart, confidence: confidence) }
    }
    if let usual = usualFactor(energy: energy) {
      let ratio = estimate.scale / usual
      guard max(ratio, 1 / ratio) <= registration.maximumFactor else {
        return .otherStrength(factor: ratio)
      }
    }
    return nil
  }

  /// Remembers how strong a trusted tilt was against the running volume.
  private mutating func note(factor: Double, energy: Int) {
    factors[energy].append(factor)
    if factors[energy].count > Self.factorMemory { factors[energy].removeFirst() }
  }

  /// The median of the last factors; nil while they are too few to judge by.
  private func usualFactor(energy: Int) -> Double? {
    let sorted = factors[energy].sorted()
    return sorted.count < Self.factorMemory / 2 ? nil : sorted[sorted.count / 2]
  }

  /// The re-projection to lay a tilt on: of its own energy's volume, else of the fullest other.
  private func runningReference(for tilt: Tilt, energy: Int) -> Image? {
    func count(_ energy: Int) -> Int {
      tilts.count { $0.isAccepted && $0.index != tilt.index && $0.scans[energy] != nil }
    }
    let fullest = energies.indices.max { count($0) < count($1) } ?? energy
    let source = count(energy) > count(fullest) / 2 ? energy : fullest
    guard count(source) > 0 else { return nil }
    return resampled(
      ParallelProjector.project(reconstructions[source].volume, at: tilt.angle),
      to: fieldShape
    )
  }

  /// Lays a later energy's projection of an accepted tilt onto the first one's.
  mutating func layOnOtherEnergy(_ position: Int, energy: Int) {
    let tilt = tilts[position]
    guard
      let scan = tilt.scans[energy],
      let other = tilt.scans.filter({ $0.key != energy }).min(by: { $0.key < $1.key })?.value
    else { return }
    let (density, weights) = scan.cut(to: fieldShape)
    let estimate = estimator.shift(
      of: density,
      weights: weights,
      onto: other.cut(to: fieldShape).opticalDensity,
      within: Self.energyDriftLimit
    )
    // Particles of one phase are bright where those of the other are faint: a correlation may
    // prefer to lay one on the other. The sample cannot have gone far within one tilt.
    let reach = max(abs(estimate.shift.rows), abs(estimate.shift.columns))
    guard estimate.confidence >= registration.minimumConfidence, reach <= Self.energyDriftLimit
    else { return }
    tilts[position].scans[energy]?.offset = other.offset + estimate.shift
  }

  /// How far the sample may have gone between two energies of one tilt, pixels.
  private static let energyDriftLimit = 4.0
  /// How many tilts before decide what is a usual strength.
  private static let factorMemory = 9
}
