// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Reporting
public import ResolutionMetrics

/// How sharp the one edge is that a line through a volume crosses.
public struct ProfileReport: Sendable {
  /// What lengths along the line are given and told in.
  public enum Unit: String, Sendable, CaseIterable {
    /// Voxels, counted from 0 along each axis.
    case voxel
    /// Nanometres about the volume's middle, as a tomogram's axes are.
    case nm
  }

  /// What was read, in words.
  public let name: String
  /// The values along the line.
  public let profile: LineProfile
  /// The edge.
  public let edge: EdgeWidth
  /// What lengths are told in.
  public let unit: Unit
  /// What the values are, as a label has it: "OD per voxel".
  private let quantity: String
  /// The length of a voxel in that unit.
  private let scale: Double

  /// Reads a line through a volume and measures its edge.
  ///
  /// - Parameters:
  ///   - path: A tomogram or an MRC volume.
  ///   - energy: Which of a tomogram's energies, electron volts or its place from 0; the first if nil.
  ///   - start: Where the line begins, (x, y, z).
  ///   - end: Where it ends.
  ///   - width: The side of the square to average over across the line, voxels.
  ///   - unit: What `start` and `end` are given in.
  /// - Throws: `PipelineError` where there is no such line or no edge on it.
  public init(
    _ path: String,
    energy: Double? = nil,
    from start: SIMD3<Double>,
    to end: SIMD3<Double>,
    width: Double = 3,
    unit: Unit = .voxel
  ) throws(PipelineError) {
    let stored = try StoredVolume(path, energy: energy)
    let volume = stored.volume
    if unit == .nm, stored.voxelSize == nil {
      throw PipelineError(
        .data,
        "\(path) does not say how large its voxels are: give the line in voxels (--unit voxel)"
      )
    }
    let scale = unit == .nm ? stored.voxelSize?.nanometers ?? 1 : 1
    self.scale = scale
    let last = SIMD3(
      Double(volume.sizeX - 1),
      Double(volume.sizeY - 1),
      Double(volume.sizeZ - 1)
    )
    let origin = unit == .nm ? last / 2 : .zero
    let ends = [start, end].map { $0 / scale + origin }
    for (place, given) in zip(ends, [start, end]) where any(place .< 0) || any(place .> last) {
      let low = (SIMD3<Double>.zero - origin) * scale
      let high = (last - origin) * scale
      let ranges = (0..<3).map { axis in
        "\(["x", "y", "z"][axis]) \(Words.short(low[axis])) to \(Words.short(high[axis]))"
      }
      throw PipelineError(
        .data,
        "\(given.x),\(given.y),\(given.z) lies outside the volume, which has "
          + "\(ranges.joined(separator: ", ")) \(unit.rawValue)"
      )
    }
    name = stored.name
    quantity = stored.quantity
    self.unit = unit
    profile = lineProfile(of: volume, from: ends[0], to: ends[1], width: width)
    guard profile.step * Double(profile.values.count - 1) >= 4 else {
      throw PipelineError(
        .data,
        "the line is shorter than 4 voxels: let it begin well before the edge and end well behind it"
      )
    }
    guard profile.values.allSatisfy(\.isFinite) else {
      throw PipelineError(.data, "the line crosses voxels that are no numbers")
    }
    guard let edge = EdgeWidth(of: profile), edge.contrast >= 3 else {
      throw PipelineError(
        .data,
        "the line crosses no edge: its ends lie on levels that do not differ by three times their "
          + "scatter. Let it begin outside of a particle and end inside, and --width average more"
      )
    }
    self.edge = edge
  }

  private func length(_ voxels: Double) -> String {
    "\(Words.number(voxels * scale, 2)) \(unit == .nm ? "nm" : "voxels")"
  }

  /// What was found.
  public var inWords: String {
    let deviation = edge.width / 2.563
    return """
      \(name)
      line:    \(length(profile.step * Double(profile.values.count - 1))), \
      \(profile.values.count) values
      levels:  \(Words.short(edge.levelBefore)) before, \(Words.short(edge.levelBehind)) behind, \
      scatter \(Words.short(edge.scatter))
      edge:    at \(length(edge.position)) from the start
      width:   \(length(edge.width)) from 10 % to 90 %
      blur:    that of a Gaussian of \(length(deviation)) standard deviation, \
      \(length(2.355 * deviation)) full width at half maximum
      The width of an edge is neither a half nor a full period.
      """
  }

  /// Writes the profile as comma-separated values.
  ///
  /// - Parameter path: The file, replaced if it is there.
  /// - Throws: `PipelineError` where it cannot be written.
  public func writeCSV(to path: String) throws(PipelineError) {
    let lines = zip(profile.distances, profile.values).map { "\($0 * scale),\($1)" }
    try PipelineError.writing(["distance_\(unit.rawValue),value"] + lines, to: path)
  }

  /// Draws the profile with the levels and the edge.
  ///
  /// - Parameter path: The picture, PNG, replaced if it is there.
  /// - Throws: `PipelineError` where it cannot be written.
  public func writePicture(to path: String) throws(PipelineError) {
    let (low, high) = (edge.levelBefore, edge.levelBehind)
    let plot = LinePlot(
      title: "edge of \(length(edge.width)), 10 % to 90 %",
      horizontal: LinePlot.Axis("distance along the line", unit: unit.rawValue),
      vertical: LinePlot.Axis("value", unit: quantity),
      curves: [
        LinePlot.Curve(
          label: "profile",
          x: profile.distances.map { $0 * scale },
          y: profile.values,
          style: .dots
        )
      ],
      thresholds: [
        LinePlot.Threshold(label: "10 %, 90 %", value: low + 0.1 * (high - low)),
        LinePlot.Threshold(value: low + 0.9 * (high - low)),
      ],
      markers: [LinePlot.Threshold(label: "edge", value: edge.position * scale)]
    )
    do throws(PictureError) {
      try Reporting.writePicture(plot, to: path)
    } catch {
      throw PipelineError(.output, error.description)
    }
  }
}
