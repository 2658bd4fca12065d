// SPDX-License-Identifier: BSD-3-Clause

import CHDF5

// The two ways between StorageType and HDF5's own types.

extension Place {
  /// HDF5's type for elements in memory (and for new datasets).
  func memoryType(_ type: StorageType) throws(StorageError) -> Handle {
    let native: hid_t
    switch type {
    case .int8: native = chdf5_native_int8()
    case .uint8: native = chdf5_native_uint8()
    case .int16: native = chdf5_native_int16()
    case .uint16: native = chdf5_native_uint16()
    case .int32: native = chdf5_native_int32()
    case .uint32: native = chdf5_native_uint32()
    case .int64: native = chdf5_native_int64()
    case .uint64: native = chdf5_native_uint64()
    case .float32: native = chdf5_native_float()
    case .float64: native = chdf5_native_double()
    case .complex64: return try complexType(of: chdf5_native_float(), named: "r", "i")
    case .complex128: return try complexType(of: chdf5_native_double(), named: "r", "i")
    case .text: return try textType(byteCount: nil)
    case .other:
      throw StorageError("elements of this kind cannot be stored", file: file, path: path)
    }
    return try open(H5Tcopy(native), "cannot make the element type")
  }

  /// A compound of two numbers, as h5py writes complex arrays.
  func complexType(
    of part: hid_t,
    named real: String,
    _ imaginary: String
  ) throws(StorageError) -> Handle {
    let size = H5Tget_size(part)
    let type = try open(H5Tcreate(H5T_COMPOUND, 2 * size), "cannot make the complex type")
    try check(unsafe H5Tinsert(type.id, real, 0, part), "cannot make the complex type")
    try check(unsafe H5Tinsert(type.id, imaginary, size, part), "cannot make the complex type")
    return type
  }

  /// UTF-8 text: of any length, or of so many bytes padded with zeros.
  func textType(byteCount: Int?) throws(StorageError) -> Handle {
    let type = try open(H5Tcopy(chdf5_c_string()), "cannot make the text type")
    try check(
      H5Tset_size(type.id, byteCount ?? chdf5_variable_length()),
      "cannot make the text type"
    )
    try check(H5Tset_cset(type.id, H5T_CSET_UTF8), "cannot make the text type")
    if byteCount != nil {
      try check(H5Tset_strpad(type.id, H5T_STR_NULLPAD), "cannot make the text type")
    }
    return type
  }

  /// The type in memory that takes elements of a stored type as `wanted`.
  ///
  /// Complex numbers are matched by the names of their parts, which writers choose differently.
  func memoryType(
    _ wanted: StorageType,
    reading stored: borrowing Handle
  ) throws(StorageError) -> Handle {
    guard wanted == .complex64 else { return try memoryType(wanted) }
    guard let names = complexPartNames(of: stored) else {
      throw StorageError("the elements are not complex numbers", file: file, path: path)
    }
    return try complexType(of: chdf5_native_float(), named: names.real, names.imaginary)
  }

  /// What a stored type is.
  func storageType(of type: borrowing Handle) -> StorageType {
    let size = H5Tget_size(type.id)
    switch H5Tget_class(type.id) {
    case H5T_FLOAT: return size == 4 ? .float32 : size == 8 ? .float64 : .other
    case H5T_INTEGER: return integerType(size: size, signed: H5Tget_sign(type.id) != H5T_SGN_NONE)
    case H5T_ENUM: return integerType(size: size, signed: true)
    case H5T_STRING: return .text
    case H5T_COMPOUND:
      guard complexPartNames(of: type) != nil else { return .other }
      return size == 8 ? .complex64 : size == 16 ? .complex128 : .other
    default: return .other
    }
  }

  private func integerType(size: Int, signed: Bool) -> StorageType {
    switch size {
    case 1: signed ? .int8 : .uint8
    case 2: signed ? .int16 : .uint16
    case 4: signed ? .int32 : .uint32
    case 8: signed ? .int64 : .uint64
    default: .other
    }
  }

  /// The names of a complex number's parts: a compound of exactly two floating-point members.
  private func complexPartNames(
    of type: borrowing Handle
  ) -> (real: String, imaginary: String)? {
    guard H5Tget_class(type.id) == H5T_COMPOUND, H5Tget_nmembers(type.id) == 2,
      H5Tget_member_class(type.id, 0) == H5T_FLOAT, H5Tget_member_class(type.id, 1) == H5T_FLOAT,
      let real = memberName(of: type, 0), let imaginary = memberName(of: type, 1)
    else { return nil }
    return (real, imaginary)
  }

  private func memberName(of type: borrowing Handle, _ index: UInt32) -> String? {
    guard let text = unsafe H5Tget_member_name(type.id, index) else { return nil }
    defer { unsafe H5free_memory(text) }
    return unsafe String(cString: text)
  }
}
