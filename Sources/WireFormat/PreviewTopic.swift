// SPDX-License-Identifier: BSD-3-Clause

/// What a preview shows; the first part of its message.
///
/// No topic begins with the name of another, so that a subscription brings one topic only.
public enum PreviewTopic: String, CaseIterable, Sendable {
  /// Where the run stands: counts, depths of queues, losses.
  case status
  /// The latest cleaned diffraction pattern.
  case diffraction
  /// The scanning-transmission map: transmitted photons for each scan point.
  case stxm
  /// The object of the scan in hand, complex.
  case object
  /// The probe of the scan in hand, complex.
  case probe
  /// The optical density of a finished tilt.
  case projection
  /// Slices of, or the whole, running volume of one energy.
  case volume
  /// The chemical phases.
  case chemistry
  /// The histogram of polar angles.
  case histogram
  /// Shifts and residuals of all tilts.
  case alignment
  /// Something that a person should know, in words.
  case event
}
