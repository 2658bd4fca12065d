// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Turns an object into OD = −2 ln|T| with |T| = 1 in vacuum, with a map of how far to trust it.
///
/// Phase ramps do not matter, for only the modulus counts. The projection's centre,
/// ((rows − 1)/2, (columns − 1)/2), is scan position zero; a probe that has wandered from its
/// frame's middle by whole pixels takes the object along and is followed. The fraction of a pixel
/// beyond that is left to registration, which moves the projection anyway: pixels stay as they are.
///
/// - Parameters:
///   - object: A reconstruction; one whose gauge is fixed has its vacuum, one with maps its OD.
///   - vacuum: How |T| = 1 is found in an object whose gauge is not fixed.
///   - shape: The extent of the projection; the object's own where nil.
/// - Returns: The projection, and what its vacuum was taken from.
public func opticalDensityProjection(
  of object: ReconstructedObject,
  vacuum: VacuumRule = .automatic,
  shape: Shape2D? = nil
) -> (Projection, VacuumEstimate) {
  let trust = trustMap(of: object.coverage)
  let estimate: VacuumEstimate
  let density: Image
  if let gauge = object.gauge {
    estimate = VacuumEstimate(
      modulus: gauge.scale,
      fraction: gauge.vacuumFraction,
      isInView: gauge.isVacuumInView
    )
    density = object.maps?.opticalDensity ?? opticalDensity(of: object.transmission, trust: trust)
  } else {
    estimate = vacuumEstimate(of: object, trust: trust, rule: vacuum)
    density = opticalDensity(of: object.transmission, modulus: estimate.modulus, trust: trust)
  }
  let (rows, columns) = displacement(of: object)
  let shape = shape ?? object.transmission.shape
  func placed(_ image: Image, _ interpolation: Interpolation) -> Image {
    cut(image, to: shape, rows, columns, interpolation)
  }
  // Of the pixels that one is mixed from the least sure counts; outside nothing is known.
  let error = object.maps.map { maps in
    var certainty = maps.opticalDensityError
    certainty.values = certainty.values.map { 1 / max($0, .leastNormalMagnitude) }
    var error = placed(certainty, .minimum)
    error.values = error.values.map { min(1 / max($0, .leastNormalMagnitude), highestDensity) }
    return error
  }
  return (
    Projection(
      identity: object.identity,
      opticalDensity: placed(density, .cubic),
      coverage: placed(trust, .minimum),
      opticalDensityError: error,
      pixelSize: object.pixelSize
    ),
    estimate
  )
}

/// Opaque beyond measure: −2 ln 10⁻³.
let highestDensity: Float = 13.8155

/// −2 ln(|T| / modulus); 0 where unlit.
func opticalDensity(of transmission: ComplexImage, modulus: Double = 1, trust: Image) -> Image {
  let scale = Float(1 / modulus)
  var density = Image(shape: transmission.shape)
  for i in density.values.indices {
    let value = -2 * naturalLogarithm(max(scale * transmission.values[i].modulus, 1e-3))
    density.values[i] = trust.values[i] > 0 && value.isFinite ? value : 0
  }
  return density
}

/// 0 where the photons are fewer than a twentieth of those in the scanned area, 1 from half on.
func trustMap(of coverage: Image) -> Image {
  let highest = coverage.values.max() ?? 0
  let lit = coverage.values.filter { $0 > 0.1 * highest }.sorted()
  guard highest > 0, !lit.isEmpty else { return Image(shape: coverage.shape) }
  let typical = lit[lit.count / 2]
  return Image(
    shape: coverage.shape,
    values: coverage.values.map { $0 < 0.05 * typical ? 0 : min(1, $0 / (0.5 * typical)) }
  )
}

func vacuumEstimate(
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
  // A fixed gauge has put all of the probe's drift into the origin.
  let fixed = (rows: object.gauge?.shiftRows ?? 0, columns: object.gauge?.shiftColumns ?? 0)
  var drift = fixed
  if object.gauge == nil {
    let center = centroid(of: [object.probe] + object.weakerModes)
    drift.rows = center.row - Double(object.probe.shape.rows / 2)
    drift.columns = center.column - Double(object.probe.shape.columns / 2)
  }
  return (
    Double(shape.rows - 1) / 2 + object.origin.y / pixel + fixed.rows - drift.rows.rounded(),
    Double(shape.columns - 1) / 2 + object.origin.x / pixel + fixed.columns
      - drift.columns.rounded()
  )
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
