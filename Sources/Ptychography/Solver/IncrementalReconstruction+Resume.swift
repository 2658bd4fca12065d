// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import FourierTransform
public import Imaging

extension IncrementalReconstruction {
  /// Prepares to go on from an earlier result: from its object, probe, background and count of
  /// iterations.
  ///
  /// Waves are not kept in a result; they start at probe times object.
  ///
  /// - Parameters:
  ///   - result: The earlier result; its pixel size is the grid's, its probe of the pattern's shape.
  ///   - grid: The object's grid.
  ///   - plan: Transforms of the pattern's shape, shared between scans.
  ///   - parameters: How to go on; must be valid. Modes that the result lacks are added.
  ///   - workers: Threads to spread frames over.
  public init(
    resuming result: ReconstructedObject,
    grid: ScanGrid,
    plan: FourierPlan2D,
    parameters: PtychographyParameters,
    workers: any WorkSharing = SerialWork()
  ) {
    self.init(
      grid: grid,
      identity: result.identity,
      plan: plan,
      parameters: parameters,
      modes: ProbeStart.modes(of: result, count: parameters.probeModes),
      seed: grid.seed(from: result),
      workers: workers
    )
    isResumed = true
    iteration = result.iteration
    settledIterations = result.iteration
    if let image = result.background, let known = background(from: image) {
      background.start(from: known)
    }
  }

  /// Starts from the background of another scan: it waits for all frames to be there before it is
  /// changed, and follows the power of the probe until then.
  ///
  /// - Parameters:
  ///   - known: Photons, [row, column], DC at [N/2, N/2]; nothing happens where it is 0 everywhere, its
  ///     shape is not the pattern's, or no background is to be retrieved.
  ///   - power: The power of that scan's probe, all modes, photons.
  public mutating func start(withBackground known: Image, ofPower power: Double) {
    guard let known = background(from: known) else { return }
    background.start(from: known, ofPower: power)
    background.scale(toPower: illumination.power)
  }

  /// A background in the order of the tiles; nil where none is retrieved or its shape is another.
  private func background(from image: Image) -> [Float]? {
    guard parameters.retrievesBackground, image.shape == grid.patternShape else { return nil }
    let scale = 1 / Float(grid.patternShape.count)
    return transform.tiled(centerToCorner(image).values.map { scale * $0 })
  }
}
