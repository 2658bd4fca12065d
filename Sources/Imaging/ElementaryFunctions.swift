// SPDX-License-Identifier: BSD-3-Clause

import Glibc

// The few transcendental functions that the modules without Foundation need, by their full names.

/// sin x, x in radians.
public func sine(_ x: Float) -> Float { sinf(x) }
/// sin x, x in radians.
public func sine(_ x: Double) -> Double { sin(x) }
/// cos x, x in radians.
public func cosine(_ x: Float) -> Float { cosf(x) }
/// cos x, x in radians.
public func cosine(_ x: Double) -> Double { cos(x) }
/// tan x, x in radians.
public func tangent(_ x: Double) -> Double { tan(x) }
/// The angle of the point (x, y), in (-π, π], radians.
public func arcTangent2(_ y: Float, _ x: Float) -> Float { atan2f(y, x) }
/// The angle of the point (x, y), in (-π, π], radians.
public func arcTangent2(_ y: Double, _ x: Double) -> Double { atan2(y, x) }
/// The angle whose sine is x, radians.
public func arcSine(_ x: Double) -> Double { asin(x) }
/// The angle whose cosine is x, radians.
public func arcCosine(_ x: Double) -> Double { acos(x) }
/// eˣ.
public func exponential(_ x: Float) -> Float { expf(x) }
/// eˣ.
public func exponential(_ x: Double) -> Double { exp(x) }
/// The natural logarithm of x.
public func naturalLogarithm(_ x: Float) -> Float { logf(x) }
/// The natural logarithm of x.
public func naturalLogarithm(_ x: Double) -> Double { log(x) }
/// The error function, 2/√π ∫₀ˣ exp(−t²) dt.
public func errorFunction(_ x: Double) -> Double { erf(x) }
