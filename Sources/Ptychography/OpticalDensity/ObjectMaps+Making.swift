// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// Makes OD, its standard error and the unwrapped phase of an object whose gauge is fixed.
///
/// The error is √(8 v/C)/|T| for coverage C, in photons, and the variance v that photons give to a
/// far-field modulus, 1/4 where all of the pattern is bright, times the excess of the data error over
/// that of photon noise (Docs/Explanations/Ptychography.md, "Error of the optical density").
///
/// - Parameter object: A reconstruction; of one whose gauge is not fixed OD and phase are as they
///   came.
/// - Returns: The maps; nothing in them is NaN or infinite.
public func objectMaps(of object: ReconstructedObject) -> ObjectMaps {
  let trust = trustMap(of: object.coverage)
  let transmission = object.transmission
  let ratio = object.dataError / object.photonNoiseError
  let excess = ratio.isFinite ? max(1, ratio) : 1
  let variance = object.amplitudeVariance.isFinite ? object.amplitudeVariance : 0.25
  let factor = Float(excess * (8 * variance).squareRoot())
  var error = Image(shape: transmission.shape, filledWith: highestDensity)
  var phase = Image(shape: transmission.shape)
  for i in phase.values.indices where trust.values[i] > 0 {
    let value = transmission.values[i]
    let coverage = object.coverage.values[i]
    let own = factor / (max(coverage, 1e-6).squareRoot() * max(value.modulus, 1e-3))
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
