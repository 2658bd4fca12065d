// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// The real data sets that some tests read; found through `TILTFOLD_DATA`, absent on many machines.
///
/// A suite that needs them is marked
/// `.enabled(if: RealData.isPresent, Comment(rawValue: RealData.reason))`.
public enum RealData {
  /// The folder that `TILTFOLD_DATA` names, nil where it is not set.
  public static let folder: String? = {
    let path = ProcessInfo.processInfo.environment["TILTFOLD_DATA"] ?? ""
    return path.isEmpty ? nil : path
  }()

  /// Whether there are real data to read.
  public static var isPresent: Bool { folder != nil }

  /// What a skipped test says.
  public static let reason = "set TILTFOLD_DATA to the folder of real data to run this"

  /// The path of one file in the folder, nil where the folder or the file is missing.
  public static func path(_ name: String) -> String? {
    guard let folder else { return nil }
    let path = "\(folder)/\(name)"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }
}
