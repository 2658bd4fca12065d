// SPDX-License-Identifier: BSD-3-Clause

import CHDF5

/// The HDF5 library as it was built.
public enum HDF5Library {
  /// Its version, as "1.10.8".
  public static var version: String {
    chdf5_be_silent()
    var (major, minor, release): (CUnsignedInt, CUnsignedInt, CUnsignedInt) = (0, 0, 0)
    guard unsafe H5get_libversion(&major, &minor, &release) >= 0 else { return "unknown" }
    return "\(major).\(minor).\(release)"
  }

  /// Whether threads may use it at once; a lock of its own sees to it.
  public static var isThreadSafe: Bool {
    chdf5_be_silent()
    var isSafe = false
    return unsafe H5is_library_threadsafe(&isSafe) >= 0 && isSafe
  }
}
