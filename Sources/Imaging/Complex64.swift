// SPDX-License-Identifier: BSD-3-Clause

/// A complex number of two single-precision parts, laid out as FFTW and NumPy's `complex64`.
public struct Complex64: BitwiseCopyable, Hashable, Sendable {
  /// The real part.
  public var re: Float
  /// The imaginary part.
  public var im: Float

  /// Makes `re + i im`.
  @inlinable
  public init(_ re: Float, _ im: Float = 0) {
    self.re = re
    self.im = im
  }

  /// Makes `modulus · exp(i phase)`, phase in radians.
  public init(modulus: Float, phase: Float) {
    self.init(modulus * cosine(phase), modulus * sine(phase))
  }

  /// Zero.
  @inlinable public static var zero: Complex64 { Complex64(0, 0) }
  /// One.
  @inlinable public static var one: Complex64 { Complex64(1, 0) }

  /// |z|², the squared modulus.
  @inlinable public var squaredModulus: Float { re * re + im * im }
  /// |z|, the modulus.
  @inlinable public var modulus: Float { squaredModulus.squareRoot() }
  /// The angle of z in (-π, π], radians.
  public var phase: Float { arcTangent2(im, re) }
  /// The complex conjugate.
  @inlinable public var conjugate: Complex64 { Complex64(re, -im) }

  /// The sum.
  @inlinable
  public static func + (a: Complex64, b: Complex64) -> Complex64 {
    Complex64(a.re + b.re, a.im + b.im)
  }

  /// The difference.
  @inlinable
  public static func - (a: Complex64, b: Complex64) -> Complex64 {
    Complex64(a.re - b.re, a.im - b.im)
  }

  /// The product.
  @inlinable
  public static func * (a: Complex64, b: Complex64) -> Complex64 {
    Complex64(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re)
  }

  /// The product with a real number.
  @inlinable
  public static func * (scale: Float, a: Complex64) -> Complex64 {
    Complex64(scale * a.re, scale * a.im)
  }

  /// Adds in place.
  @inlinable
  public static func += (a: inout Complex64, b: Complex64) {
    a = a + b
  }
}
