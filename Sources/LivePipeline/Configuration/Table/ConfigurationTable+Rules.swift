// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Messaging
import Ptychography
import Registration
import Tomography
import WireFormat

/// A rule that needs more than one key; it runs once every key by itself is right.
package struct ConfigurationRule: Sendable {
  /// The section whose keys its errors name.
  package let section: String
  /// Throws where the rule is broken.
  let check: @Sendable (PipelineConfiguration) throws(ParameterError) -> Void

  /// The full key that breaks the rule; nil where none does.
  package func brokenKey(in configuration: PipelineConfiguration) -> String? {
    do throws(ParameterError) {
      try check(configuration)
      return nil
    } catch {
      return "\(section).\(error.key)"
    }
  }
}

extension ConfigurationTable {
  /// The stages' own rules, then those between sections.
  package static let rules: [ConfigurationRule] = [
    ConfigurationRule(section: "source") { c throws(ParameterError) in
      try c.source.axes.validate()
    },
    ConfigurationRule(section: "ptychography") { c throws(ParameterError) in
      try c.ptychography.validate()
    },
    ConfigurationRule(section: "registration") { c throws(ParameterError) in
      try c.registration.validate()
    },
    ConfigurationRule(section: "tomography") { c throws(ParameterError) in
      try c.tomography.validate()
    },
    ConfigurationRule(section: "previews") { c throws(ParameterError) in
      try checkReach(of: c.previews)
    },
  ]

  /// Only loopback is open to anyone.
  private static func checkReach(of previews: PreviewConfiguration) throws(ParameterError) {
    let hasPublic = previews.curvePublicKey != nil
    guard hasPublic == (previews.curveSecretKeyFile != nil) else {
      throw ParameterError(
        key: hasPublic ? "curve_secret_key_file" : "curve_public_key",
        value: "null",
        expected: "both keys or neither"
      )
    }
    guard previews.isEnabled, !previews.isInsecure, !hasPublic else { return }
    for (key, endpoint) in [("bind", previews.endpoint), ("rec_bind", previews.recEndpoint)] {
      guard let endpoint, !EndpointPolicy.isLoopback(endpoint) else { continue }
      throw ParameterError(
        key: key,
        value: endpoint,
        expected: "a loopback address such as tcp://127.0.0.1:37017; for other machines give "
          + "curve_public_key and curve_secret_key_file, or say insecure: true"
      )
    }
  }
}
