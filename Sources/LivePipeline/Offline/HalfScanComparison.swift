// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import HDF5Storage
public import Imaging
import Ptychography
public import ResolutionMetrics

/// Two independent reconstructions of one scan, each from every other frame, compared ring by ring.
///
/// Both start from the same probe and from vacuum, and have the positions of the whole where those
/// were refined. A half has twice the distance between positions and half the photons, so that the
/// resolution found is a careful one; where start or positions were searched, frames of both halves
/// have shaped them.
public struct HalfScanComparison: Sendable {
  /// The correlation on each ring.
  public var correlation: RingCorrelation
  /// Where it falls below the 1/2-bit threshold.
  public var resolution: Resolution
  /// Where it falls below 0.5, the same on every ring.
  public var resolutionAtOneHalf: Resolution
  /// The size of an object pixel.
  public var pixelSize: Length
  /// The part of the object that was compared.
  public var region: PixelRegion

  /// Compares two objects of one grid.
  ///
  /// - Parameters:
  ///   - first: One half's object, [row, column].
  ///   - second: The other's, same shape.
  ///   - region: The part that is well lit.
  ///   - pixelSize: The size of an object pixel.
  public init(
    _ first: ComplexImage,
    _ second: ComplexImage,
    in region: PixelRegion,
    pixelSize: Length
  ) {
    correlation = RingCorrelation(objects: first, second, in: region)
    resolution = correlation.resolution(threshold: .halfBit)
    resolutionAtOneHalf = correlation.resolution(threshold: .fixed(0.5))
    self.pixelSize = pixelSize
    self.region = region
  }

  /// The half period up to which detail is resolved.
  public var halfPeriod: Length {
    Length(meters: resolution.halfPeriod(pixelSize: pixelSize.meters))
  }

  /// The half period up to which the correlation is at least 0.5.
  public var halfPeriodAtOneHalf: Length {
    Length(meters: resolutionAtOneHalf.halfPeriod(pixelSize: pixelSize.meters))
  }

  /// The comparison as result files have it.
  ///
  /// - Parameter iterations: That each half was given.
  /// - Returns: The comparison.
  func record(iterations: Int) -> HalfScanCorrelation {
    let rings = correlation.rings.filter { $0.frequency <= 0.5 }
    return HalfScanCorrelation(
      frequencies: rings.map(\.frequency),
      correlations: rings.map(\.correlation),
      halfBitThreshold: rings.map {
        CorrelationThreshold.halfBit.value(pixelCount: $0.pixelCount)
      },
      halfPeriodAtHalfBit: halfPeriod,
      halfPeriodAtOneHalf: halfPeriodAtOneHalf,
      iterations: iterations
    )
  }
}

extension ScanReconstruction {
  /// Reconstructs both halves, one after the other, and compares them.
  func compareHalves(
    _ patterns: [DiffractionPattern],
    _ stage: Stage,
    _ start: ScanResult.Start,
    _ whole: ScanResult,
    _ progress: (Progress) -> Void
  ) -> HalfScanComparison? {
    let least = 2 * max(configuration.ptychography.minimumFrames, 2)
    guard patterns.count >= least else {
      progress(
        .remark("\(patterns.count) frames are too few to compare halves of them (\(least))")
      )
      return nil
    }
    guard let region = PixelRegion(litBy: whole.object.coverage),
      let first = transmission(ofHalf: 0, patterns, stage, start, whole, progress),
      let second = transmission(ofHalf: 1, patterns, stage, start, whole, progress)
    else { return nil }
    return HalfScanComparison(first, second, in: region, pixelSize: whole.object.pixelSize)
  }

  /// The object from every other frame; nil where the run is to end.
  private func transmission(
    ofHalf half: Int,
    _ patterns: [DiffractionPattern],
    _ stage: Stage,
    _ start: ScanResult.Start,
    _ whole: ScanResult,
    _ progress: (Progress) -> Void
  ) -> ComplexImage? {
    var parameters = configuration.ptychography
    parameters.positionUpdatePeriod = 0
    var part = IncrementalReconstruction(
      grid: stage.grid,
      identity: scan.identity,
      plan: stage.plan,
      parameters: parameters,
      modes: start.modes,
      workers: stage.crew
    )
    let places = Dictionary(zip(whole.frames, whole.positions)) { first, _ in first }
    for k in stride(from: half, to: patterns.count, by: 2) {
      part.add(patterns[k], refinedTo: places[patterns[k].index])
    }
    let iterations = whole.object.iteration
    for done in 1...iterations {
      guard !shouldFinish else { return nil }
      if iterations - done < parameters.likelihoodIterations {
        part.refine(1)
      } else {
        part.iterate(1)
      }
      progress(.comparingHalves(iteration: half * iterations + done, of: 2 * iterations))
    }
    return part.transmission
  }
}
