// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Projections as another program's HDF5 file has them.
public struct StoredProjections: Sendable {
  /// What the file calls itself, and where the projections stand in it.
  public var layout: String
  /// The projections, [tilt, row, column], in the numbers of the file.
  public var images: ImageStack
  /// The tilts, degrees, as many as there are in the file.
  public var angles: [Double]
  /// The size of a pixel, where the axes say it.
  public var pixelSize: Length?
  /// The mean of the pictures without a sample, where there are any.
  public var flat: Image?
  /// The mean of the pictures without a beam, where there are any.
  public var dark: Image?
  /// The photon energy, where the file says it.
  public var energy: PhotonEnergy?
}

/// Reads projections in the layout of DataExchange (`/exchange/data`, `/exchange/theta`), or a NeXus
/// group whose signal is [tilt, row, column] with a dataset `rotation_angle`.
///
/// - Parameter path: The file.
/// - Returns: Projections and tilts; of several NeXus groups the first one in the order of names.
/// - Throws: `StorageError` where there is none of either, or where it cannot be read.
public func readStoredProjections(_ path: String) throws(StorageError) -> StoredProjections {
  let file = try StorageFile(reading: path)
  if file.exists("/exchange/data") { return try file.readExchange() }
  if let group = file.projectionGroup(in: "/", depth: 4) {
    return try file.readProjectionGroup(group)
  }
  throw StorageError(
    "there are no projections: neither /exchange/data nor a group with a signal [tilt, row, column] "
      + "and its rotation_angle",
    file: path
  )
}

extension StorageFile {
  fileprivate func readExchange() throws(StorageError) -> StoredProjections {
    let group = "/exchange"
    guard exists("\(group)/theta") else {
      throw StorageError("there are projections but no angles", file: path, path: "\(group)/theta")
    }
    var projections = StoredProjections(
      layout: "DataExchange",
      images: try readStack(at: "\(group)/data"),
      angles: try readAngles("\(group)/theta")
    )
    if exists("\(group)/data_white") {
      projections.flat = try readMean(at: "\(group)/data_white")
    }
    if exists("\(group)/data_dark") {
      projections.dark = try readMean(at: "\(group)/data_dark")
    }
    return projections
  }

  fileprivate func readProjectionGroup(_ group: String) throws(StorageError) -> StoredProjections {
    let signal = "\(group)/\(attributeText("signal", of: group) ?? "data")"
    var projections = StoredProjections(
      layout: "NeXus, \(group)",
      images: try readStack(at: signal),
      angles: try readAngles("\(group)/rotation_angle")
    )
    for axis in ["\(group)/y", "\(group)/x"] where exists(axis) {
      if let step = try readStep(of: axis) { projections.pixelSize = step }
    }
    if exists("\(group)/energy") {
      let energy: Double = try readValue(at: "\(group)/energy")
      let unit = attributeText("units", of: "\(group)/energy")?.lowercased()
      let factor = unit == "kev" ? 1000.0 : 1
      projections.energy = PhotonEnergy(electronVolts: energy * factor)
    }
    return projections
  }

  /// The first group, in the order of names, that holds projections with angles.
  fileprivate func projectionGroup(in group: String, depth: Int) -> String? {
    if exists("\(group)/rotation_angle") {
      let signal = attributeText("signal", of: group) ?? "data"
      if let shape = try? summary(of: "\(group)/\(signal)").shape, shape.count == 3 { return group }
    }
    guard depth > 0, let names = try? children(of: group) else { return nil }
    let prefix = group == "/" ? "" : group
    for name in names {
      if let found = projectionGroup(in: "\(prefix)/\(name)", depth: depth - 1) { return found }
    }
    return nil
  }

  private func readAngles(_ path: String) throws(StorageError) -> [Double] {
    let angles = try read(Double.self, at: path).values
    let unit = attributeText("units", of: path)?.lowercased() ?? ""
    return unit.hasPrefix("rad") ? angles.map { $0 * 180 / .pi } : angles
  }

  /// The distance of neighbours on an axis with a unit of length.
  private func readStep(of axis: String) throws(StorageError) -> Length? {
    let places = try read(Double.self, at: axis).values
    let units = ["m": 1, "mm": 1e-3, "um": 1e-6, "µm": 1e-6, "micron": 1e-6, "nm": 1e-9]
    guard places.count > 1, let unit = attributeText("units", of: axis).flatMap({ units[$0] })
    else { return nil }
    let step = abs(places[places.count - 1] - places[0]) / Double(places.count - 1) * unit
    return step > 0 ? Length(meters: step) : nil
  }

  /// The mean of a stack of images, or the only image.
  private func readMean(at path: String) throws(StorageError) -> Image? {
    let array = try read(Float.self, at: path)
    guard array.shape.count >= 2, let columns = array.shape.last else { return nil }
    let shape = Shape2D(rows: array.shape[array.shape.count - 2], columns: columns)
    guard shape.count > 0 else { return nil }
    let count = array.values.count / shape.count
    var mean = Image(shape: shape)
    for frame in 0..<count {
      for i in 0..<shape.count {
        mean.values[i] += array.values[frame * shape.count + i] / Float(count)
      }
    }
    return count > 0 ? mean : nil
  }
}
