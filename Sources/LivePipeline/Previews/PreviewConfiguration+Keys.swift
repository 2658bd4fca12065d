// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Messaging

extension PreviewConfiguration {
  /// The keys that guard the ports which others connect to.
  ///
  /// - Returns: The pair; nil where none is configured.
  /// - Throws: `PipelineError` where the file of the secret key cannot be read.
  func curveKeys() throws(PipelineError) -> CurveKeys? {
    guard let publicKey = curvePublicKey, let path = curveSecretKeyFile else { return nil }
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw PipelineError(.configuration, "previews.curve_secret_key_file: cannot read \(path)")
    }
    return CurveKeys(
      publicKey: publicKey,
      secretKey: text.trimmingCharacters(in: .whitespacesAndNewlines)
    )
  }
}
