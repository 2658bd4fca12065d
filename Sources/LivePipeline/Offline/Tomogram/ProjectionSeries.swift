// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging
public import Registration

/// A tilt series as line integrals, from whichever kind of file.
public struct ProjectionSeries: Sendable {
  /// What it is called.
  public var name: String
  /// The tilts, [tilt], in the order of the file.
  public var tilts: [TiltAngle]
  /// The place of each tilt in the file, from 0, [tilt].
  public var places: [Int]
  /// The photon energies, [energy]; one of 0 eV where the file says none.
  public var energies: [PhotonEnergy]
  /// The line integrals, [energy] of [tilt, row = y, column = x′].
  public var projections: [ImageStack]
  /// How far each pixel may be trusted, 0 to 1, same extents; empty where all may be.
  public var coverage: [ImageStack] = []
  /// The size of a pixel.
  public var pixelSize: Length
  /// What was applied to the projections of each tilt before, in pixels of these, [tilt].
  public var transforms: [SimilarityTransform]
  /// The place of each tilt in the order in which they were taken, as far as that is known, [tilt].
  public var acquisition: [Int]
  /// The tilts that could not be laid on the others before, [tilt].
  public var isHeldBack: [Bool]
  /// Whether the projections lie on the volume's axes already, as those of a tomogram do.
  public var isAligned = false
  /// What the line integrals are of: "optical density" or "signal".
  public var quantity = "optical density"
  /// Whether the layout of the file says that the rotation axis runs from row to row.
  public var hasAxisAlongRows = true
  /// What was found in the file and done to it, for a person.
  public var remarks: [String] = []
  /// The configuration by which a tomogram of ours was made, as text.
  public var parameters: String?

  /// How far each pixel of one projection may be trusted, [row, column].
  public func coverage(energy: Int, tilt: Int) -> Image {
    guard energy < coverage.count else {
      return Image(shape: projections[energy].shape, filledWith: 1)
    }
    return coverage[energy][tilt]
  }

  /// Whether a tilt has a projection at an energy: some pixel that may be trusted.
  func hasProjection(energy: Int, tilt: Int) -> Bool {
    guard energy < coverage.count else { return true }
    let count = coverage[energy].shape.count
    return coverage[energy].values[tilt * count..<(tilt + 1) * count].contains { $0 > 0 }
  }

  /// Only some of the tilts.
  ///
  /// - Parameter kept: Their places in this series.
  /// - Returns: The series of these.
  func selecting(_ kept: [Int]) -> ProjectionSeries {
    func chosen(_ stack: ImageStack) -> ImageStack {
      var part = ImageStack(count: kept.count, shape: stack.shape)
      for (place, tilt) in kept.enumerated() { part[place] = stack[tilt] }
      return part
    }
    var series = self
    series.tilts = kept.map { tilts[$0] }
    series.places = kept.map { places[$0] }
    series.transforms = kept.map { transforms[$0] }
    series.acquisition = kept.map { acquisition[$0] }
    series.isHeldBack = kept.map { isHeldBack[$0] }
    series.projections = projections.map(chosen)
    series.coverage = coverage.map(chosen)
    return series
  }

  /// Only some of the energies.
  func selecting(energies kept: [Int]) -> ProjectionSeries {
    var series = self
    series.energies = kept.map { energies[$0] }
    series.projections = kept.map { projections[$0] }
    if !coverage.isEmpty { series.coverage = kept.map { coverage[$0] } }
    return series
  }

  /// Adds another part of the same series behind this one.
  mutating func append(_ other: ProjectionSeries, path: String) throws(PipelineError) {
    let extents = "\(projections[0].shape.rows) x \(projections[0].shape.columns) pixels"
    guard other.energies == energies, other.projections[0].shape == projections[0].shape,
      abs(other.pixelSize.meters / pixelSize.meters - 1) < 1e-3, other.quantity == quantity
    else {
      throw PipelineError(
        .data,
        "\(path) is no part of the same series: energies, extents (\(extents)), the size of pixels "
          + "and the quantity have to be the same"
      )
    }
    if coverage.isEmpty != other.coverage.isEmpty {
      // Where only one part has a map, the other may be trusted everywhere.
      if coverage.isEmpty { coverage = projections.map { Self.trusted($0) } }
    }
    for energy in energies.indices {
      let trust =
        other.coverage.isEmpty ? Self.trusted(other.projections[energy]) : other.coverage[energy]
      projections[energy].append(other.projections[energy])
      if !coverage.isEmpty { coverage[energy].append(trust) }
    }
    places += other.places.map { $0 + tilts.count }
    tilts += other.tilts
    transforms += other.transforms
    let next = (acquisition.max() ?? -1) + 1
    acquisition += other.acquisition.map { $0 + next }
    isHeldBack += other.isHeldBack
    remarks += other.remarks
  }

  private static func trusted(_ stack: ImageStack) -> ImageStack {
    ImageStack(count: stack.count, shape: stack.shape, filledWith: 1)
  }
}

extension ImageStack {
  /// Puts frames of the same extent behind these.
  fileprivate mutating func append(_ other: ImageStack) {
    self = ImageStack(
      count: count + other.count,
      shape: shape,
      values: values + other.values
    )
  }
}
