// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
public import HDF5Storage
import Imaging

/// What a reconstruction of projections came to.
public struct TomogramResult: Sendable {
  /// The tomogram.
  public var record: TomogramRecord
  /// The place of each tilt in the file that it is from, [tilt].
  public var places: [Int]
  /// What was found in the files and done to it.
  public var remarks: [String]
  /// The files that the projections are from.
  public var paths: [String]
  /// Whether the projections were laid onto one another.
  public var wasAligned: Bool
  /// How many sweeps were wanted.
  public var sweeps: Int
  /// Whether somebody ended it before that.
  public var wasCutShort: Bool
  /// Seconds that it took.
  public var elapsed: Double

  /// Whether all tilts take part and all sweeps were done.
  public var isWhole: Bool { !wasCutShort && !record.accepted.contains(false) }
}

extension TomogramResult {
  /// Where the result is written unless another place is named: beside the projections,
  /// NAME-tomogram.h5, and NAME-rebuilt.h5 beside a tomogram of ours.
  ///
  /// - Parameter path: The first file of projections.
  /// - Returns: The file to be.
  public static func defaultOutput(for path: String) -> String {
    let stem = Self.stem(path)
    let isOurs = (try? FileKind(of: path)) == .tomogram
    return "\(stem)-\(isOurs ? "rebuilt" : "tomogram").h5"
  }

  /// Checks that a result may be written before any time is spent on it.
  ///
  /// - Parameters:
  ///   - output: The file that is to be written.
  ///   - paths: The files of projections, which it must not replace.
  /// - Throws: `PipelineError` where it may not.
  public static func checkOutput(_ output: String, sources paths: [String]) throws(PipelineError) {
    let ending = URL(filePath: output).pathExtension.lowercased()
    guard ["h5", "hdf5", "nxs"].contains(ending) else {
      throw PipelineError(
        .output,
        "\(output) would be an HDF5 file: let its name end with .h5; --mrc and --tiff write volumes for "
          + "other programs beside it"
      )
    }
    try OutputPlace.check(output, sources: paths, called: "the series")
  }

  /// Writes the tomogram, and its volumes for other programs where asked.
  ///
  /// - Parameters:
  ///   - output: The HDF5 file, replaced if it is there.
  ///   - mrc: Whether each volume is also written as MRC.
  ///   - tiff: Whether each volume is also written as a TIFF stack.
  /// - Returns: The files that were written.
  /// - Throws: `PipelineError` where one cannot be written.
  public func write(
    to output: String,
    mrc: Bool = false,
    tiff: Bool = false
  ) throws(PipelineError) -> [String] {
    var written = [output]
    do throws(StorageError) {
      try writeTomogram(record, to: output)
      written.append(try writeAlignment(beside: output))
      for (volume, energy) in zip(record.volumes, record.energies) {
        let stem = Self.stem(output) + (record.energies.count > 1 ? Self.ending(energy) : "")
        let what = "\(record.name), \(record.unitName) per voxel"
        if mrc {
          try writeMRC(volume, voxelSize: record.voxelSize, to: "\(stem).mrc", label: what)
          written.append("\(stem).mrc")
        }
        if tiff {
          try writeTIFF(volume, voxelSize: record.voxelSize, to: "\(stem).tif", quantity: what)
          written.append("\(stem).tif")
        }
      }
    } catch {
      throw PipelineError(.output, error.description)
    }
    return written
  }

  private func writeAlignment(beside output: String) throws(StorageError) -> String {
    let path = "\(Self.stem(output))-alignment.csv"
    do {
      try AlignmentTable(of: record).text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw StorageError("the table of the alignment cannot be written", file: path)
    }
    return path
  }

  /// A path without its ending.
  static func stem(_ path: String) -> String {
    let ending = URL(filePath: path).pathExtension
    return ending.isEmpty ? path : String(path.dropLast(ending.count + 1))
  }

  private static func ending(_ energy: PhotonEnergy) -> String {
    String(format: "-%.2f-eV", energy.electronVolts)
  }
}
