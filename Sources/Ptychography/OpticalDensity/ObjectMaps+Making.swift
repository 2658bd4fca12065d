// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// Makes OD, its standard error and the unwrapped phase of an object whose gauge is fixed.
///
/// The error is √(2/C)/|T| for coverage C, in photons, times the excess of the data error over that
/// of photon noise. A far-field modulus has the variance 1/4 whatever its photons; modulus and
/// phase of the object share what N such real numbers tell, which leaves each of them 1/(2C), and
/// OD = −2 ln|T| doubles the relative error (Docs/Explanations/Ptychography.md, "Error of the
/// optical density").
///
/// - Parameter object: A reconstruction; of one whose gauge is not fixed OD and phase are as they
///   came.
/// - Returns: The maps; nothing in them is NaN or infinite.
public func objectMaps(of object: ReconstructedObject) -> ObjectMaps {
  let trust = trustMap(of: object.coverage)
  let transmission = object.transmission
  let ratio = object.dataError / object.photonNoiseError
  let excess = ratio.isFinite ? max(1, ratio) : 1
  var error = Image(shape: transmission.shape, filledWith: highestDensity)
  var phase = Image(shape: transmission.shape)
  for i in phase.values.indices where trust.values[i] > 0 {
    let value = transmission.values[i]
    let coverage = object.coverage.values[i]
    let deviation = Float(excess) * (2 / max(coverage, 1e-6)).squareRoot()
    let own = deviation / max(value.modulus, 1e-3)
    error.values[i] = own.isFinite ? min(own, highestDensity) : highestDensity
    phase.values[i] = value.phase.isFinite ? value.phase : 0
  }
  let isVacuum =
    object.gauge?.isVacuumInView == true
    ? VacuumPhase.mask(of: transmission, modulus: 1, trust: trust) : []
  return ObjectMaps(
    opticalDensity: opticalDensity(of: transmission, trust: trust),
    opticalDensityError: error,
    phase: unwrappedPhase(phase, quality: trust, isReference: isVacuum),
    noiseExcess: excess
  )
}
