// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// A first alignment of a whole series whose tilts may lie tens of pixels apart and whose rotation axis
/// may lean, from where the mass of each slice lies.
///
/// With the axis upright, the sum along each row is the mass of one slice across the axis and does not
/// change with the tilt: rows are laid on one another by these profiles. The centre of that mass goes
/// along x(y) cos t + z(y) sin t. Images turned by a wrong angle break both rules, so that the angle is
/// taken at which they hold best: the profiles' scatter, as if it came of displacements, plus that
/// of the centres about their paths, pixels². Slices that the view cuts at the sides do not count, but
/// the object may leave it along the axis.
public struct SeriesAlignment: Sendable {
  /// What lays each tilt on the volume's axes, [tilt]: the mass of the slices lies on the axis.
  public let transforms: [SimilarityTransform]
  /// How far the images were turned to set the axis upright, radians.
  public let axisRotation: Double
  /// The tilts whose slices have other masses than those of the others: they show something else,
  /// and lie anywhere.
  public let outliers: Set<Int>
  /// How many slices were used.
  public let sliceCount: Int
  /// How far the centres of the slices' mass lie from their paths, RMS, pixels.
  public let residual: Double

  /// Aligns a series; nil where too few slices are whole in view at all tilts.
  ///
  /// - Parameters:
  ///   - tilts: The tilts, in any order.
  ///   - maximumShift: How far tilts may lie apart along the axis, pixels.
  ///   - image: Gives the optical density and the weights of a tilt, [row, column], all of one shape.
  public init?(
    tilts: [TiltAngle],
    maximumShift: Double,
    image: (Int) -> (opticalDensity: Image, weights: Image)
  ) {
    guard tilts.count > 4 else { return nil }
    var images: [SliceImage] = []
    for tilt in tilts.indices {
      let (density, weights) = image(tilt)
      guard let prepared = SliceImage(density, weights: weights) else { return nil }
      images.append(prepared)
    }
    let extent = max(images[0].image.shape.rows, images[0].image.shape.columns)
    let factor = max(1, extent / Self.searchExtent)
    let coarse = images.map { $0.binned(by: factor) }
    func fit(_ degrees: Double, _ images: [SliceImage], _ reach: Double) -> SliceFit? {
      SliceFit(images, turnedBy: degrees * .pi / 180, tilts: tilts, maximumShift: reach)
    }
    // Whole degrees, then quarters about the best, then the top of a parabola.
    func scatter(_ degrees: Double) -> Double {
      fit(degrees, coarse, maximumShift / Double(factor))?.scatter ?? .infinity
    }
    var best = (degrees: 0.0, scatter: Double.infinity)
    for degrees in stride(from: -Self.largestLean, through: Self.largestLean, by: 1) {
      let value = scatter(degrees)
      if value < best.scatter { best = (degrees, value) }
    }
    guard best.scatter.isFinite else { return nil }
    let middle = best.degrees
    for step in [-0.75, -0.5, -0.25, 0.25, 0.5, 0.75] {
      let value = scatter(middle + step)
      if value < best.scatter { best = (middle + step, value) }
    }
    let (before, behind) = (scatter(best.degrees - 0.25), scatter(best.degrees + 0.25))
    let bend = before - 2 * best.scatter + behind
    if bend > 0, bend.isFinite { best.degrees += 0.125 * (before - behind) / bend }
    guard let found = fit(best.degrees, images, maximumShift) else { return nil }
    axisRotation = best.degrees * .pi / 180
    outliers = found.outliers
    sliceCount = found.paths.sliceCount
    residual = found.paths.residual
    transforms = tilts.indices.map { tilt in
      SimilarityTransform(
        shift: PixelShift(
          rows: found.profiles.shifts[tilt],
          columns: -found.paths.centers[tilt]
        ),
        rotation: best.degrees * .pi / 180
      )
    }
  }

  /// An axis that leans further is another one, degrees.
  private static let largestLean = 12.0
  /// Images are made this small for the search of the angle.
  private static let searchExtent = 96
}

/// The profiles and paths of the slices at one angle of the axis.
private struct SliceFit {
  let profiles: SliceProfiles
  let paths: SliceCenterPaths

  /// The tilts that show something else than the others.
  let outliers: Set<Int>

  init?(
    _ images: [SliceImage],
    turnedBy rotation: Double,
    tilts: [TiltAngle],
    maximumShift: Double
  ) {
    let masses = images.map { SliceMasses($0, turnedBy: rotation) }
    profiles = SliceProfiles(masses, tilts: tilts, maximumShift: maximumShift)
    let scatters = profiles.scatters
    let usual = scatters.sorted()[scatters.count / 2]
    // Ten times as far from the mean as is usual, and by more than a pixel.
    outliers = Set(tilts.indices.filter { !(scatters[$0] <= max(100 * usual, 1)) })
    let paths = SliceCenterPaths(
      masses,
      shifts: profiles.shifts,
      tilts: tilts,
      without: outliers
    )
    guard let paths else { return nil }
    self.paths = paths
  }

  /// How badly the angle fits most tilts, pixels².
  var scatter: Double {
    let sorted = profiles.scatters.sorted()
    return sorted[sorted.count / 2] + paths.residual * paths.residual
  }
}
