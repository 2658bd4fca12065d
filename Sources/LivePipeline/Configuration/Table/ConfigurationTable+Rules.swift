// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Messaging
import ParticleAnalysis
import Preprocessing
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
  static let rules = stageRules + joiningRules

  /// The stages' own rules.
  package static let stageRules: [ConfigurationRule] = [
    ConfigurationRule(section: "source") { c throws(ParameterError) in
      try c.source.axes.validate()
    },
    ConfigurationRule(section: "detector") { c throws(ParameterError) in
      try c.detector.validate()
    },
    ConfigurationRule(section: "preprocessing") { c throws(ParameterError) in
      try c.preprocessing.validate()
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
    ConfigurationRule(section: "chemistry") { c throws(ParameterError) in
      try c.chemistry.validate()
    },
    ConfigurationRule(section: "particles") { c throws(ParameterError) in
      try c.particles.parameters.validate()
    },
  ]

  /// Rules between keys of several sections, and the pipeline's own.
  private static let joiningRules: [ConfigurationRule] = [
    ConfigurationRule(section: "tomography") { c throws(ParameterError) in
      let pixel = c.preprocessing.objectPixelSize.meters
      guard abs(c.tomography.voxelSize.meters - pixel) <= 0.01 * pixel else {
        throw ParameterError(
          key: "voxel_size_m",
          value: ConfigurationValue.shortest(c.tomography.voxelSize.meters.roundedToDecimals),
          expected: "preprocessing.object_pixel_size_m, "
            + "\(ConfigurationValue.shortest(pixel.roundedToDecimals)), within 1 %"
        )
      }
    },
    ConfigurationRule(section: "preprocessing") { c throws(ParameterError) in
      // The zone plate's cone reaches to 1 / (2 · outer zone width), a pattern to 1 / (2 p).
      let pixel = c.preprocessing.objectPixelSize.meters
      guard pixel < c.probe.outerZoneWidth.meters else {
        throw ParameterError(
          key: "object_pixel_size_m",
          value: ConfigurationValue.shortest(pixel.roundedToDecimals),
          expected: "less than probe.outer_zone_width_m, or the zone plate's cone is wider than "
            + "the pattern"
        )
      }
    },
    ConfigurationRule(section: "source") { c throws(ParameterError) in
      let source = c.source
      guard source.dialect != .fastccd || source.endpoints.count > 1 || source.sidecar != nil else {
        throw ParameterError(
          key: "connect",
          value: source.endpoints.joined(separator: ", "),
          expected: "a second endpoint, that of pystxmcontrol's events, or source.sidecar: raw "
            + "frames do not say which scan they belong to"
        )
      }
    },
    ConfigurationRule(section: "preprocessing") { c throws(ParameterError) in
      _ = try c.preprocessing.withPixelsOfFile()
    },
    ConfigurationRule(section: "previews") { c throws(ParameterError) in
      try checkEndpoints(of: c)
    },
    ConfigurationRule(section: "previews") { c throws(ParameterError) in
      try checkReach(of: c.previews)
    },
    ConfigurationRule(section: "dashboard") { c throws(ParameterError) in
      let dashboard = c.dashboard
      guard dashboard.isEnabled, !dashboard.isInsecure,
        !EndpointPolicy.isLoopback("tcp://\(dashboard.address)")
      else { return }
      throw ParameterError(
        key: "bind",
        value: dashboard.address,
        expected: "a loopback address such as 127.0.0.1:8080 (from another machine, ssh -L "
          + "8080:127.0.0.1:8080); to serve other machines unencrypted say insecure: true"
      )
    },
    ConfigurationRule(section: "control") { c throws(ParameterError) in
      let isGuarded = c.previews.isInsecure || c.previews.curvePublicKey != nil
      guard c.control.isEnabled, !isGuarded, !EndpointPolicy.isLoopback(c.control.endpoint) else {
        return
      }
      throw ParameterError(
        key: "bind",
        value: c.control.endpoint,
        expected: "a loopback address such as tcp://127.0.0.1:37018; for other machines give "
          + "previews.curve_public_key and curve_secret_key_file, or say previews.insecure: true"
      )
    },
  ]

  /// Each endpoint has one use.
  private static func checkEndpoints(of c: PipelineConfiguration) throws(ParameterError) {
    guard c.previews.isEnabled else { return }
    var taken = Dictionary(
      c.source.endpoints.map { ($0, "source.connect") },
      uniquingKeysWith: { first, _ in first }
    )
    if c.control.isEnabled, !c.control.endpoint.hasSuffix(":*") {
      taken[c.control.endpoint] = "control.bind"
    }
    for (key, endpoint) in [("bind", c.previews.endpoint), ("rec_bind", c.previews.recEndpoint)] {
      // The system chooses another port for every "*".
      guard let endpoint, !endpoint.hasSuffix(":*") else { continue }
      if let other = taken.updateValue("previews.\(key)", forKey: endpoint) {
        throw ParameterError(
          key: key,
          value: endpoint,
          expected: "an endpoint of its own; \(other) has this one"
        )
      }
    }
  }

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
