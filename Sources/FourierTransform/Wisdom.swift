// SPDX-License-Identifier: BSD-3-Clause

import CFFTW3
import Glibc
public import Imaging
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

  /// Whether what is known holds a transform of a shape, so that planning it takes no time.
  ///
  /// - Parameters:
  ///   - shape: The extent of the images.
  ///   - effort: How long a search would be.
  /// - Returns: True where there is nothing to search for.
  public static func covers(_ shape: Shape2D, effort: PlanningEffort) -> Bool {
    guard effort != .estimate else { return true }
    return planner.withLock { _ in
      guard let scratch = unsafe fftwf_alloc_complex(shape.count) else { return false }
      defer { unsafe fftwf_free(scratch) }
      let plan = unsafe fftwf_plan_dft_2d(
        CInt(shape.rows),
        CInt(shape.columns),
        scratch,
        scratch,
        FFTW_FORWARD,
        effort.flags | UInt32(FFTW_WISDOM_ONLY)
      )
      guard let plan = unsafe plan else { return false }
      unsafe fftwf_destroy_plan(plan)
      return true
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
