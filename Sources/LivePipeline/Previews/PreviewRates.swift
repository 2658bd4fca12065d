// SPDX-License-Identifier: BSD-3-Clause

import WireFormat

/// How often each topic may be made.
struct PreviewRates: Sendable {
  /// Pictures of scans, times a second.
  var scans = 4.0
  /// Pictures of tomograms, times a second.
  var tomograms = 1.0

  /// The time from one preview of a slot to the next; zero where none is left out.
  func interval(of topic: PreviewTopic) -> Duration {
    switch topic {
    case .diffraction, .stxm, .object, .probe: .seconds(1 / scans)
    case .volume, .chemistry, .histogram, .alignment: .seconds(1 / tomograms)
    // The publisher makes `status` by its own clock; a scan has one projection.
    case .status, .projection, .event: .zero
    }
  }
}

extension PreviewRates {
  /// The rates that a configuration asks for.
  init(_ configuration: PreviewConfiguration) {
    scans = configuration.maximumRate
    tomograms = min(configuration.tomogramRate, configuration.maximumRate)
  }
}
