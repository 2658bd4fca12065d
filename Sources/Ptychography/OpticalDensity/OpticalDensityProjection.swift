// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Turns an object into OD = −2 ln|T| with |T| = 1 in vacuum, with a map of how far to trust it.
///
/// Phase ramps do not matter, for only the modulus counts. The projection's centre,
/// ((rows − 1)/2, (columns − 1)/2), is scan position zero; a probe that has wandered from its
/// frame's middle by whole pixels takes the object along and is followed.
///
/// - Parameters:
///   - object: A reconstruction.
///   - vacuum: How |T| = 1 is found.
///   - shape: The extent of the projection; the object's own where nil.
/// - Returns: The projection, and what its vacuum was taken from.
public func opticalDensityProjection(
  of object: ReconstructedObject,
  vacuum: VacuumRule = .automatic,
  shape: Shape2D? = nil
) -> (Projection, VacuumEstimate) {
  let trust = trustMap(of: object.coverage)
  let estimate = vacuumEstimate(of: object, trust: trust, rule: vacuum)
  let scale = Float(1 / estimate.modulus)
  var density = Image(shape: object.transmission.shape)
  for i in density.values.indices {
    let modulus = scale * object.transmission.values[i].modulus
    // Opaque beyond measure counts as OD 14; unlit as nothing.
    let value = -2 * naturalLogarithm(max(modulus, 1e-3))
    density.values[i] = trust.values[i] > 0 && value.isFinite ? value : 0
  }
  let (rows, columns) = displacement(of: object)
  let shape = shape ?? object.transmission.shape
  return (
    Projection(
      identity: object.identity,
      opticalDensity: cut(density, to: shape, rows, columns, .cubic),
      coverage: cut(trust, to: shape, rows, columns, .minimum),
      pixelSize: object.pixelSize
    ),
    estimate
  )
}

/// 0 where the photons are fewer than a twentieth of those in the scanned area, 1 from half on.
private func trustMap(of coverage: Image) -> Image {
  let highest = coverage.values.max() ?? 0
  let lit = coverage.values.filter { $0 > 0.1 * highest }.sorted()
  guard highest > 0, !lit.isEmpty else { return Image(shape: coverage.shape) }
  let typical = lit[lit.count / 2]
  return Image(
    shape: coverage.shape,
    values: coverage.values.map { $0 < 0.05 * typical ? 0 : min(1, $0 / (0.5 * typical)) }
  )
}

private func vacuumEstimate(
  of object: ReconstructedObject,
  trust: Image,
  rule: VacuumRule
) -> VacuumEstimate {
  switch rule {
  case .fixed(let modulus):
    return VacuumEstimate(modulus: modulus, fraction: 0, isInView: false)
  case .probePower:
    return VacuumEstimate(modulus: 1, fraction: 0, isInView: false)
  case .automatic:
    var search = VacuumSearch()
    for i in trust.values.indices where trust.values[i] >= 1 {
      search.add(modulus: object.transmission.values[i].modulus, weight: 1)
    }
    guard let peak = search.peak() else {
      return VacuumEstimate(modulus: 1, fraction: 0, isInView: false)
    }
    return VacuumEstimate(modulus: peak.modulus, fraction: peak.fraction, isInView: true)
  }
}

/// What moves scan position zero to the image's centre, pixels.
private func displacement(of object: ReconstructedObject) -> (rows: Double, columns: Double) {
  let shape = object.transmission.shape
  let pixel = object.pixelSize.meters
  let center = centroid(of: object.probe)
  let driftRows = (center.row - Double(object.probe.shape.rows / 2)).rounded()
  let driftColumns = (center.column - Double(object.probe.shape.columns / 2)).rounded()
  return (
    Double(shape.rows - 1) / 2 + object.origin.y / pixel - driftRows,
    Double(shape.columns - 1) / 2 + object.origin.x / pixel - driftColumns
  )
}

/// The centre of mass of |probe|², in pixels.
private func centroid(of probe: ComplexImage) -> (row: Double, column: Double) {
  var weight = 0.0
  var rows = 0.0
  var columns = 0.0
  for row in 0..<probe.shape.rows {
    for column in 0..<probe.shape.columns {
      let photons = Double(probe[row, column].squaredModulus)
      weight += photons
      rows += photons * Double(row)
      columns += photons * Double(column)
    }
  }
  let center = (row: rows / weight, column: columns / weight)
  // A probe that has run away, or is dark, has no centre of mass.
  guard weight > 0, center.row.isFinite, center.column.isFinite else {
    return (Double(probe.shape.rows / 2), Double(probe.shape.columns / 2))
  }
  return center
}

/// Moves and cuts, copying pixels as they are where no fraction of a pixel is left.
private func cut(
  _ image: Image,
  to shape: Shape2D,
  _ rows: Double,
  _ columns: Double,
  _ interpolation: Interpolation
) -> Image {
  let firstRow = Double(image.shape.rows - shape.rows) / 2 - rows
  let firstColumn = Double(image.shape.columns - shape.columns) / 2 - columns
  let row0 = Int(firstRow.rounded())
  let column0 = Int(firstColumn.rounded())
  guard abs(firstRow - Double(row0)) < 1e-3, abs(firstColumn - Double(column0)) < 1e-3 else {
    return resampled(
      image,
      to: shape,
      movedByRows: rows,
      columns: columns,
      interpolation: interpolation
    )
  }
  var result = Image(shape: shape)
  for row in max(0, -row0)..<max(0, -row0, min(shape.rows, image.shape.rows - row0)) {
    for column in max(
      0,
      -column0
    )..<max(
      0,
      -column0,
      min(shape.columns, image.shape.columns - column0)
    ) {
      result[row, column] = image[row + row0, column + column0]
    }
  }
  return result
}
