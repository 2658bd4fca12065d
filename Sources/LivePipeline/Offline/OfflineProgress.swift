// SPDX-License-Identifier: BSD-3-Clause

/// Where the reading or converting of a file stands.
public enum OfflineProgress: Sendable, Hashable {
  /// So many of all pieces are done: "cleaning frames".
  case working(String, done: Int, of: Int)
  /// Something that a person should know.
  case remark(String)
}
