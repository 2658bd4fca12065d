// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Foundation
import FourierTransform
public import Imaging
import Ptychography
public import ResolutionMetrics
import Synchronization

/// Two independent reconstructions of one scan, each from every other frame, compared ring by ring.
///
/// Both start from the same probe. A half has twice the distance between positions and half the
/// photons, so that the resolution found is a careful one; where the start was searched, frames of
/// both halves have shaped it.
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
  /// Reconstructs both halves, each on a thread of its own, and compares them.
  func compareHalves(
    _ patterns: [DiffractionPattern],
    _ grid: ScanGrid,
    _ plan: FourierPlan2D,
    start: ComplexImage,
    _ whole: ReconstructedObject,
    _ progress: (Progress) -> Void
  ) -> HalfScanComparison? {
    let least = 2 * max(configuration.ptychography.minimumFrames, 2)
    guard patterns.count >= least else {
      progress(
        .remark("\(patterns.count) frames are too few to compare halves of them (\(least))")
      )
      return nil
    }
    guard let region = PixelRegion(litBy: whole.coverage) else { return nil }
    let state = HalfScans()
    let threads = (0..<2).map { half in
      let frames = stride(from: half, to: patterns.count, by: 2).map { patterns[$0] }
      return PipelineThread("half-\(half)") { [self] in
        var part = reconstruction(of: frames, grid: grid, plan: plan, start: start)
        for iteration in 1...whole.iteration where !shouldFinish {
          part.iterate(1)
          state.note(iteration, of: half)
        }
        state.finish(half, part.transmission)
      }
    }
    while !state.isDone {
      Thread.sleep(forTimeInterval: 0.1)
      progress(.comparingHalves(iteration: state.iteration, of: whole.iteration))
    }
    for thread in threads { thread.join() }
    guard !shouldFinish, let (first, second) = state.objects else { return nil }
    return HalfScanComparison(first, second, in: region, pixelSize: whole.pixelSize)
  }
}

/// Where the two halves of a scan stand, on whatever thread.
private final class HalfScans: Sendable {
  private struct Content {
    var iterations = [0, 0]
    var objects: [ComplexImage?] = [nil, nil]
  }

  private let content = Mutex(Content())

  func note(_ iteration: Int, of half: Int) {
    content.withLock { $0.iterations[half] = iteration }
  }

  func finish(_ half: Int, _ object: ComplexImage) {
    content.withLock { $0.objects[half] = object }
  }

  /// The iteration that both have done.
  var iteration: Int { content.withLock { $0.iterations.min() ?? 0 } }

  var isDone: Bool { content.withLock { !$0.objects.contains { $0 == nil } } }

  var objects: (ComplexImage, ComplexImage)? {
    content.withLock { content in
      guard let first = content.objects[0], let second = content.objects[1] else { return nil }
      return (first, second)
    }
  }
}
