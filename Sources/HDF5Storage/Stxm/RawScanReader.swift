// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Reads a scan of raw detector frames, frame by frame: pystxmcontrol's `.stxm`, or the raw CXI of
/// the older preprocessors (cosmicp, cosmic2, cosmiccam).
///
/// In `.stxm` files each frame is a dataset named by its decimal number; numbers, not names, give
/// the order. Each scan point takes its exposures one after the other, and darks go through the
/// exposure times in the same turn. Which time comes first is not written down; pystxmcontrol
/// takes the short one first, older programs the long one, and the light decides
/// (`Docs/Reference/FileLayout.md`). Opening reads the metadata and a few frames, no more.
public struct RawScanReader: ~Copyable {
  /// The two kinds of files.
  public enum Layout: String, Sendable, Hashable {
    /// pystxmcontrol's NXstxm with a dataset for each frame.
    case stxm
    /// CXI with stacks of raw frames.
    case cxi
  }

  /// The file.
  public let path: String
  /// Its kind.
  public let layout: Layout
  /// The version of the layout, where the file says one.
  public let version: String?
  /// When the scan began, as the file has it.
  public let startTime: String?
  /// What the control system said of the scan.
  public let metadata: BeamlineScanMetadata
  /// The photon energy.
  public let energy: PhotonEnergy
  /// Positions that the file itself has in CXI's way, on our axes, [point]; empty where the
  /// metadata have them.
  public let positions: [ScanPosition]
  /// The motors' positions by name, in the beamline's units.
  public let motors: [String: Double]
  /// The extent of the frames.
  public let frameShape: Shape2D
  /// The darks, by number.
  public let darks: [RawScanFrame]
  /// The exposures, by number.
  public let exposures: [RawScanFrame]
  /// What a person should know of how the file was understood.
  public let remarks: [String]
  private let file: StorageFile

  /// Opens a raw scan.
  ///
  /// - Parameter path: The file.
  /// - Throws: `StorageError` where the file cannot be read or is no raw scan, or that names what
  ///   is missing in it.
  public init(path: String) throws(StorageError) {
    let file = try StorageFile(reading: path)
    let contents = try RawScanContents(file)
    self.path = path
    layout = contents.layout
    version = contents.version
    startTime = contents.startTime
    metadata = contents.metadata
    energy = contents.energy
    positions = contents.positions
    motors = contents.motors
    frameShape = contents.shape
    darks = contents.darks
    exposures = contents.exposures
    remarks = contents.remarks
    self.file = file
  }

  /// Whether a file holds a raw scan, of either kind.
  ///
  /// - Parameter file: The open file.
  /// - Returns: Its kind; nil where it is none.
  public static func layout(of file: borrowing StorageFile) -> Layout? {
    if RawScanContents.frameGroup(in: file) != nil { return .stxm }
    return RawScanContents.exposureStack(in: file) == nil ? nil : .cxi
  }

  /// The number of scan points that have frames or should have.
  public var pointCount: Int {
    max(max(metadata.translations.count, positions.count), (exposures.map(\.point).max() ?? -1) + 1)
  }

  /// The name of the scan: the file's, without its extension.
  public var name: String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    return file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
  }

  /// Reads one frame.
  ///
  /// - Parameter frame: Which one.
  /// - Returns: Raw words, [row, column], as the detector pipeline takes them.
  /// - Throws: `StorageError` where it cannot be read.
  public func read(_ frame: RawScanFrame) throws(StorageError) -> DetectorFrame {
    let (words, shape) = try file.readWords(frame)
    return DetectorFrame(
      header: FrameHeader(
        scan: name,
        index: frame.point,
        role: frame.role,
        exposureTime: frame.exposureTime,
        shape: shape,
        sampleType: .uint16
      ),
      pixels: words
    )
  }
}

extension StorageFile {
  /// The words of one frame and its extent.
  func readWords(
    _ frame: RawScanFrame
  ) throws(StorageError) -> (words: SharedBytes, shape: Shape2D) {
    let type = try summary(of: frame.path).type
    let leading = frame.place.map { $0..<$0 + 1 }
    let extents: [Int]
    let words: SharedBytes
    // Writers that know only signed numbers keep the same bits.
    if type == .int16 {
      let array = try readPart(Int16.self, frame.path, leading)
      (extents, words) = (array.shape, SharedBytes(copying: array.values))
    } else {
      let array = try readPart(UInt16.self, frame.path, leading)
      (extents, words) = (array.shape, SharedBytes(copying: array.values))
    }
    let sides = extents.suffix(2)
    guard sides.count == 2, extents.dropLast(2).allSatisfy({ $0 == 1 }) else {
      throw StorageError(
        "a frame [row, column] was expected, there is \(extents)",
        file: path,
        path: frame.path
      )
    }
    return (words, Shape2D(rows: extents[extents.count - 2], columns: extents[extents.count - 1]))
  }

  private func readPart<Element: StorageElement>(
    _ type: Element.Type,
    _ path: String,
    _ leading: Range<Int>?
  ) throws(StorageError) -> StoredArray<Element> {
    guard let leading else { return try read(type, at: path) }
    return try read(type, at: path, leading: leading)
  }
}
