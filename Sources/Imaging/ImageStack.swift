// SPDX-License-Identifier: BSD-3-Clause

/// Real-valued images of one shape behind one another, [frame, row, column].
public struct ImageStack: Hashable, Sendable {
  /// The number of frames.
  public let count: Int
  /// The extent of each frame, [rows, columns].
  public let shape: Shape2D
  /// The pixels, frame after frame, row after row.
  public var values: [Float]

  /// Makes a stack filled with one value.
  public init(count: Int, shape: Shape2D, filledWith value: Float = 0) {
    self.count = count
    self.shape = shape
    self.values = [Float](repeating: value, count: count * shape.count)
  }

  /// Takes pixels stored frame after frame.
  public init(count: Int, shape: Shape2D, values: [Float]) {
    precondition(values.count == count * shape.count, "pixels do not match \(count) of \(shape)")
    self.count = count
    self.shape = shape
    self.values = values
  }

  /// One frame, copied out or in.
  public subscript(frame: Int) -> Image {
    get {
      let start = frame * shape.count
      return Image(shape: shape, values: Array(values[start..<start + shape.count]))
    }
    set {
      precondition(newValue.shape == shape, "the frame is \(newValue.shape), not \(shape)")
      let start = frame * shape.count
      values.replaceSubrange(start..<start + shape.count, with: newValue.values)
    }
  }
}
