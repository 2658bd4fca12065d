// SPDX-License-Identifier: BSD-3-Clause

/// The version of the program, as it stands in recordings and results.
public let tiltfoldVersion = "0.1.0"
