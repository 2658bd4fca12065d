// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

extension CXIWriter {
  /// Writes object, probe, background and figures as `/entry_1/image_N`, the latest.
  static func writeResult(
    _ result: ReconstructedObject,
    source: CXISource,
    number: Int = 1,
    to file: borrowing StorageFile
  ) throws(StorageError) {
    let image = CXIPaths.image(number)
    let shape = result.transmission.shape
    let pixel = result.pixelSize.meters
    try file.makeGroup(image, nexusClass: "NXdata")
    try file.setAttribute("signal", of: image, to: "data")
    try file.setAttribute("axes", of: image, to: ["y", "x"])
    try file.write(result.transmission, at: "\(image)/data", unit: "1")
    try file.setAttribute("long_name", of: "\(image)/data", to: "transmission")
    try file.setAttribute("interpretation", of: "\(image)/data", to: "image")
    try file.write(
      (0..<shape.columns).map { result.origin.x + Double($0) * pixel },
      shape: [shape.columns],
      at: "\(image)/x",
      unit: "m"
    )
    try file.write(
      (0..<shape.rows).map { result.origin.y + Double($0) * pixel },
      shape: [shape.rows],
      at: "\(image)/y",
      unit: "m"
    )
    try file.write([pixel, pixel], shape: [2], at: "\(image)/pixel_size", unit: "m")
    try file.write(result.coverage, at: "\(image)/coverage", unit: "photon")
    if let maps = result.maps { try write(maps, at: image, to: file) }
    if let halves = result.halves { try write(halves, at: "\(image)/frc_1", to: file) }
    try writeProcess(result, source: source, at: "\(image)/process_1", to: file)
    try file.link(CXIPaths.latestImage, to: image)
    try file.setAttribute("default", of: CXIPaths.entry, to: "image_\(number)")
  }

  private static func writeProcess(
    _ result: ReconstructedObject,
    source: CXISource,
    at process: String,
    to file: borrowing StorageFile
  ) throws(StorageError) {
    try file.makeGroup(process, nexusClass: "NXprocess")
    try file.write(result.probe, at: "\(process)/final_illumination", unit: "sqrt(photon)")
    if !result.weakerModes.isEmpty {
      let modes = [result.probe] + result.weakerModes
      try file.write(
        modes.flatMap(\.values),
        shape: [modes.count, result.probe.shape.rows, result.probe.shape.columns],
        at: "\(process)/probe_modes",
        unit: "sqrt(photon)"
      )
    }
    if let background = result.background {
      try file.write(background, at: "\(process)/final_background", unit: "photon")
    }
    try file.write(
      source.positions.flatMap { [$0.x, $0.y] },
      shape: [source.positions.count, 2],
      at: "\(process)/positions",
      unit: "m"
    )
    if let frames = source.frames {
      try file.write(
        frames.map { Int32($0) },
        shape: [frames.count],
        at: "\(process)/frame_indices",
        unit: "1"
      )
    }
    try file.write(value: Int32(result.iteration), at: "\(process)/iterations", unit: "1")
    try file.write(value: Int32(result.frameCount), at: "\(process)/frames", unit: "1")
    try file.write(value: result.dataError, at: "\(process)/data_error", unit: "1")
    try file.write(value: result.overlapError, at: "\(process)/overlap_error", unit: "1")
    if let end = result.end { try file.write(text: end.rawValue, at: "\(process)/end") }
    if let gauge = result.gauge { try write(gauge, at: "\(process)/gauge", to: file) }
    try file.write(text: "tiltfold", at: "\(process)/program")
    try file.write(text: source.version, at: "\(process)/version")
    try file.write(text: source.parameters, at: "\(process)/parameters")
  }
}
