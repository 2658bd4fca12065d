// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// How projections are laid onto one another.
public struct RegistrationParameters: Sendable, Hashable {
  /// Key `maximum_shift_px`: the largest displacement that is searched, pixels.
  public var maximumShift = 20.0
  /// Key `refinement_steps`: Gauss-Newton steps after the search.
  public var refinementSteps = 8
  /// Key `step_limit_px`: the longest Gauss-Newton step, pixels.
  public var stepLimit = 0.5
  /// Key `replay_damping`: the part of a Gauss-Newton step that a replayed tilt takes.
  public var replayDamping = 0.7
  /// Key `minimum_confidence`: below this correlation with its reference a tilt is held back.
  public var minimumConfidence = 0.5
  /// Key `mass_gate_px`: how far registration and centre of mass may disagree, pixels, before
  /// a tilt needs twice the way from `minimum_confidence` to 1 to be believed.
  public var massGate = 8.0
  /// Key `maximum_factor`: how many times denser or fainter than the tilts before it a tilt may be.
  public var maximumFactor = 2.0
  /// Key `final_transform`: what the joint rounds at the end may do to a tilt, `shift` or `similarity`.
  public var finalTransform = TransformFreedom.similarity
  /// Key `self_consistency_px`: the joint rounds end when one moves the tilts by less, RMS, pixels.
  public var selfConsistency = 0.02
  /// Key `interpolation`: how projections are read between their pixels, `cubic` or `bilinear`.
  public var interpolation = ProjectionInterpolation.cubic
  /// Key `minimum_coverage`: the part of the volume's projection that must be lit.
  public var minimumCoverage = 0.2

  /// Makes the defaults.
  public init() {}

  /// Checks every value against its bounds.
  ///
  /// - Throws: `ParameterError` for the first value out of bounds.
  public func validate() throws(ParameterError) {
    try ParameterError.require(maximumShift, in: 1...500, key: "maximum_shift_px")
    try ParameterError.require(refinementSteps, in: 0...100, key: "refinement_steps")
    try ParameterError.require(stepLimit, in: 0.01...5, key: "step_limit_px")
    try ParameterError.require(replayDamping, in: 0...1, key: "replay_damping")
    try ParameterError.require(minimumConfidence, in: 0...1, key: "minimum_confidence")
    try ParameterError.require(massGate, in: 0.5...500, key: "mass_gate_px")
    try ParameterError.require(maximumFactor, in: 1.01...1000, key: "maximum_factor")
    try ParameterError.require(selfConsistency, in: 0...10, key: "self_consistency_px")
    try ParameterError.require(minimumCoverage, in: 0...1, key: "minimum_coverage")
  }
}

/// How projections are read between their pixels on their way into the volume.
public enum ProjectionInterpolation: String, CaseIterable, Sendable {
  /// Cubic convolution, which keeps fine detail.
  case cubic
  /// Straight lines between pixels, as Yu et al. (2018) had it.
  case bilinear

  /// The kernel.
  public var kernel: Interpolation {
    switch self {
    case .cubic: .cubic
    case .bilinear: .linear
    }
  }
}
