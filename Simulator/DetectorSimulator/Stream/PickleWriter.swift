// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// Writes Python pickles of protocol 4, as `pickle.dumps` does (Python's `pickletools` describes
/// the operations): frames of about 64 KiB, bytes of that size and more outside of them, texts and
/// functions that were written before referred to by number.
public struct PickleWriter {
  private enum Operation {
    static let proto: UInt8 = 0x80
    static let frame: UInt8 = 0x95
    static let mark = UInt8(ascii: "(")
    static let emptyDictionary = UInt8(ascii: "}")
    static let emptyList = UInt8(ascii: "]")
    static let emptyTuple = UInt8(ascii: ")")
    static let setItem = UInt8(ascii: "s")
    static let setItems = UInt8(ascii: "u")
    static let append = UInt8(ascii: "a")
    static let appends = UInt8(ascii: "e")
    static let tuple = UInt8(ascii: "t")
    static let tuple1: UInt8 = 0x85
    static let memoize: UInt8 = 0x94
    static let get = UInt8(ascii: "h")
    static let longGet = UInt8(ascii: "j")
    static let none = UInt8(ascii: "N")
    static let newTrue: UInt8 = 0x88
    static let newFalse: UInt8 = 0x89
    static let byte = UInt8(ascii: "K")
    static let word = UInt8(ascii: "M")
    static let integer = UInt8(ascii: "J")
    static let long: UInt8 = 0x8A
    static let float = UInt8(ascii: "G")
    static let shortText: UInt8 = 0x8C
    static let text = UInt8(ascii: "X")
    static let shortBytes = UInt8(ascii: "C")
    static let bytes = UInt8(ascii: "B")
    static let global: UInt8 = 0x93
    static let reduce = UInt8(ascii: "R")
    static let build = UInt8(ascii: "b")
    static let stop = UInt8(ascii: ".")
  }

  /// So many bytes end a frame.
  private static let frameSize = 64 * 1024
  /// So many items are set at once.
  private static let batch = 1000

  private let multiarray: String
  private var pieces: [SharedBytes] = []
  private var open: [UInt8] = []
  private var frame: [UInt8] = []
  private var memo: [String: Int] = [:]
  private var memoCount = 0

  /// Starts a pickle.
  public init(numpyNames: EventSettings.NumPyNames) {
    multiarray = numpyNames == .numpy1 ? "numpy.core.multiarray" : "numpy._core.multiarray"
  }

  /// Writes a value as a whole pickle.
  public mutating func pickle(_ value: PickledValue) -> SharedBytes {
    pieces = []
    open = [Operation.proto, 4]
    frame = []
    memo = [:]
    memoCount = 0
    write(value)
    frame.append(Operation.stop)
    endFrame()
    pieces.append(SharedBytes(open))
    return SharedBytes(joining: pieces)
  }

  // MARK: - Frames

  private mutating func endFrame() {
    guard !frame.isEmpty else { return }
    if frame.count >= 4 {
      open.append(Operation.frame)
      open.append(littleEndian: UInt64(frame.count))
    }
    open += frame
    frame.removeAll(keepingCapacity: true)
  }

  private mutating func memoize(_ key: String? = nil) {
    if let key { memo[key] = memoCount }
    memoCount += 1
    frame.append(Operation.memoize)
  }

  /// Refers to what was written before; false where it was not.
  private mutating func recall(_ key: String) -> Bool {
    guard let place = memo[key] else { return false }
    if place < 256 {
      frame += [Operation.get, UInt8(place)]
    } else {
      frame.append(Operation.longGet)
      frame.append(littleEndian: UInt32(place))
    }
    return true
  }

  // MARK: - Values

  private mutating func write(_ value: PickledValue) {
    if frame.count >= Self.frameSize { endFrame() }
    switch value {
    case .none: frame.append(Operation.none)
    case .truth(let truth): frame.append(truth ? Operation.newTrue : Operation.newFalse)
    case .integer(let integer): write(integer)
    case .number(let number):
      frame.append(Operation.float)
      frame.append(littleEndian: number.bitPattern.byteSwapped)
    case .text(let text): write(text)
    case .list(let items): write(list: items)
    case .tuple(let items): write(tuple: items)
    case .dictionary(let items): write(dictionary: items)
    case .array(let array): write(array)
    case .scalar(let number): write(scalar: number)
    }
  }

  private mutating func write(_ integer: Int) {
    switch integer {
    case 0..<256: frame += [Operation.byte, UInt8(integer)]
    case 256..<65_536:
      frame.append(Operation.word)
      frame.append(littleEndian: UInt16(integer))
    case Int(Int32.min)...Int(Int32.max):
      frame.append(Operation.integer)
      frame.append(littleEndian: UInt32(bitPattern: Int32(integer)))
    default:
      frame += [Operation.long, 8]
      frame.append(littleEndian: UInt64(bitPattern: Int64(integer)))
    }
  }

  private mutating func write(_ text: String) {
    guard !recall("text \(text)") else { return }
    let bytes = Array(text.utf8)
    if bytes.count < 256 {
      frame += [Operation.shortText, UInt8(bytes.count)]
    } else {
      frame.append(Operation.text)
      frame.append(littleEndian: UInt32(bytes.count))
    }
    frame += bytes
    memoize("text \(text)")
  }

  private mutating func write(list items: [PickledValue]) {
    frame.append(Operation.emptyList)
    memoize()
    for start in stride(from: 0, to: items.count, by: Self.batch) {
      let batch = items[start..<min(start + Self.batch, items.count)]
      if batch.count > 1 { frame.append(Operation.mark) }
      for item in batch { write(item) }
      frame.append(batch.count > 1 ? Operation.appends : Operation.append)
    }
  }

  private mutating func write(tuple items: [PickledValue]) {
    guard !items.isEmpty else {
      frame.append(Operation.emptyTuple)
      return
    }
    if items.count > 3 { frame.append(Operation.mark) }
    for item in items { write(item) }
    frame.append(
      items.count > 3 ? Operation.tuple : Operation.tuple1 + UInt8(items.count - 1)
    )
    memoize()
  }

  private mutating func write(dictionary items: [(String, PickledValue)]) {
    frame.append(Operation.emptyDictionary)
    memoize()
    for start in stride(from: 0, to: items.count, by: Self.batch) {
      let batch = items[start..<min(start + Self.batch, items.count)]
      if batch.count > 1 { frame.append(Operation.mark) }
      for (key, item) in batch {
        write(key)
        write(item)
      }
      frame.append(batch.count > 1 ? Operation.setItems : Operation.setItem)
    }
  }

  // MARK: - NumPy

  /// `_reconstruct(ndarray, (0,), b'b')`, then its state.
  private mutating func write(_ array: NumPyArray) {
    write(function: "_reconstruct", of: multiarray)
    write(function: "ndarray", of: "numpy")
    write(tuple: [.integer(0)])
    write(bytes: [UInt8(ascii: "b")])
    frame.append(Operation.tuple1 + 2)
    memoize()
    frame.append(Operation.reduce)
    memoize()
    frame.append(Operation.mark)
    write(1)
    write(tuple: array.shape.map(PickledValue.integer))
    write(array.type)
    write(.truth(false))
    write(bytes: array.bytes)
    frame.append(Operation.tuple)
    memoize()
    frame.append(Operation.build)
  }

  private mutating func write(scalar number: Double) {
    write(function: "scalar", of: multiarray)
    write(NumPyArray.ElementType.float64)
    let pattern = number.bitPattern
    write(bytes: (0..<8).map { UInt8(truncatingIfNeeded: pattern >> (8 * $0)) })
    frame.append(Operation.tuple1 + 1)
    memoize()
    frame.append(Operation.reduce)
    memoize()
  }

  /// `dtype('u2', False, True)`, then its state.
  private mutating func write(_ type: NumPyArray.ElementType) {
    guard !recall("type \(type.rawValue)") else { return }
    write(function: "dtype", of: "numpy")
    write(tuple: [.text(type.rawValue), .truth(false), .truth(true)])
    frame.append(Operation.reduce)
    memoize("type \(type.rawValue)")
    write(
      tuple: [
        .integer(3), .text("<"), .none, .none, .none, .integer(-1), .integer(-1), .integer(0),
      ]
    )
    frame.append(Operation.build)
  }

  private mutating func write(function name: String, of module: String) {
    let key = "function \(module).\(name)"
    guard !recall(key) else { return }
    write(module)
    write(name)
    frame.append(Operation.global)
    memoize(key)
  }

  private mutating func write(bytes: [UInt8]) {
    frame += [Operation.shortBytes, UInt8(bytes.count)]
    frame += bytes
    memoize()
  }

  private mutating func write(bytes: SharedBytes) {
    guard bytes.count >= Self.frameSize else {
      frame.append(Operation.bytes)
      frame.append(littleEndian: UInt32(bytes.count))
      frame += bytes.array()
      memoize()
      return
    }
    endFrame()
    open.append(Operation.bytes)
    open.append(littleEndian: UInt32(bytes.count))
    pieces.append(SharedBytes(open))
    pieces.append(bytes)
    open = []
    memoize()
  }
}

extension [UInt8] {
  /// Adds a number, its lowest byte first.
  fileprivate mutating func append<Word: FixedWidthInteger>(littleEndian word: Word) {
    for byte in 0..<Word.bitWidth / 8 { append(UInt8(truncatingIfNeeded: word >> (8 * byte))) }
  }
}
