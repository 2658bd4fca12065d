// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// The mean of cleaned frames that the direct beam is looked for in, and the same of parts of them.
///
/// The frames are dealt out to `Self.partCount` parts in turn: how far the parts differ tells what
/// chance does to the whole. Pixels that saturation may have changed in any frame are in none.
public struct BeamPictures: Sendable {
  private var all: MeanPicture
  private var saturation: SaturationMap
  private var forgotten: [PicturePixel] = []
  private var sums: [[Float]]
  private var counts: [[UInt16]]

  /// Parts that the frames are dealt out to.
  static let partCount = 6

  /// Starts without frames.
  ///
  /// - Parameters:
  ///   - geometry: The detector's layout.
  ///   - threshold: Values from here on are counted, ADU.
  public init(geometry: FastCCDGeometry, threshold: Double = 0) {
    let shape = FastCCDGeometry.pictureShape
    all = MeanPicture(shape: shape, threshold: threshold)
    saturation = SaturationMap(geometry: geometry)
    sums = Array(repeating: [Float](repeating: 0, count: shape.count), count: Self.partCount)
    counts = Array(repeating: [UInt16](repeating: 0, count: shape.count), count: Self.partCount)
  }

  /// The frames so far.
  public var frameCount: Int { all.frameCount }

  /// The mean of all frames, without what is bad or saturation may have changed.
  public var mean: MeanPicture {
    var mean = all
    mean.forget(saturation.disturbed)
    mean.forget(forgotten)
    return mean
  }

  /// Adds a frame.
  ///
  /// - Parameters:
  ///   - picture: The cleaned frame, [row, column], ADU; NaN where nothing was measured.
  ///   - frame: The same as it was read.
  /// - Throws: `PreprocessingError` where the frame does not fit.
  public mutating func add(_ picture: Image, of frame: DetectorFrame) throws {
    try saturation.add(frame)
    let part = all.frameCount % Self.partCount
    all.add(picture)
    let values = picture.values.span
    var sums = sums[part].mutableSpan
    var counts = counts[part].mutableSpan
    for i in values.indices where values[i].isFinite {
      sums[i] += values[i]
      counts[i] &+= 1
    }
  }

  /// Forgets pixels that are known to be bad.
  public mutating func forget(_ pixels: [PicturePixel]) { forgotten += pixels }

  /// The mean of all frames and those of the parts that have any, [row, column], ADU; NaN where
  /// nothing was measured or is to be believed.
  func images() -> (whole: Image, parts: [Image]) {
    let whole = mean.mean
    let parts = (0..<min(frameCount, Self.partCount)).map { part in
      let (sums, counts) = (sums[part], counts[part])
      return Image(
        shape: whole.shape,
        values: sums.indices.map {
          counts[$0] > 0 && whole.values[$0].isFinite ? sums[$0] / Float(counts[$0]) : .nan
        }
      )
    }
    return (whole, parts)
  }
}
