// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging
import Registration
import Tomography

extension TomogramAssembly {
  /// Lays a projection on the running volume and folds it in, then replays stored tilts.
  ///
  /// - Parameter projection: The optical density of one tilt at one energy, of any shape about
  ///   the rotation axis' middle; what lies outside the volume counts as empty.
  /// - Returns: What became of it.
  public mutating func fold(_ projection: Projection) -> FoldReport {
    switch place(projection) {
    case .refused(let report):
      return report
    case .placed(let position, let energy):
      let tilt = tilts[position]
      guard tilt.isAccepted || register(position, energy: energy) else {
        let isFirst = acceptedTiltCount == 0
        return .refused(
          isFirst
            ? "nothing in it absorbs, so that its place cannot be told"
            : "its correlation with the volume is \(rounded(tilts[position].confidence))",
          remedy: isFirst
            ? "Make sure by the scans' pictures that the sample is in view"
            : "Lower registration.minimum_confidence, or raise registration.maximum_shift_px",
          tiltIndex: tilt.index,
          energyIndex: energy,
          confidence: tilts[position].confidence
        )
      }
      if tilt.isAccepted { layOnOtherEnergy(position, energy: energy) }
      tilts[position].isAccepted = true
      let residual = foldIn(position, energy: energy)
      replay(energy: energy, except: position)
      reconstructions[energy].lowerVariation(parameters: tomography)
      let folded = tilts[position]
      return FoldReport(
        tiltIndex: folded.index,
        energyIndex: energy,
        shift: folded.shift + (folded.scans[energy]?.offset ?? .zero),
        confidence: folded.confidence,
        residual: residual,
        accepted: true
      )
    }
  }

  private enum Placement {
    case placed(Int, energy: Int)
    case refused(FoldReport)
  }

  /// Stores a projection with its tilt, or says why it cannot be.
  private mutating func place(_ projection: Projection) -> Placement {
    let identity = projection.identity
    guard let angle = identity.tilt, angle.degrees.isFinite else {
      return .refused(.refused("its tilt is not known"))
    }
    guard let energy = energyIndex(of: identity.energy) else {
      return .refused(
        .refused(
          "its energy, \(identity.energy.electronVolts) eV, is not one of the tomogram's",
          remedy: "Let the source announce as many energies as it has (energy_count)"
        )
      )
    }
    let ratio = projection.pixelSize.meters / tomography.voxelSize.meters
    guard abs(ratio - 1) < 0.01 else {
      return .refused(
        .refused(
          "its pixels are \(rounded(ratio)) times the size of voxels",
          remedy: "Set tomography.voxel_size_m to the objects' pixel size, "
            + "\(rounded(projection.pixelSize.nanometers)) nm (preprocessing.object_pixel_size_m)",
          energyIndex: energy
        )
      )
    }
    let scan = self.scan(from: projection)
    let lit = sum(resampled(scan.weights, to: projectionShape).values.span)
    let index = tiltIndex(of: identity, angle: angle)
    guard lit >= registration.minimumCoverage * Double(projectionShape.count) else {
      return .refused(
        .refused(
          "only \(rounded(lit / Double(projectionShape.count))) of the volume's view is lit, less than "
            + "registration.minimum_coverage, \(rounded(registration.minimumCoverage))",
          remedy: "Make tomography.volume_side and volume_height as small as the scanned area, or "
            + "lower registration.minimum_coverage",
          tiltIndex: index,
          energyIndex: energy
        )
      )
    }
    let position = tilts.firstIndex { $0.index == index }
    if let position, abs(tilts[position].angle.degrees - angle.degrees) > tiltTolerance {
      return .refused(
        .refused(
          "it says tilt \(index), which stands at \(tilts[position].angle.degrees) degrees, and is at "
            + "\(angle.degrees)",
          energyIndex: energy
        )
      )
    }
    if let position {
      tilts[position].scans[energy] = scan
      return .placed(position, energy: energy)
    }
    var tilt = Tilt(index: index, angle: angle)
    tilt.scans[energy] = scan
    tilts.append(tilt)
    return .placed(tilts.count - 1, energy: energy)
  }

  /// The place said by the source; else that of the nearest tilt within the tolerance; else the
  /// next free one.
  private func tiltIndex(of identity: ScanIdentity, angle: TiltAngle) -> Int {
    if let index = identity.tiltIndex { return index }
    func distance(_ tilt: Tilt) -> Double { abs(tilt.angle.degrees - angle.degrees) }
    let same = tilts.filter { distance($0) <= tiltTolerance }
      .min { distance($0) < distance($1) }
    return same?.index ?? (tilts.map(\.index).max() ?? -1) + 1
  }

  /// Cuts a projection to the field and takes what is not a number out of it.
  private func scan(from projection: Projection) -> Scan {
    var opticalDensity = resampled(projection.opticalDensity, to: fieldShape)
    var weights = resampled(projection.coverage, to: fieldShape, interpolation: .minimum)
    for i in weights.values.indices {
      let weight = min(max(weights.values[i], 0), 1)
      let isUsable = opticalDensity.values[i].isFinite && weight > 0.02
      weights.values[i] = isUsable ? weight : 0
      opticalDensity.values[i] = isUsable ? opticalDensity.values[i] : 0
    }
    return Scan(opticalDensity: opticalDensity, weights: weights)
  }

  // MARK: - Registration

  /// Lays a tilt that is not accepted yet on the running volume; false if it cannot be trusted.
  mutating func register(_ position: Int, energy: Int) -> Bool {
    guard let scan = tilts[position].scans[energy] else { return false }
    let mass = centerOfMass(of: scan.opticalDensity, weights: scan.weights)
    guard let reference = runningReference(for: tilts[position], energy: energy) else {
      // The first of all: its mass goes to the middle, and the others follow it.
      guard let mass else { return false }
      tilts[position].shift = PixelShift.zero - mass
      tilts[position].confidence = 1
      return true
    }
    let estimate = estimator.shift(
      of: scan.opticalDensity,
      weights: scan.weights,
      onto: reference
    )
    tilts[position].confidence = estimate.confidence
    guard isBelievable(estimate, mass: mass) else { return false }
    tilts[position].shift = estimate.shift
    return true
  }

  func isBelievable(_ estimate: ShiftEstimate, mass: PixelShift?) -> Bool {
    let reach = max(abs(estimate.shift.rows), abs(estimate.shift.columns))
    guard reach <= registration.maximumShift else { return false }
    let agreement = mass.map { estimate.shift + $0 } ?? .zero
    let apart = max(abs(agreement.rows), abs(agreement.columns))
    let needed =
      apart <= registration.massGate
      ? registration.minimumConfidence : (1 + registration.minimumConfidence) / 2
    return estimate.confidence >= needed
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
  private mutating func layOnOtherEnergy(_ position: Int, energy: Int) {
    let tilt = tilts[position]
    guard
      let scan = tilt.scans[energy],
      let other = tilt.scans.filter({ $0.key != energy }).min(by: { $0.key < $1.key })?.value
    else { return }
    let estimate = estimator.shift(
      of: scan.opticalDensity,
      weights: scan.weights,
      onto: other.opticalDensity
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

  // MARK: - Volumes

  /// Folds a stored scan into its volume, the more gently the more often it has been.
  @discardableResult
  private mutating func foldIn(_ position: Int, energy: Int) -> Double {
    guard let projection = tilts[position].aligned(energy: energy, shape: projectionShape) else {
      return .nan
    }
    let folds = tilts[position].scans[energy]?.foldCount ?? 0
    tilts[position].scans[energy]?.foldCount += 1
    return reconstructions[energy].fold(
      projection,
      relaxation: tomography.relaxation(ofSweep: folds)
    )
  }

  /// Folds stored tilts again, far from one another in angle, each re-aligned by a small step.
  private mutating func replay(energy: Int, except newest: Int) {
    let stored = tilts.indices.filter {
      tilts[$0].isAccepted && $0 != newest && tilts[$0].scans[energy] != nil
    }
    guard !stored.isEmpty else { return }
    let order = ReplayOrder.decorrelated(stored.map { tilts[$0].angle })
    for _ in 0..<min(tomography.replaysPerFold, stored.count) {
      let position = stored[order[replayCursors[energy] % order.count]]
      replayCursors[energy] += 1
      realign(position, energy: energy)
      foldIn(position, energy: energy)
    }
  }

  /// Takes a part of one capped Gauss-Newton step towards the running volume.
  private mutating func realign(_ position: Int, energy: Int) {
    guard
      registration.replayDamping > 0,
      let projection = tilts[position].aligned(energy: energy, shape: projectionShape)
    else { return }
    let estimate = gaussNewtonShift(
      of: projection.values,
      weights: projection.weights,
      onto: ParallelProjector.project(reconstructions[energy].volume, at: projection.tilt),
      steps: 1,
      limit: registration.stepLimit
    )
    guard estimate.confidence >= registration.minimumConfidence else { return }
    let part = registration.replayDamping
    tilts[position].shift =
      tilts[position].shift
      + PixelShift(rows: part * estimate.shift.rows, columns: part * estimate.shift.columns)
  }

  private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
