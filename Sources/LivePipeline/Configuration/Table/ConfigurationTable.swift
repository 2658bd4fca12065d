// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Preprocessing

/// Every key of the configuration: the one source for reading, listing and documenting it.
package enum ConfigurationTable {
  /// Every key, section by section, in the order of the reference.
  package static let keys: [ConfigurationKey] =
    source + detector + preprocessing + cleaning + attenuator + ptychography + probe
    + registration + tomography + chemistry + particles + recording + previews + control
    + dashboard + results + compute

  /// Every section in the order of the reference, sections within sections after their own keys.
  package static let sections: [String] = keys.map(\.section).reduce(into: []) {
    sections,
    section in
    if !sections.contains(section) { sections.append(section) }
  }

  /// What each section is about, a sentence.
  static let about: [String: String] = [
    "source": "Where frames come from and how they are to be understood.",
    "detector": "Where the pixels stand in the words of a raw FastCCD frame "
      + "(Docs/Explanations/FastCCD.md). Patterns that come cleaned need none of it.",
    "preprocessing": "How raw frames become amplitudes on the solver's grid.",
    "preprocessing.cleaning": "Steps of cleaning that can be done otherwise "
      + "(Docs/Explanations/FastCCD.md, \"Options\").",
    "preprocessing.attenuator": "The disc that weakens the bright middle of the pattern; `null` "
      + "where there is none.",
    "ptychography": "How each scan is reconstructed.",
    "probe": "The focusing optics, from which the first probe is made.",
    "registration": "How projections are laid onto one another.",
    "tomography": "How projections become a volume.",
    "chemistry": "How the optical densities at two energies become chemical phases.",
    "particles": "How particles are told from one another and counted, once there are two energies "
      + "(Docs/Explanations/Particles.md).",
    "recording": "The file that keeps every message as it came.",
    "previews": "What is published while the acquisition runs. Loopback is free; any other address "
      + "needs keys, or `insecure: true`.",
    "control":
      "Requests while a run goes on: where a scan belongs, changes, ends. Loopback is free; "
      + "for any other address the keys of `previews` hold.",
    "dashboard":
      "The page that shows the run in a browser (Docs/Reference/WireProtocol.md, dashboard). Loopback "
      + "is free; any other address needs `insecure: true`, and control from there the token.",
    "results": "What is written, and where.",
    "compute": "How the machine is used.",
  ]

  /// Sections that may be `null`.
  static let optionalSections: [String: OptionalSection] = [
    "preprocessing.attenuator": OptionalSection {
      $0.preprocessing.attenuator == nil
    } remove: {
      $0.preprocessing.attenuator = nil
    }
  ]

  /// The key of a full path.
  static func key(_ path: String) -> ConfigurationKey? { byPath[path] }

  private static let byPath = Dictionary(keys.map { ($0.path, $0) }) { first, _ in first }
}

/// A section that may be left out of a configuration by writing `null`.
struct OptionalSection: Sendable {
  /// Whether a configuration is without it.
  let isAbsent: @Sendable (PipelineConfiguration) -> Bool
  /// Leaves it out.
  let remove: @Sendable (inout PipelineConfiguration) -> Void
}
