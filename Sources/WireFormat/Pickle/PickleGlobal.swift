// SPDX-License-Identifier: BSD-3-Clause

/// The only names that a pickle may call on; none of them is ever run.
///
/// NumPy 1 and NumPy 2 keep them in different modules.
enum PickleGlobal {
  /// `numpy.core.multiarray._reconstruct`: an array that is to be filled.
  case reconstruct
  /// `numpy.core.multiarray.scalar`: a number with a NumPy type.
  case scalar
  /// `numpy.core.numeric._frombuffer`: an array, in protocol 5.
  case fromBuffer
  /// `numpy.ndarray`.
  case array
  /// `numpy.dtype`.
  case elementType
  /// `_codecs.encode`: bytes written as a text, in protocol 2.
  case encode
  /// `__builtin__.bytes`: no bytes at all, in protocol 2.
  case noBytes
  /// `collections.OrderedDict`.
  case orderedDictionary

  /// The name's meaning; throws for every other name.
  init(module: String, name: String) throws(WireError) {
    switch (module, name) {
    case ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct"):
      self = .reconstruct
    case ("numpy.core.multiarray", "scalar"), ("numpy._core.multiarray", "scalar"):
      self = .scalar
    case ("numpy.core.numeric", "_frombuffer"), ("numpy._core.numeric", "_frombuffer"):
      self = .fromBuffer
    case ("numpy", "ndarray"): self = .array
    case ("numpy", "dtype"): self = .elementType
    case ("_codecs", "encode"): self = .encode
    case ("__builtin__", "bytes"), ("builtins", "bytes"): self = .noBytes
    case ("collections", "OrderedDict"): self = .orderedDictionary
    default:
      throw WireError(
        "the pickle calls on \(quoted("\(module).\(name)")), which is refused",
        expected: "numbers, texts, bytes, lists, dictionaries and NumPy arrays only"
      )
    }
  }
}
