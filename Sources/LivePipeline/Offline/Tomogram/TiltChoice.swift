// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel

/// Some tilts of a series, named by their places or by an angle.
public enum TiltChoice: Sendable, Hashable {
  /// By place in the file, from 0.
  case places(ClosedRange<Int>)
  /// By angle, degrees.
  case angle(Double)

  /// Reads a list of choices: "3,17", "0-4", "-62.5deg".
  ///
  /// - Parameter text: The choices with commas between them.
  /// - Returns: The choices; nil where one cannot be read.
  public static func list(_ text: String) -> [TiltChoice]? {
    var choices: [TiltChoice] = []
    for item in text.split(separator: ",") {
      let item = item.filter { $0 != " " }
      if item.hasSuffix("deg") {
        guard let angle = Double(item.dropLast(3)), angle.isFinite else { return nil }
        choices.append(.angle(angle))
        continue
      }
      let ends = item.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
        first >= 0, first <= last
      else { return nil }
      choices.append(.places(first...last))
    }
    return choices.isEmpty ? nil : choices
  }

  /// Whether a tilt is among those meant.
  ///
  /// - Parameters:
  ///   - place: Its place in the file.
  ///   - tilt: Its angle.
  ///   - tolerance: How far the angle may be off, degrees.
  /// - Returns: Whether it is.
  func includes(place: Int, tilt: TiltAngle, tolerance: Double) -> Bool {
    switch self {
    case .places(let places): places.contains(place)
    case .angle(let angle): abs(tilt.degrees - angle) <= tolerance
    }
  }

  var inWords: String {
    switch self {
    case .places(let places):
      places.count == 1 ? "\(places.lowerBound)" : "\(places.lowerBound)-\(places.upperBound)"
    case .angle(let angle): "\(angle) degrees"
    }
  }
}
