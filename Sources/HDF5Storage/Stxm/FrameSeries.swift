// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel

/// The darks and exposures of a raw scan in the order of their numbers.
struct FrameSeries {
  /// Where the exposures stand.
  let path: String
  private(set) var darks: [RawScanFrame] = []
  private(set) var exposures: [RawScanFrame] = []
  private(set) var remarks: [String] = []

  /// Lists the datasets of an `.stxm` file.
  init(_ file: borrowing StorageFile, group: String) throws(StorageError) {
    path = "\(group)/exp"
    exposures = try list(file, path, .exposure)
    if file.exists("\(group)/dark") { darks = try list(file, "\(group)/dark", .dark) }
  }

  /// Lists the stacks of a raw CXI file.
  ///
  /// Where the only stack is `raw_data`, with more frames than were `planned`, the first of them
  /// are the darks.
  init(
    _ file: borrowing StorageFile,
    stack: String,
    planned: Int
  ) throws(StorageError) {
    path = stack
    let shape = try file.summary(of: stack).shape
    guard shape.count == 3, shape[0] <= Self.frameLimit else {
      throw StorageError(
        "frames [frame, row, column] were expected, there is \(shape)",
        file: file.path,
        path: stack
      )
    }
    for darkPath in ["\(CXIPaths.data)/dark_frames", "\(CXIPaths.detector)/data_dark"]
    where darks.isEmpty && file.exists(darkPath) {
      let extents = try file.summary(of: darkPath).shape
      guard extents.count >= 2, Array(extents.suffix(2)) == Array(shape.suffix(2)),
        extents[0] <= Self.frameLimit
      else {
        remarks.append("the darks at \(darkPath) are \(extents), not of the frames' extent")
        continue
      }
      if extents.count == 2 {
        darks = [RawScanFrame(path: darkPath, place: nil, number: 0, role: .dark, point: 0)]
      } else {
        darks = Self.stack(darkPath, 0..<extents[0], .dark)
      }
    }
    let leading = darks.isEmpty && planned > 0 ? max(0, shape[0] - planned) : 0
    if leading > 0 {
      darks = Self.stack(stack, 0..<leading, .dark)
      remarks.append("the first \(leading) frames are taken as darks: so many are not planned")
    }
    exposures = Self.stack(stack, leading..<shape[0], .exposure)
  }

  /// More frames than this no scan has.
  private static let frameLimit = 1 << 24

  private static func stack(
    _ path: String,
    _ places: Range<Int>,
    _ role: FrameRole
  ) -> [RawScanFrame] {
    places.map { place in
      RawScanFrame(
        path: path,
        place: place,
        number: place - places.lowerBound,
        role: role,
        point: place - places.lowerBound
      )
    }
  }

  private mutating func list(
    _ file: borrowing StorageFile,
    _ group: String,
    _ role: FrameRole
  ) throws(StorageError) -> [RawScanFrame] {
    var frames: [RawScanFrame] = []
    var strange: [String] = []
    for name in try file.children(of: group) {
      guard let number = Int(name), 0...(1 << 40) ~= number else {
        strange.append(name)
        continue
      }
      frames.append(
        RawScanFrame(
          path: "\(group)/\(name)",
          place: nil,
          number: number,
          role: role,
          point: number
        )
      )
    }
    if let first = strange.first {
      remarks.append("\(strange.count) in \(group) have no number for a name: \(first)")
    }
    // "10" stands before "9" in the file's own order.
    return frames.sorted { $0.number < $1.number }
  }
}
