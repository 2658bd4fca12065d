// SPDX-License-Identifier: BSD-3-Clause

import CFFTW3

/// The version of FFTW that transforms, with what it was built for, as "fftw-3.3.10-sse2-avx".
public var fftwVersion: String { unsafe String(cString: cfftw3_version()) }
