// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import ParticleAnalysis
import Reporting

/// The pictures of a tomogram's particles.
///
/// As figure 3 of Yu et al., Nat. Commun. 9, 921 (2018), doi 10.1038/s41467-018-03401-x.
struct ParticlePictures {
  let particles: TomogramParticles
  let name: String
  let voxelSize: Length
  /// The width of the bins of volume, voxels.
  let volumeBin: Int

  /// Active particles, as in the paper's figure 3: olive.
  static let activeColor = RGBColor(red: 0.45, green: 0.5, blue: 0)
  /// Inactive particles: magenta.
  static let inactiveColor = RGBColor(red: 0.8, green: 0.2, blue: 0.6)

  /// The three slices through the middle, each particle in a colour of its own, bunches grey.
  var slices: PictureSheet {
    let volume = Volume(
      sizeX: particles.extents[0],
      sizeZ: particles.extents[1],
      sizeY: particles.extents[2],
      values: particles.labels.map { Float($0) }
    )
    let bunches = particles["is_bunch"]
    let panels = VolumeSlices.middle(of: volume).map { slice in
      PictureSheet.Panel.color(
        ColorPicture(
          shape: slice.image.shape,
          colors: slice.image.values.map { Self.color(of: Int($0), bunches) },
          title: slice.place,
          pixelSize: voxelSize
        )
      )
    }
    return PictureSheet(
      title: "\(name): \(ParticleNumbers(particles).inWords)",
      panels: panels
    )
  }

  /// Volumes with the active part of each bin, and facets against thickness.
  var histograms: PictureSheet {
    PictureSheet(
      title:
        "\(name): which particles are active, from \(Words.number(particles.activePercent, 0)) "
        + "% FePO4 on",
      panels: [.plot(volumes), .plot(activity), .plot(facets)],
      columns: 2
    )
  }

  // MARK: -

  /// Hues a golden angle apart, so that neighbours in number differ most; lighter and darker in turn.
  private static func color(of label: Int, _ bunches: [Double]) -> RGBColor {
    guard label > 0 else { return RGBColor(gray: 0) }
    if label <= bunches.count, bunches[label - 1] != 0 { return RGBColor(gray: 0.55) }
    let hue = (Double(label) * 0.618_034).truncatingRemainder(dividingBy: 1) * 6
    let light = [1, 0.8, 0.62][label % 3]
    func part(_ offset: Double) -> Double {
      let k = (offset + hue).truncatingRemainder(dividingBy: 6)
      return light * (1 - 0.85 * max(min(min(k, 4 - k), 1), 0))
    }
    return RGBColor(red: part(5), green: part(3), blue: part(1))
  }

  /// The rows that are plates: active, volume in voxels, facet area in nm², thickness in nm.
  private var plates: [(isActive: Bool, volume: Double, facet: Double, thickness: Double)] {
    let columns = ["is_bunch", "is_active", "volume_voxels", "facet_area", "thickness"]
      .map { particles[$0] }
    return (0..<particles.count).filter { columns[0][$0] == 0 }.map { row in
      (columns[1][row] != 0, columns[2][row], columns[3][row], columns[4][row])
    }
  }

  private var activityByVolume: ActivityHistogram {
    let plates = plates
    return ActivityHistogram(
      of: plates.map(\.volume),
      isActive: plates.map(\.isActive),
      width: Double(volumeBin)
    )
  }

  private var volumes: LinePlot {
    let bins = activityByVolume.bins
    let centers = bins.map(\.center)
    return LinePlot(
      title: "volumes of the particles",
      horizontal: LinePlot.Axis("volume", unit: "voxels"),
      vertical: LinePlot.Axis("particles"),
      curves: [
        LinePlot.Curve(
          label: "all",
          x: centers,
          y: bins.map { Double($0.count.all) },
          style: .bars,
          color: Self.inactiveColor
        ),
        LinePlot.Curve(
          label: "active",
          x: centers,
          y: bins.map { Double($0.count.active) },
          style: .bars,
          color: Self.activeColor
        ),
      ]
    )
  }

  /// The active part of every bin with its binomial error.
  private var activity: LinePlot {
    let histogram = activityByVolume
    let filled = histogram.filledBins
    var curves = [
      LinePlot.Curve(
        label: "active part",
        x: filled.map(\.center),
        y: filled.map { 100 * $0.count.fraction },
        style: .dots,
        color: Self.activeColor
      )
    ]
    for (number, bin) in filled.enumerated() {
      guard let interval = bin.count.interval else { continue }
      curves.append(
        LinePlot.Curve(
          label: number == 0 ? "one standard deviation (Wilson)" : "",
          x: [bin.center, bin.center],
          y: [100 * interval.lowerBound, 100 * interval.upperBound],
          color: RGBColor(gray: 0.3)
        )
      )
    }
    return LinePlot(
      title: "active part of the particles",
      horizontal: LinePlot.Axis(
        "volume",
        unit: "voxels",
        range: 0...(histogram.bins.last?.upper ?? Double(volumeBin))
      ),
      vertical: LinePlot.Axis("active", unit: "%", range: 0...100),
      curves: curves
    )
  }

  private var facets: LinePlot {
    let plates = plates
    func cloud(_ label: String, _ isActive: Bool, _ color: RGBColor) -> [LinePlot.Curve] {
      // A curve for each point: dots without lines between them.
      plates.filter { $0.isActive == isActive }.enumerated().map { number, plate in
        LinePlot.Curve(
          label: number == 0 ? label : "",
          x: [plate.facet],
          y: [plate.thickness],
          style: .dots,
          color: color
        )
      }
    }
    return LinePlot(
      title: "facet and thickness",
      horizontal: LinePlot.Axis("facet area", unit: "nm²"),
      vertical: LinePlot.Axis("thickness", unit: "nm"),
      curves: cloud("inactive", false, Self.inactiveColor)
        + cloud("active", true, Self.activeColor)
    )
  }
}
