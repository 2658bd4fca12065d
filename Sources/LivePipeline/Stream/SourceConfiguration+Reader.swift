// SPDX-License-Identifier: BSD-3-Clause

import WireFormat

extension SourceConfiguration {
  /// Makes what reads this source's messages.
  func makeReader() -> any StreamReader {
    let base: any StreamReader =
      switch dialect {
      case .tiltfold: NativeDialect(axes: axes)
      case .pystxmcontrol: PystxmcontrolDialect(axes: axes, tiltMotor: tiltMotor)
      case .fastccd: FastCCDDialect(axes: axes, tiltMotor: tiltMotor)
      }
    return PlacedReader(base, tomogram: tomogram)
  }
}
