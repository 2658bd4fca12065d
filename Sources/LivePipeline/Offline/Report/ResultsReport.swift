// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import HDF5Storage
import Reporting
import Synchronization

/// A page with figures and numbers of a folder of results (`tiltfold report`).
///
/// Every figure is made from the records in the files, never from other pictures. Sections whose data
/// are not there say in a line what is missing and how to get it.
public final class ResultsReport: Sendable {
  /// What was written.
  public struct Written: Sendable {
    /// The page.
    public let page: String
    /// The size of the page, bytes.
    public let bytes: Int
    /// The figures' files.
    public let figures: [String]
    /// The titles of the sections that say what is missing.
    public let missing: [String]
    /// What a person should know.
    public let remarks: [String]
    /// Whether nothing was left out for lack of time.
    public let isWhole: Bool
  }

  private let contents: ReportContents
  private let isStopping = Atomic(false)

  /// Reads the results.
  ///
  /// - Parameter path: A folder of results, or a tomogram.
  /// - Throws: `PipelineError` where there is nothing to report.
  public init(_ path: String) throws(PipelineError) {
    contents = try ReportContents(path)
  }

  /// Asks the work to end with the sections that there are; returns at once.
  public func requestFinish() { isStopping.store(true, ordering: .sequentiallyConsistent) }

  private var shouldFinish: Bool { isStopping.load(ordering: .sequentiallyConsistent) }

  /// Where the report of a path goes when nobody says.
  public static func defaultOutput(for path: String) -> String {
    var isFolder: ObjCBool = false
    let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    let file = URL(filePath: path)
    if exists, isFolder.boolValue {
      return file.appending(path: "report.html").path(percentEncoded: false)
    }
    return "\(file.deletingPathExtension().path(percentEncoded: false))-report.html"
  }

  /// Writes the page, and the figures into a folder of the page's name.
  ///
  /// - Parameters:
  ///   - output: The page; its folder must exist.
  ///   - drawsFigures: Whether the figures are written as files, too.
  ///   - plotly: The library that the page holds.
  ///   - progress: Told of every step.
  /// - Returns: What was written.
  /// - Throws: `PipelineError` where something cannot be written.
  public func write(
    to output: String,
    drawsFigures: Bool = true,
    plotly: PlotlyLibrary,
    progress: (OfflineProgress) -> Void = { _ in }
  ) throws(PipelineError) -> Written {
    try OutputPlace.check(
      output,
      sources: [contents.tomogramPath].compactMap(\.self),
      called: "the tomogram"
    )
    let makers = Self.makers
    var sections: [ReportSection] = []
    for (place, maker) in makers.enumerated() {
      var section = ReportSection(id: maker.id, title: maker.title)
      section.blocks =
        shouldFinish
        ? [.missing("Left out: the report was ended before it came to this.")]
        : maker.make(contents)
      sections.append(section)
      progress(.working("gathering", done: place + 1, of: makers.count))
    }
    sections.append(VersionsSection.section(contents, plotly: plotly))
    var files: [String] = []
    if drawsFigures, !shouldFinish {
      let folder = URL(filePath: output).deletingPathExtension().path(percentEncoded: false)
      files = try draw(sections.flatMap(\.figures), into: folder, progress)
    }
    let page = ReportPage(
      title: contents.name,
      subtitle: subtitle,
      sections: sections,
      footer:
        "Written by TiltFold \(tiltfoldVersion). This page is complete in itself and loads nothing. "
        + "Plots: Plotly \(plotly.version), MIT licence, Copyright Plotly, Inc. "
        + "The paper: Yu et al., Nature Communications 9, 921 (2018), doi 10.1038/s41467-018-03401-x."
    )
    progress(.working("writing the page", done: 0, of: 1))
    do throws(PictureError) {
      try page.write(to: output, plotly: plotly.text)
    } catch {
      throw PipelineError(.output, "\(output) cannot be written: \(error.reason)")
    }
    progress(.working("writing the page", done: 1, of: 1))
    // It was written: where its size cannot be asked for, 0 is told.
    let attributes = try? FileManager.default.attributesOfItem(atPath: output)
    return Written(
      page: output,
      bytes: (attributes?[.size] as? Int) ?? 0,
      figures: files,
      missing: sections.filter(\.isEmpty).map(\.title),
      remarks: contents.remarks,
      isWhole: !shouldFinish
    )
  }

  private var subtitle: String {
    var parts: [String] = []
    if let record = contents.record {
      let energies = record.energies.indices.map(record.energyName).joined(separator: " and ")
      parts.append("Tomogram of \(record.accepted.count { $0 }) tilts at \(energies)")
    } else {
      parts.append("A run without a tomogram")
    }
    if let date = contents.date {
      let formatter = ISO8601DateFormatter()
      formatter.formatOptions = [
        .withFullDate, .withTime, .withColonSeparatorInTime, .withSpaceBetweenDateAndTime,
      ]
      parts.append("finished \(formatter.string(from: date)) UTC")
    }
    let version = contents.record?.version ?? contents.summary?.version ?? ""
    if !version.isEmpty { parts.append("TiltFold \(version)") }
    return parts.joined(separator: ", ")
  }

  private func draw(
    _ figures: [ReportFigure],
    into folder: String,
    _ progress: (OfflineProgress) -> Void
  ) throws(PipelineError) -> [String] {
    let sheets = figures.compactMap { figure -> (name: String, sheet: PictureSheet)? in
      guard case .sheet(let sheet) = figure.content else { return nil }
      return (figure.name, sheet)
    }
    guard !sheets.isEmpty else { return [] }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw PipelineError(.output, "the folder of the figures, \(folder), cannot be made")
    }
    var files: [String] = []
    for (place, figure) in sheets.enumerated() {
      guard !shouldFinish else { break }
      for kind in ["png", "svg"] {
        let path = "\(folder)/\(figure.name).\(kind)"
        do throws(PictureError) {
          try writePicture(figure.sheet, to: path)
        } catch {
          throw PipelineError(.output, error.description)
        }
        files.append(path)
      }
      progress(.working("drawing figures", done: place + 1, of: sheets.count))
    }
    return files
  }
}
