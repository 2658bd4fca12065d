// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Tomography

extension TomogramReconstruction {
  /// The configuration for a series: voxels of the size of its pixels, and as many as it has unless
  /// somebody says otherwise.
  static func configuration(
    for series: inout ProjectionSeries,
    _ given: PipelineConfiguration?,
    overrides: [String],
    _ options: TomogramOptions
  ) throws -> PipelineConfiguration {
    var configuration = given ?? PipelineConfiguration()
    let shape = series.projections[0].shape
    if given == nil {
      if let text = series.parameters {
        series.remarks += configuration.takeReconstruction(from: text)
      }
      configuration.tomography.volumeSide = shape.columns
      configuration.tomography.volumeHeight = shape.rows
    }
    configuration.tomography.voxelSize = series.pixelSize
    configuration.preprocessing.objectPixelSize = series.pixelSize
    // No zone plate has been used, or none that is known: its key bounds the pixels elsewhere.
    let zone = max(configuration.probe.outerZoneWidth.meters, 2 * series.pixelSize.meters)
    configuration.probe.outerZoneWidth = Length(meters: zone)
    var keys: [String] = []
    if let side = options.volumeSide { keys.append("tomography.volume_side=\(side)") }
    if let height = options.volumeHeight { keys.append("tomography.volume_height=\(height)") }
    if let rounds = options.alignmentRounds {
      keys.append("tomography.final_alignment_rounds=\(rounds)")
    }
    if let method = options.method { keys.append("tomography.method=\(method)") }
    if let sweeps = options.sweeps {
      keys.append("tomography.final_sweeps=\(sweeps)")
      let settling = min(configuration.tomography.settlingSweeps, sweeps)
      keys.append("tomography.settling_sweeps=\(settling)")
    }
    try configuration.apply(keys + overrides)
    return configuration
  }
}

extension PipelineConfiguration {
  /// Takes the sections by which a tomogram was reconstructed from the text that it holds.
  ///
  /// Keys that this version does not know, or would not allow, are passed over.
  ///
  /// - Parameter text: A configuration in full, as results have it.
  /// - Returns: What was passed over, for a person.
  mutating func takeReconstruction(from text: String) -> [String] {
    let values = Self.reconstructionKeys(in: text)
    // Keys that hang together have to be set at once; one that is refused alone stays out.
    if (try? set(values)) != nil { return [] }
    var passedOver: [String] = []
    for value in values {
      do throws(ConfigurationErrors) {
        try set([value])
      } catch {
        passedOver.append(value.key)
      }
    }
    return passedOver.isEmpty
      ? [] : ["keys of the tomogram's own configuration passed over: \(Words.list(passedOver))"]
  }

  /// The keys of the sections that count, each with its value, but for the size of voxels.
  private static func reconstructionKeys(in text: String) -> [(key: String, value: String)] {
    var section = ""
    var values: [(key: String, value: String)] = []
    for line in text.split(separator: "\n") {
      if !line.hasPrefix(" ") {
        section = String(line.prefix { $0 != ":" })
        continue
      }
      guard ["registration", "tomography", "chemistry", "particles"].contains(section),
        let colon = line.firstIndex(of: ":")
      else { continue }
      let key = "\(section).\(line[..<colon].drop { $0 == " " })"
      guard key != "tomography.voxel_size_m" else { continue }
      values.append((key, line[line.index(after: colon)...].withoutRemark(after: "  #")))
    }
    return values
  }
}

extension Substring {
  /// What stands before a remark, without spaces around it.
  fileprivate func withoutRemark(after remark: String) -> String {
    let end = self.firstRange(of: remark)?.lowerBound ?? endIndex
    let part = self[..<end].drop { $0 == " " }
    return String(part.reversed().drop { $0 == " " }.reversed())
  }
}
