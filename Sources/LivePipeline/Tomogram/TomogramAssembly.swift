// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging
public import Registration
public import Tomography

/// A tomogram that grows with every projection: registration and one running volume per energy.
///
/// A value without threads, clocks or sockets: the same projections in the same order give the
/// same volumes. A tilt's first projection is laid on the re-projection of the running volume, the
/// other energies' onto that one, so that all of a tilt share its shift whichever way the
/// energies are interleaved. Every projection is kept as it was measured, cut to the volume's
/// surroundings; shifts are applied on the way into the volume, once, from the original.
///
/// A tilt that cannot be trusted is held back, said so, and tried again at the end.
public struct TomogramAssembly: Sendable {
  /// The tomogram's name.
  public let name: String
  /// The photon energies, one volume each, in the order of their coming where they were not given.
  public private(set) var energies: [PhotonEnergy]
  /// How many energies there may be in all.
  public let energyLimit: Int
  /// Angles closer than this belong to one tilt, degrees.
  public let tiltTolerance: Double
  /// Photon energies closer than this are one, electron volts.
  public let energyTolerance: Double
  /// How projections are laid onto one another.
  public internal(set) var registration: RegistrationParameters
  /// How projections become a volume.
  public internal(set) var tomography: TomographyParameters

  /// All tilts that came, in the order of their coming.
  var tilts: [Tilt] = []
  var reconstructions: [ARTReconstruction]
  /// Which tilts each energy replays next.
  var schedules: [ReplaySchedule]
  /// How many stored tilts were folded again since the last new one, by energy.
  var refinements: [Int]
  /// The factors of the last trusted scans against the running volume, by energy.
  var factors: [[Double]]
  /// The factors of the last trusted scans against those of another energy, by energy.
  var factorsBetween: [[Double]]
  /// Whether anything was folded into the volumes yet.
  var isReconstructed = false
  /// Whether tilts that are held back are tried again.
  var retriesHeldBack = true
  /// How far the rays of each energy's volume missed the projections in each final sweep, OD.
  public internal(set) var sweepResiduals: [[Double]]
  /// How far the last joint round of registration moved the tilts, RMS, pixels; nil before.
  public internal(set) var selfConsistency: Double?
  let estimator: ShiftEstimator

  /// Starts an empty tomogram.
  ///
  /// - Parameters:
  ///   - name: The tomogram's name.
  ///   - energies: The photon energies, one volume each, as far as they are known.
  ///   - energyLimit: How many energies there may be in all; nil for those that are given.
  ///   - tiltTolerance: Angles closer than this belong to one tilt, degrees.
  ///   - energyTolerance: Photon energies closer than this are one, electron volts.
  ///   - registration: How projections are laid onto one another.
  ///   - tomography: How projections become a volume.
  public init(
    name: String,
    energies: [PhotonEnergy],
    energyLimit: Int? = nil,
    tiltTolerance: Double = 0.05,
    energyTolerance: Double = 0.05,
    registration: RegistrationParameters = RegistrationParameters(),
    tomography: TomographyParameters = TomographyParameters()
  ) {
    self.name = name
    self.energies = energies
    self.energyLimit = energyLimit ?? energies.count
    self.tiltTolerance = tiltTolerance
    self.energyTolerance = energyTolerance
    self.registration = registration
    self.tomography = tomography
    reconstructions = energies.map { _ in ARTReconstruction(parameters: tomography) }
    schedules = energies.map { _ in ReplaySchedule() }
    refinements = energies.map { _ in 0 }
    factors = energies.map { _ in [] }
    factorsBetween = factors
    sweepResiduals = factors
    estimator = ShiftEstimator(
      shape: Self.fieldShape(registration: registration, tomography: tomography),
      parameters: registration
    )
  }

  /// The volumes as they stand, one for each energy, [x, z, y], OD per voxel length.
  public var volumes: [Volume] { reconstructions.map(\.volume) }

  /// The number of tilts that take part.
  public var acceptedTiltCount: Int { tilts.count(where: \.isAccepted) }

  /// The places of the tilts that do not fit; those that somebody keeps out are others.
  public var heldBackTilts: [Int] {
    tilts.filter { !$0.isAccepted && !$0.isWithheld }.map(\.index)
  }

  /// The projections that are held back because they do not fit.
  var heldBackProjectionCount: Int {
    tilts.filter { !$0.isWithheld }.reduce(0) { $0 + $1.scans.values.count { !$0.isAccepted } }
  }

  /// The scans that are held back though another energy of their tilt takes part: tilt and energy.
  public var heldBackScans: [(tiltIndex: Int, energy: PhotonEnergy)] {
    tilts.filter(\.isAccepted).flatMap { tilt in
      tilt.scans.keys.sorted().filter { !tilt.isAccepted(energy: $0) }
        .map { (tilt.index, energies[$0]) }
    }
  }

  /// How every tilt stands, by place in the series.
  ///
  /// - Parameter isFinal: Whether residuals are measured against the volumes as they stand, which costs a
  ///   re-projection for each projection; else they are what each met when it was folded last.
  /// - Returns: The reports.
  public func tiltReports(measuringResiduals isFinal: Bool = true) -> [TiltReport] {
    tilts.sorted { $0.index < $1.index }.map { tilt in
      TiltReport(
        tiltIndex: tilt.index,
        tilt: tilt.angle,
        shift: tilt.transform.shift,
        shiftError: tilt.shiftError,
        rotation: tilt.transform.rotationDegrees,
        scale: tilt.transform.scale,
        energyOffsets: energies.indices.map { tilt.scans[$0]?.offset },
        residuals: energies.indices.map { energy in
          guard tilt.isAccepted(energy: energy) else { return nil }
          guard isFinal else { return tilt.scans[energy]?.residual }
          return tilt.aligned(energy: energy, shape: projectionShape)?
            .residual(against: reconstructions[energy].volume)
        },
        confidence: tilt.confidence,
        accepted: tilt.isAccepted,
        heldBackReason: tilt.isAccepted ? nil : tilt.reason
      )
    }
  }

  /// The shift applied to each tilt's projections, by place in the series, pixels.
  public var shifts: [Int: PixelShift] {
    Dictionary(
      tilts.map { ($0.index, $0.transform.shift) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// One energy's projections on the volume's axes, by place in the series; those of tilts that are held
  /// back as they came, but for a scan that is held back while its tilt takes part.
  ///
  /// - Parameter energy: The place of the energy in `energies`.
  /// - Returns: Index, tilt, OD and weights, [row = y, column = x′] of the volume's extents.
  public func alignedProjections(
    energy: Int
  ) -> [(tiltIndex: Int, tilt: TiltAngle, opticalDensity: Image, weights: Image)] {
    tilts.sorted { $0.index < $1.index }.compactMap { tilt in
      guard tilt.isAccepted(energy: energy) || !tilt.isAccepted else { return nil }
      return tilt.aligned(energy: energy, shape: projectionShape).map {
        (tilt.index, tilt.angle, $0.values, $0.weights)
      }
    }
  }

  /// The place of the energy nearest to one; a new place where there is room for another energy.
  mutating func energyIndex(of energy: PhotonEnergy) -> Int? {
    func distance(_ index: Int) -> Double {
      abs(energies[index].electronVolts - energy.electronVolts)
    }
    let nearest = energies.indices.filter { distance($0) < energyTolerance }
      .min { distance($0) < distance($1) }
    if let nearest { return nearest }
    guard energies.count < energyLimit else { return nil }
    energies.append(energy)
    reconstructions.append(ARTReconstruction(parameters: tomography))
    schedules.append(ReplaySchedule())
    refinements.append(0)
    factors.append([])
    factorsBetween.append([])
    sweepResiduals.append([])
    return energies.count - 1
  }

  /// The extent of a projection of the volume.
  var projectionShape: Shape2D {
    Shape2D(rows: tomography.volumeHeight, columns: tomography.volumeSide)
  }

  /// The extent of what is kept of a projection: the volume's, with room for any shift.
  var fieldShape: Shape2D { Self.fieldShape(registration: registration, tomography: tomography) }

  private static func fieldShape(
    registration: RegistrationParameters,
    tomography: TomographyParameters
  ) -> Shape2D {
    let margin = 2 * (Int(registration.maximumShift.rounded(.up)) + 2)
    return Shape2D(
      rows: tomography.volumeHeight + margin,
      columns: tomography.volumeSide + margin
    )
  }
}
