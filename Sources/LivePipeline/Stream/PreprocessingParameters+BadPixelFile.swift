// SPDX-License-Identifier: BSD-3-Clause

package import AcquisitionModel
import Foundation
package import Preprocessing

extension PreprocessingParameters {
  /// The parameters with the pixels of `bad_pixel_file` among the bad ones.
  ///
  /// The file has "row, column" on each line, with commas or spaces; what follows a # is a remark.
  package func withPixelsOfFile() throws(ParameterError) -> PreprocessingParameters {
    guard let path = cleaning.badPixelFile else { return self }
    let key = "cleaning.bad_pixel_file"
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw ParameterError(
        key: key,
        value: path,
        expected: "a text file that can be read, \"row, column\" on each line"
      )
    }
    var all = self
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let words = line.prefix { $0 != "#" }.split { ", \t\r[]".contains($0) }
      if words.isEmpty { continue }
      let places = words.compactMap { Int($0) }
      guard words.count == 2, places.count == 2,
        places.allSatisfy((0..<FastCCDGeometry.pictureSide).contains)
      else {
        throw ParameterError(
          key: key,
          value: "\(path), line \(number + 1): \(line)",
          expected: "row, column, each from 0 to \(FastCCDGeometry.pictureSide - 1)"
        )
      }
      all.badPixels.append(PicturePixel(row: places[0], column: places[1]))
    }
    return all
  }
}
