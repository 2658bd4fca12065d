// SPDX-License-Identifier: BSD-3-Clause

import CFFTW3
import Glibc
import Synchronization

/// What FFTW has learnt about this machine, kept between runs so that patient planning is paid once.
public enum Wisdom {
  /// The wisdom file in the user's cache directory, nil where neither it nor a home is known.
  ///
  /// `$XDG_CACHE_HOME/tiltfold/fftw3f-wisdom`, else `~/.cache/tiltfold/fftw3f-wisdom`.
  public static var defaultPath: String? {
    if let cache = environment("XDG_CACHE_HOME") { return "\(cache)/tiltfold/fftw3f-wisdom" }
    return environment("HOME").map { "\($0)/.cache/tiltfold/fftw3f-wisdom" }
  }

  /// Adds what a file holds to what is known; false where there is no such file or it is not ours.
  @discardableResult
  public static func load(from path: String) -> Bool {
    planner.withLock { _ in unsafe fftwf_import_wisdom_from_filename(path) != 0 }
  }

  /// Writes what is known to a file, making its folder; the file is replaced whole or not at all.
  public static func save(to path: String) throws(WisdomError) {
    if let slash = path.lastIndex(of: "/") { makeFolders(String(path[..<slash])) }
    let partial = "\(path).\(getpid())"
    guard planner.withLock({ _ in unsafe fftwf_export_wisdom_to_filename(partial) != 0 }) else {
      throw WisdomError(path: path, reason: "cannot write \(partial)")
    }
    guard unsafe rename(partial, path) == 0 else {
      _ = unsafe unlink(partial)
      throw WisdomError(path: path, reason: "cannot rename \(partial)")
    }
  }

  private static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// Makes a folder and those above it; what exists already is left as it is.
  private static func makeFolders(_ path: String) {
    guard !path.isEmpty, unsafe mkdir(path, 0o755) != 0, errno == ENOENT else { return }
    guard let slash = path.lastIndex(of: "/") else { return }
    makeFolders(String(path[..<slash]))
    _ = unsafe mkdir(path, 0o755)
  }
}

/// A wisdom file that could not be written.
public struct WisdomError: Error, CustomStringConvertible {
  /// The file that was to be written.
  public var path: String
  /// What went wrong.
  public var reason: String

  /// What went wrong, in words.
  public var description: String { "FFTW wisdom \(path): \(reason)" }
}
