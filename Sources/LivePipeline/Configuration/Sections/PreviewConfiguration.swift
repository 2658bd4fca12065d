// SPDX-License-Identifier: BSD-3-Clause

/// Section `previews`: what is published while the acquisition runs.
public struct PreviewConfiguration: Hashable, Sendable {
  /// Key `enabled`: whether anything is published.
  public var isEnabled = true
  /// Key `bind`: where previews go out.
  public var endpoint = "tcp://127.0.0.1:37017"
  /// Key `rec_bind`: where the object goes out in cosmicstreams form; nil for nowhere.
  public var recEndpoint: String? = "tcp://127.0.0.1:37016"
  /// Key `maximum_rate_hz`: how often each topic is published at most.
  public var maximumRate = 4.0
  /// Key `stxm_rate_hz`: how often the map of transmitted light is published at most.
  public var mapRate = 20.0
  /// Key `tomogram_rate_hz`: how often topics about tomograms are published at most.
  public var tomogramRate = 1.0
  /// Key `insecure`: whether other machines may connect without keys.
  public var isInsecure = false
  /// Key `curve_public_key`: this end's public key, 40 characters of Z85.
  public var curvePublicKey: String?
  /// Key `curve_secret_key_file`: the file that holds this end's secret key, and nothing else.
  public var curveSecretKeyFile: String?

  /// Makes the defaults: loopback only.
  public init() {}
}
