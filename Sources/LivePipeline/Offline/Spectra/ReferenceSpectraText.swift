// SPDX-License-Identifier: BSD-3-Clause

package import ChemicalMapping
import Foundation

/// Spectra in a text of columns: energy, then one or more spectra.
///
/// Taken are the forms that come from beamlines and plotting programs: columns parted by commas,
/// semicolons (then with decimal commas, too), tabs or spaces; lines of remarks that begin with #, *, %,
/// ! or //; a line of names, or none; a byte order mark; energies in eV, or in keV where the name of the
/// first column says so.
package struct ReferenceSpectraText {
  /// The file, for errors.
  package let file: String
  /// The names of the spectra.
  package private(set) var names: [String] = []
  /// The energies, eV, in the order of the lines.
  package private(set) var energies: [Double] = []
  /// The values, [spectrum][line].
  package private(set) var values: [[Double]] = []
  /// The unit that the names state.
  package private(set) var unit = ReferenceSpectra.Unit.relative
  /// Energies in the file times this are eV.
  private var factor = 1.0
  /// The last line that might be the names: in a remark, or by itself.
  private var header: [String] = []
  private var commonName: String?

  /// Reads a text.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - file: What it is called, for errors.
  /// - Throws: `PipelineError` that names file and line, and says what was expected.
  package init(_ text: String, file: String) throws(PipelineError) {
    self.file = file
    let lines = text.replacing("\u{FEFF}", with: "").split(
      omittingEmptySubsequences: false,
      whereSeparator: \.isNewline
    )
    for (number, line) in lines.enumerated() {
      let content = line.trimmingCharacters(in: .whitespaces)
      guard !content.isEmpty else { continue }
      if let remark = Self.remark(content) {
        take(remark: remark)
      } else {
        try take(content, line: number + 1)
      }
    }
    guard energies.count >= 2 else {
      throw PipelineError(
        .data,
        "\(file): there are \(energies.count) lines of numbers; expected an energy in eV and the "
          + "absorption of each spectrum on each of two lines at least"
      )
    }
    takeNames()
  }

  /// The text of a remark; nil where a line is none.
  private static func remark(_ line: String) -> String? {
    for mark in ["#", "*", "%", "!", "//"] where line.hasPrefix(mark) {
      return String(line.dropFirst(mark.count)).trimmingCharacters(in: .whitespaces)
    }
    return nil
  }

  private mutating func take(remark: String) {
    if let range = remark.range(of: "common name", options: .caseInsensitive) {
      let name = remark[range.upperBound...].trimmingCharacters(
        in: CharacterSet(charactersIn: ": \t")
      )
      if !name.isEmpty { commonName = name }
    }
    guard energies.isEmpty else { return }
    let parts = Self.parts(of: remark)
    if parts.count > 1, parts[0].lowercased().contains("ener") || parts[0].lowercased() == "ev" {
      header = parts
    }
  }

  private mutating func take(_ line: String, line number: Int) throws(PipelineError) {
    let parts = Self.parts(of: line)
    let numbers = parts.map { Self.number($0, line) }
    if energies.isEmpty, header.isEmpty || numbers.contains(nil), numbers.contains(nil) {
      header = parts
      return
    }
    guard let place = numbers.firstIndex(of: nil) else {
      return try take(numbers.compactMap { $0 }, line: number)
    }
    throw PipelineError(
      .data,
      "\(file), line \(number): \"\(parts[place])\" in column \(place + 1) is no number; expected an "
        + "energy in eV and the absorption of each spectrum"
    )
  }

  private mutating func take(_ numbers: [Double], line: Int) throws(PipelineError) {
    guard numbers.count >= 2 else {
      throw PipelineError(
        .data,
        "\(file), line \(line): there is one column; expected an energy in eV and the absorption of "
          + "each spectrum, parted by commas, semicolons, tabs or spaces"
      )
    }
    if values.isEmpty { values = [[Double]](repeating: [], count: numbers.count - 1) }
    guard numbers.count == values.count + 1 else {
      throw PipelineError(
        .data,
        "\(file), line \(line): there are \(numbers.count) columns; expected \(values.count + 1), as on "
          + "the lines before"
      )
    }
    guard numbers.allSatisfy(\.isFinite), numbers[0] > 0 else {
      throw PipelineError(
        .data,
        "\(file), line \(line): \(numbers[0]) is no photon energy, or a value is not finite; expected "
          + "an energy in eV above 0 and finite numbers"
      )
    }
    energies.append(numbers[0])
    for place in values.indices { values[place].append(numbers[place + 1]) }
  }

  private mutating func takeNames() {
    let stem = URL(filePath: file).deletingPathExtension().lastPathComponent
    names = values.indices.map { place in
      if header.count == values.count + 1 { return header[place + 1] }
      if values.count == 1 { return commonName ?? stem }
      return "spectrum_\(place + 1)"
    }
    // The lines of numbers went in as they are; only now is the unit of the first column known.
    if header.first?.lowercased().contains("kev") ?? false { factor = 1000 }
    energies = energies.map { $0 * factor }
    let marks = ["_per_um", "(1/um)", "[1/um]", "(1/µm)", "[1/µm]", " per um", " 1/um", "_um-1"]
    let states = names.map { name in marks.first { name.lowercased().hasSuffix($0) } }
    if !states.contains(nil) {
      unit = .perMicrometer
      names = zip(names, states).map { name, mark in
        String(name.dropLast(mark?.count ?? 0)).trimmingCharacters(in: .whitespaces)
      }
    }
  }

  private static func parts(of line: String) -> [String] {
    let separator: (Character) -> Bool =
      line.contains(";") ? { $0 == ";" } : line.contains(",") ? { $0 == "," } : \.isWhitespace
    let isBlank = !line.contains(";") && !line.contains(",")
    // An empty cell between two commas is a missing number, blanks in a row part once.
    return line.split(omittingEmptySubsequences: isBlank, whereSeparator: separator).map {
      $0.trimmingCharacters(in: CharacterSet(charactersIn: " \t\""))
    }
  }

  private static func number(_ part: String, _ line: String) -> Double? {
    // A decimal comma is possible only where semicolons part the columns.
    Double(line.contains(";") ? part.replacing(",", with: ".") : part)
  }
}
