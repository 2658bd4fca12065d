// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import FourierTransform
import HDF5Storage
import Imaging
import Ptychography

/// What a reconstruction is given to start from, read from files and checked against its scan.
struct GivenStart {
  /// Where the probe is from; its modes where they are a result's.
  var probe: ScanReconstruction.ProbeSource
  var modes: [ComplexImage] = []
  /// A result whose object is the start.
  var object: ReconstructedObject?
  /// The result from which to go on, its file, and where it found the frames.
  var resumed: ReconstructedObject?
  var resumedPath = ""
  var positions: [Int: ScanPosition] = [:]

  init(
    _ options: ScanReconstruction.Options,
    for reconstruction: ScanReconstruction
  ) throws(PipelineError) {
    let scan = reconstruction.scan
    let parameters = reconstruction.configuration.ptychography
    probe = options.probe ?? (scan.probe == nil ? .search : .file)
    if let path = options.resumed {
      let result = try Self.result(path, for: scan, needsProbe: true)
      positions = try Self.positions(path, for: scan, bound: parameters.positionBound)
      resumed = result
      resumedPath = path
      modes = ProbeStart.modes(of: result, count: parameters.probeModes)
      return
    }
    switch probe {
    case .file:
      guard let probe = scan.probe else {
        throw PipelineError(
          .data,
          "\(reconstruction.path): there is no probe in the file; start from a search "
            + "(--probe auto) or from another result (--probe FILE)"
        )
      }
      modes = ProbeStart.modes(of: probe, count: parameters.probeModes)
    case .result(let path):
      let result = try Self.result(path, for: scan, needsProbe: true)
      modes = ProbeStart.modes(of: result, count: parameters.probeModes)
    case .search: break
    }
    if let path = options.object {
      object = try Self.result(path, for: scan, needsProbe: false)
    }
  }

  /// Reads a result whose pixels, and whose probe where that is needed, are those of a scan.
  private static func result(
    _ path: String,
    for scan: CXIScan,
    needsProbe: Bool
  ) throws(PipelineError) -> ReconstructedObject {
    let result = try PipelineError.reading(path) { () throws(StorageError) in
      try readCXIResult(path)
    }
    let (size, wanted) = (result.pixelSize.nanometers, scan.objectPixelWidth.nanometers)
    guard abs(size - wanted) <= 1e-3 * wanted else {
      throw PipelineError(
        .data,
        "\(path): its pixels are \(Words.number(size, 4)) nm and the scan's "
          + "\(Words.number(wanted, 4)) nm; they may differ by 0.1 %. Take a result of the same "
          + "energy, distance and frame size"
      )
    }
    guard !needsProbe || result.probe.shape == scan.frames.shape else {
      throw PipelineError(
        .data,
        "\(path): its probe is \(result.probe.shape) pixels and the scan's frames are "
          + "\(scan.frames.shape); take a result of frames of the same shape"
      )
    }
    return result
  }

  /// Where a result of a scan found its frames; none may be further off than refinement goes.
  private static func positions(
    _ path: String,
    for scan: CXIScan,
    bound: Double
  ) throws(PipelineError) -> [Int: ScanPosition] {
    let positions = try PipelineError.reading(path) { () throws(StorageError) in
      try readCXIResultPositions(path)
    }
    let farthest = (bound + 1) * scan.objectPixelWidth.meters
    let known = positions.filter { scan.positions.indices.contains($0.key) }
    for (frame, position) in known.sorted(by: { $0.key < $1.key }) {
      let told = scan.positions[frame]
      guard max(abs(position.x - told.x), abs(position.y - told.y)) <= farthest else {
        throw PipelineError(
          .data,
          "\(path) is no result of this scan: its frame \(frame) lies elsewhere than the scan's. "
            + "If positions were refined that far, set ptychography.position_bound_px as it was"
        )
      }
    }
    return known
  }
}

extension ScanReconstruction {
  /// The start that was given, or that a search over defocus finds.
  func findStart(
    _ given: GivenStart,
    _ patterns: [DiffractionPattern],
    _ plan: FourierPlan2D,
    _ crew: WorkerCrew,
    _ progress: (Progress) -> Void
  ) -> ScanResult.Start {
    if let resumed = given.resumed {
      let source = ScanResult.Start.Source.resumed(
        given.resumedPath,
        iterations: resumed.iteration
      )
      return ScanResult.Start(modes: given.modes, source: source)
    }
    switch given.probe {
    case .file: return ScanResult.Start(modes: given.modes, source: .file)
    case .result(let path): return ScanResult.Start(modes: given.modes, source: .result(path))
    case .search: return searchStart(patterns, plan, crew, progress)
    }
  }

  private func searchStart(
    _ patterns: [DiffractionPattern],
    _ plan: FourierPlan2D,
    _ crew: WorkerCrew,
    _ progress: (Progress) -> Void
  ) -> ScanResult.Start {
    let search = DefocusSearch(
      patterns: patterns,
      pixelSize: scan.objectPixelWidth,
      identity: scan.identity,
      plan: plan,
      parameters: configuration.ptychography,
      workers: crew
    )
    var tried = 0
    let best = search.run { candidate in
      tried += 1
      progress(
        .searching(
          tried: tried,
          curvature: candidate.curvature,
          dataError: candidate.dataError
        )
      )
    }
    let defocus = ProbeStart.defocus(
      curvature: best.curvature,
      energy: scan.energy,
      pixelSize: scan.objectPixelWidth
    )
    return ScanResult.Start(
      modes: ProbeStart.modes(of: best.probe, count: configuration.ptychography.probeModes),
      source: .search(defocus: defocus, curvature: best.curvature)
    )
  }
}
