// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// Writes a picture file under a temporary name (`.NAME.partial`) and renames it when it is whole.
///
/// On failure the temporary file is removed and what stood at the path before still does.
func writeWhole(_ bytes: [UInt8], to path: String) throws(PictureError) {
  let temporary = temporaryName(of: path)
  guard let file = unsafe fopen(temporary, "wb") else {
    throw PictureError(path: path, reason: systemReason())
  }
  let written = unsafe fwrite(bytes, 1, bytes.count, file)
  let writeReason = systemReason()
  guard unsafe fclose(file) == 0, written == bytes.count else {
    unsafe unlink(temporary)
    throw PictureError(path: path, reason: writeReason)
  }
  guard unsafe rename(temporary, path) == 0 else {
    let reason = systemReason()
    unsafe unlink(temporary)
    throw PictureError(path: path, reason: reason)
  }
}

/// Lets a picture file be written under a temporary name, and renames it when it is whole.
func writeWhole(
  to path: String,
  _ body: (String) throws(PictureError) -> Void
) throws(PictureError) {
  let temporary = temporaryName(of: path)
  do throws(PictureError) {
    try body(temporary)
  } catch {
    unsafe unlink(temporary)
    throw error
  }
  guard unsafe rename(temporary, path) == 0 else {
    let reason = systemReason()
    unsafe unlink(temporary)
    throw PictureError(path: path, reason: reason)
  }
}

/// `.NAME.partial` in the folder of a file.
private func temporaryName(of path: String) -> String {
  let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
  return "\(path[..<slash]).\(path[slash...]).partial"
}

/// What the operating system says about its last failure.
private func systemReason() -> String {
  unsafe String(cString: strerror(errno))
}
