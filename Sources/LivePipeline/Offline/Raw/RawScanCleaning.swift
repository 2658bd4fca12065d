// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import Preprocessing
import WireFormat

/// Turns a file of raw frames into a scan that a solver can take: darks, cleaning, merging.
///
/// The instrument is the configuration's: distance, pixels, attenuator and photon scale; a file
/// that says otherwise is told of. One point's frames are in memory at a time.
struct RawScanCleaning {
  private let path: String
  private let configuration: PipelineConfiguration
  private let progress: (OfflineProgress) -> Void

  init(
    path: String,
    configuration: PipelineConfiguration,
    progress: @escaping (OfflineProgress) -> Void
  ) {
    self.path = path
    self.configuration = configuration
    self.progress = progress
  }

  /// Cleans every point.
  func scan() throws(PipelineError) -> CXIScan {
    let reader: RawScanReader = try PipelineError.reading(path) { () throws(StorageError) in
      try RawScanReader(path: path)
    }
    if configuration.text.isEmpty {
      progress(
        .remark("no configuration is named: raw frames are cleaned by the defaults (--config)")
      )
    }
    for remark in reader.remarks { progress(.remark(remark)) }
    tellDifferences(reader.metadata)
    let description = try Self.describe(reader, configuration) { progress(.remark($0)) }
    if let remark = configuration.pixelRemark(at: reader.energy) { progress(.remark(remark)) }
    var chain = try makeChain(reader)
    var points: [Int: [RawScanFrame]] = [:]
    for frame in reader.exposures { points[frame.point, default: []].append(frame) }
    var patterns: [DiffractionPattern] = []
    var failures: [String] = []
    var leftOut: [PreprocessingError] = []
    var longest = LongestExposure(
      announced: description.exposureTimes + reader.exposures.compactMap(\.exposureTime)
    )
    for (done, point) in points.keys.sorted().enumerated() {
      progress(.working("cleaning frames", done: done, of: points.count))
      guard description.positions.indices.contains(point) else {
        failures.append("point \(point) has no position")
        continue
      }
      do {
        var exposures: [DetectorFrame] = []
        for frame in points[point] ?? [] { exposures.append(try reader.read(frame)) }
        let pattern = try chain.process(exposures, position: description.positions[point])
        patterns.append(longest.scale(pattern, of: exposures, leftOut: chain.setAside))
        leftOut += chain.setAside
      } catch {
        failures.append("\(error)")
      }
    }
    progress(.working("cleaning frames", done: points.count, of: points.count))
    guard !patterns.isEmpty else {
      throw PipelineError(
        .data,
        "\(path): none of \(points.count) points can be cleaned: \(failures.first ?? "no frames")"
      )
    }
    if let first = failures.first {
      progress(.remark("\(failures.count) of \(points.count) points are left out: \(first)"))
    }
    if let first = leftOut.first {
      progress(.remark("\(leftOut.count) exposures are left out: \(first)"))
    }
    return CXIScan(patterns, of: description.identity, configuration.preprocessing)
  }

  private func makeChain(
    _ reader: borrowing RawScanReader
  ) throws(PipelineError) -> PreprocessingChain {
    var darks = DarkReference(geometry: configuration.detector)
    var failures: [String] = []
    for (done, frame) in reader.darks.enumerated() {
      progress(.working("reading darks", done: done, of: reader.darks.count))
      do {
        try darks.add(try reader.read(frame))
      } catch {
        failures.append("\(error)")
      }
    }
    if let first = failures.first {
      progress(.remark("\(failures.count) darks cannot be used: \(first)"))
    }
    do {
      var chain = try PreprocessingChain(
        geometry: configuration.detector,
        parameters: try configuration.preprocessing.withPixelsOfFile(),
        energy: reader.energy
      )
      chain.setDarks(darks)
      return chain
    } catch {
      throw PipelineError(.configuration, "\(path) cannot be cleaned: \(error)")
    }
  }

  /// What the file says of the scan, positions on our axes about the middle of the plan, and where
  /// it belongs.
  static func describe(
    _ reader: borrowing RawScanReader,
    _ configuration: PipelineConfiguration,
    remark: (String) -> Void
  ) throws(PipelineError) -> ScanDescription {
    let metadata = reader.metadata
    let axes = configuration.source.axes
    var positions = metadata.translations.map { axes.position(x: $0.x, y: $0.y) }
    if positions.isEmpty { positions = reader.positions }
    // Some writers repeat a point's position for each of its exposures.
    let turn = metadata.exposureTimes.count
    if turn > 1, positions.count == reader.exposures.count,
      positions.count.isMultiple(of: turn),
      positions.indices.allSatisfy({ positions[$0] == positions[$0 / turn * turn] })
    {
      positions = stride(from: 0, to: positions.count, by: turn).map { positions[$0] }
    }
    guard !positions.isEmpty else {
      throw PipelineError(
        .data,
        "\(reader.path): the file says no positions, neither in its metadata (translations) nor as CXI"
      )
    }
    var description = ScanDescription(
      identity: ScanIdentity(
        scan: reader.name,
        energy: reader.energy,
        energyIndex: metadata.energyIndex
      ),
      positions: positions
    )
    let middle = description.middleOfPositions
    description.positions = positions.map {
      ScanPosition(x: $0.x - middle.x, y: $0.y - middle.y)
    }
    description.exposureTimes = metadata.exposureTimes
    description.expectedFrames = reader.exposures.count
    description.detectorDistance = metadata.detectorDistance
    description.detectorPixelSize = metadata.detectorPixelSize
    RawScanPlace(reader.path, motors: reader.motors, configuration.source)
      .apply(to: &description, remark: remark)
    return description
  }

  private func tellDifferences(_ metadata: BeamlineScanMetadata) {
    let pairs: [(String, Length?, Length)] = [
      (
        "the detector's distance", metadata.detectorDistance,
        configuration.preprocessing.detectorDistance
      ),
      ("the detector's pixel size", metadata.detectorPixelSize, configuration.detector.pixelSize),
    ]
    for (what, said, configured) in pairs {
      guard let said, abs(said.meters - configured.meters) > 0.01 * configured.meters else {
        continue
      }
      progress(
        .remark(
          "\(what) is \(Words.short(said.meters)) m in the file and \(Words.short(configured.meters)) m "
            + "in the configuration, which counts"
        )
      )
    }
  }
}

extension CXIScan {
  /// Makes a scan of patterns as preprocessing leaves them: on the configured object pixels.
  init(
    _ patterns: [DiffractionPattern],
    of identity: ScanIdentity,
    _ parameters: PreprocessingParameters
  ) {
    let window = identity.energy.wavelength.meters * parameters.detectorDistance.meters
    self.init(
      identity: identity,
      patterns: patterns,
      detectorDistance: parameters.detectorDistance,
      detectorPixelSize: Length(
        meters: window / (Double(parameters.patternSize) * parameters.objectPixelSize.meters)
      )
    )
  }
}
