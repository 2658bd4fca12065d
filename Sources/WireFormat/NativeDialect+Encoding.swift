// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

extension NativeDialect {
  func encodeStart(_ description: ScanDescription, sequence: Int) -> SharedBytes {
    let identity = description.identity
    let toSource = axes.inverse
    let illumination = description.illumination
    return JSONPart.encode(
      StartFields(
        schema: description.positionsAreCentered ? Self.schema : nil,
        identifier: identity.scan,
        energy: identity.energy.joules,
        energyElectronVolts: identity.energy.electronVolts,
        translations: NumberTable(
          rows: description.positions.map { position in
            let source = toSource.position(x: position.x, y: position.y)
            return [source.x, source.y]
          }
        ),
        exposureTimes: ExposureTimes(seconds: description.exposureTimes),
        rotationAngle: identity.tilt?.degrees,
        tomogram: identity.tomogram,
        tiltIndex: identity.tiltIndex,
        tiltCount: description.tiltCount,
        energyIndex: identity.energyIndex,
        energyCount: description.energyCount,
        expectedFrames: description.expectedFrames,
        detectorDistance: description.detectorDistance?.meters,
        pixelSizeX: description.detectorPixelSize?.meters,
        pixelSizeY: description.detectorPixelSize?.meters,
        illuminationReal: illumination.map { table(of: $0, \.re) },
        illuminationImaginary: illumination.map { table(of: $0, \.im) },
        sequence: sequence
      )
    )
  }

  func encodeHeader(_ header: FrameHeader, sequence: Int) -> SharedBytes {
    let position = header.position.map { axes.inverse.position(x: $0.x, y: $0.y) }
    return JSONPart.encode(
      FrameFields(
        schema: Self.schema,
        identifier: header.scan,
        index: header.index,
        positionX: position?.x,
        positionY: position?.y,
        rows: header.shape.rows,
        columns: header.shape.columns,
        sampleType: header.sampleType.rawValue,
        byteOrder: "<",
        order: "C",
        role: header.role.rawValue,
        exposureTime: header.exposureTime,
        sequence: sequence,
        timestamp: header.timestamp
      )
    )
  }

  func encodeEnd(_ scan: String?, sequence: Int) -> SharedBytes {
    JSONPart.encode(EndFields(schema: Self.schema, identifier: scan, sequence: sequence))
  }

  private func table(
    of image: ComplexImage,
    _ part: KeyPath<Complex64, Float>
  ) -> NumberTable<Float> {
    NumberTable(
      rows: (0..<image.shape.rows).map { row in
        (0..<image.shape.columns).map { image[row, $0][keyPath: part] }
      }
    )
  }
}
