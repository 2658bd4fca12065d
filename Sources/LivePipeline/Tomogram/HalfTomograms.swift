// SPDX-License-Identifier: BSD-3-Clause

package import AcquisitionModel
package import Imaging
package import ResolutionMetrics
package import Tomography

/// Even and odd tilts at one energy, each reconstructed by itself and then compared; in slices.
///
/// Tilts are dealt by the rank of their angle, so that both halves span the same range. Each half
/// has the sweeps, the relaxation, the damping and the non-negativity of the volume, by the row-action
/// method whatever the volume's own is, but no support and no total variation: those write the same
/// into both halves, and it would correlate. It works in the memory of three volumes at the most.
package struct HalfTomograms: Sendable {
  /// Fewer tilts make no two volumes to compare.
  package static let fewestTilts = 8

  private let series: TiltSeries
  private let parameters: TomographyParameters
  private let edge: SoftEdge
  /// The places in the series of each half's tilts, in the order of replay.
  private let orders: [[Int]]
  /// What is known before; its correlation is empty.
  private let description: ShellCorrelation
  /// Nil before the first slice, so that halves which wait take no memory.
  private var running: ARTReconstruction?
  private var comparison: ShellComparison?
  private var half = 0
  private var sweep = 0
  private var place = 0

  /// Deals the tilts of a series; nil where there are too few.
  ///
  /// - Parameters:
  ///   - series: The projections at one energy, shifts applied.
  ///   - energyIndex: The place of the energy in the tomogram's list.
  ///   - energy: The photon energy.
  ///   - diameter: The object's diameter across the rotation axis, where it is known.
  ///   - parameters: How the volume is made.
  ///   - edge: How the halves fade out towards their faces before they are compared; a soft edge
  ///     is for objects that reach them.
  package init?(
    _ series: TiltSeries,
    energyIndex: Int,
    energy: PhotonEnergy?,
    diameter: Length?,
    parameters: TomographyParameters,
    edge: SoftEdge = .none
  ) {
    guard series.tilts.count >= Self.fewestTilts else { return nil }
    let ranked = series.tilts.indices.sorted {
      (series.tilts[$0].degrees, $0) < (series.tilts[$1].degrees, $1)
    }
    orders = (0..<2).map { part in
      let places = ranked.indices.filter { $0 % 2 == part }.map { ranked[$0] }
      return ReplayOrder.decorrelated(places.map { series.tilts[$0] }).map { places[$0] }
    }
    description = ShellCorrelation(
      energyIndex: energyIndex,
      energy: energy,
      correlation: RingCorrelation(rings: []),
      tilts: orders.map(\.count),
      voxelSize: parameters.voxelSize,
      diameter: diameter
    )
    self.series = series
    var plain = parameters
    plain.method = .art
    plain.supportThreshold = 0
    plain.variationWeight = 0
    self.parameters = plain
    self.edge = edge
  }

  /// The folds of both halves.
  var foldCount: Int { parameters.finalSweeps * series.tilts.count }

  /// Folds one projection, or does a slice of the comparison.
  ///
  /// - Parameter work: Threads that share the slices.
  /// - Returns: The correlation when all is done; nil before.
  package mutating func advance(sharing work: any WorkSharing = SerialWork()) -> ShellCorrelation? {
    guard half < orders.count else {
      return comparison?.advance().map { correlation in
        var result = description
        result.correlation = correlation
        return result
      }
    }
    if running == nil { running = ARTReconstruction(parameters: parameters) }
    running?.fold(
      series.projection(orders[half][place]),
      relaxation: parameters.relaxation(ofSweep: sweep, of: parameters.finalSweeps),
      sharing: work
    )
    place += 1
    guard place == orders[half].count else { return nil }
    (place, sweep) = (0, sweep + 1)
    guard sweep == parameters.finalSweeps else { return nil }
    if comparison == nil {
      comparison = ShellComparison(
        sizeX: parameters.volumeSide,
        sizeZ: parameters.volumeSide,
        sizeY: parameters.volumeHeight,
        edge: edge
      )
    }
    if let running { comparison?.add(running.volume, to: half == 0 ? .first : .second) }
    running = nil
    (sweep, half) = (0, half + 1)
    return nil
  }

  /// Does all that is left.
  package consuming func correlation(sharing work: any WorkSharing = SerialWork())
    -> ShellCorrelation
  {
    while true {
      if let result = advance(sharing: work) { return result }
    }
  }
}
