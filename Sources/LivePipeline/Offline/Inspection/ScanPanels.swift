// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import Reporting

/// The pictures by which a person judges a scan before it is reconstructed.
enum ScanPanels {
  /// A mean of frames on a logarithmic scale, which shows the weak fringes beside the bright disc.
  ///
  /// - Parameters:
  ///   - mean: The mean, NaN where nothing is known.
  ///   - title: What stands above.
  ///   - unit: Of the values.
  ///   - floor: Values below count as this much.
  /// - Returns: The panel.
  static func logarithmic(
    _ mean: Image,
    _ title: String,
    unit: String,
    floor: Float? = nil
  ) -> PictureSheet.Panel {
    let brightest = mean.values.reduce(0) { $1.isFinite ? max($0, $1) : $0 }
    let floor = floor ?? max(brightest * 1e-6, 1e-4)
    let logarithms = mean.values.map { value in
      value.isFinite ? Float(log10(Double(max(value, floor)))) : .nan
    }
    return .image(
      ImagePicture(
        Image(shape: mean.shape, values: logarithms),
        title: title,
        quantity: "log10",
        unit: unit,
        colorMap: .sequential,
        range: .percentiles(1...100)
      )
    )
  }

  /// The positions in the order of the frames, y downwards as in the images.
  static func positions(_ positions: [ScanPosition]) -> PictureSheet.Panel {
    .plot(
      LinePlot(
        title: "\(positions.count) positions, as the images lie",
        horizontal: LinePlot.Axis("x", unit: "um"),
        vertical: LinePlot.Axis("-y", unit: "um"),
        curves: [
          LinePlot.Curve(
            x: positions.map { $0.x * 1e6 },
            y: positions.map { -$0.y * 1e6 },
            style: .dots
          )
        ]
      )
    )
  }

  /// The light at each point as a map; nil where the points are on no map.
  static func map(_ map: LightMap, unit: String) -> PictureSheet.Panel? {
    guard let (image, pixelSize) = map.image() else { return nil }
    return .image(
      ImagePicture(
        image,
        title: "light at each point",
        pixelSize: pixelSize,
        quantity: unit,
        colorMap: .gray
      )
    )
  }

  /// Mean pattern, positions and map of cleaned frames.
  static func panels(_ scan: CXIScan) -> [PictureSheet.Panel] {
    var mean = scan.meanFrame
    if let mask = scan.mask {
      for i in mean.values.indices where mask.values[i] != 0 { mean.values[i] = .nan }
    }
    var map = LightMap()
    for (index, position) in scan.positions.enumerated() {
      let amplitudes = scan.pattern(index).amplitudes.values
      // Negative ones were not measured.
      let light = amplitudes.reduce(0.0) { $1 > 0 ? $0 + Double($1) * Double($1) : $0 }
      map.add(position, light: light)
    }
    var panels = [
      logarithmic(mean, "mean pattern", unit: "photons"), positions(scan.positions),
    ]
    if let light = Self.map(map, unit: "photons") { panels.append(light) }
    return panels
  }

  /// Object and probe of a result.
  static func panels(_ object: ReconstructedObject) -> [PictureSheet.Panel] {
    let view = ObjectView(object)
    let pixelSize = object.pixelSize
    return [
      .image(
        ImagePicture(
          view.modulus,
          title: "object, modulus",
          pixelSize: pixelSize,
          quantity: "|O|",
          colorMap: .gray
        )
      ),
      .image(
        ImagePicture(
          view.phase,
          title: "object, phase",
          pixelSize: pixelSize,
          quantity: "phase",
          unit: "rad",
          colorMap: .gray
        )
      ),
      .image(
        ImagePicture(
          Image(shape: object.probe.shape, values: object.probe.values.map(\.modulus)),
          title: "probe, modulus",
          pixelSize: pixelSize,
          quantity: "|P|",
          unit: "sqrt(photon)"
        )
      ),
    ]
  }
}
