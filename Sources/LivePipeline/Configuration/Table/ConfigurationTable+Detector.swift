// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Preprocessing

// From the detector's words to amplitudes.
extension ConfigurationTable {
  static let detector: [ConfigurationKey] = {
    let at = SectionKeys(section: "detector", part: \.detector)
    return [
      at.integer(
        "raw_rows",
        \.rawRows,
        960...8192,
        "rows of a raw frame, both halves together; an even number"
      ),
      at.integer(
        "row_offset",
        \.rowOffset,
        0...3616,
        "rows of the upper half before the first that sees light; 480 rows have to follow"
      ),
      at.integer(
        "lower_row_offset",
        \.lowerRowOffset,
        0...3616,
        "the same of the lower half, counted from its outer edge"
      ),
      at.integers(
        "overscan_columns",
        \.overscanColumns,
        0...11,
        count: 2...2,
        "the two overscan words of a tile in the upper half, mirrored in the lower one: [0, 11], "
          + "[0, 1] or [10, 11]"
      ),
      at.integer(
        "rolled_tile",
        \.rolledTile,
        0...95,
        absent: "no tile does",
        "the tile of the upper half whose twelve words stand one place further on"
      ),
      at.length("pixel_size_m", \.pixelSize, 1e-6...1e-3, "the size of a pixel"),
      at.integer(
        "saturation_word",
        \.saturationWord,
        0...65535,
        "words from this one on are saturated"
      ),
      at.integers(
        "missing_words",
        \.missingWords,
        0...65535,
        count: 0...4,
        "words that stand for pixels whose packet was lost"
      ),
      at.matrix(
        "gain_table",
        rows: 0...4,
        columns: 3,
        -65535...65535,
        "a row [control bits, factor, offset in ADU] for each gain that the detector chooses word "
          + "by word; empty: the gain is fixed and control bits mean nothing"
      ) {
        $0.gainTable.map { [Double($0.controlBits), $0.factor, $0.darkOffset] }
      } write: {
        $0.gainTable = $1.map {
          GainEntry(controlBits: Int($0[0]), factor: $0[1], darkOffset: $0[2])
        }
      },
      at.integer(
        "bad_bit",
        \.badBit,
        0...65535,
        "with a gain table, the control bit of words that have no value"
      ),
    ]
  }()

  static let preprocessing: [ConfigurationKey] = {
    let at = SectionKeys(section: "preprocessing", part: \.preprocessing)
    return [
      at.integer(
        "pattern_size_px",
        \.patternSize,
        16...1024,
        "pixels along each side of a pattern, N; an even number"
      ),
      at.length(
        "object_pixel_size_m",
        \.objectPixelSize,
        1e-10...1e-6,
        "the size p of an object pixel at every energy; a pattern pixel is 1 / (N p) in spatial "
          + "frequency"
      ),
      at.length("detector_distance_m", \.detectorDistance, 1e-3...10, "from sample to detector"),
      at.key(
        "center_px",
        .optional(
          .word("auto", or: .list(of: .number(0...959), count: 2...2)),
          absent: "the geometric middle, [479.5, 479.5]"
        ),
        "where the direct beam falls in the 960 x 960 picture, [row, column]; auto: found from the "
          + "first raw frames of each tomogram"
      ) {
        $0.findsCenter
          ? .text("auto")
          : $0.center.map { .list([.number($0.row), .number($0.column)]) } ?? .none
      } write: {
        $0.findsCenter = $1.text == "auto"
        $0.center = $1.numbers.map { PicturePosition(row: $0[0], column: $0[1]) }
      },
      at.flag(
        "calibration_check",
        \.checksCalibration,
        "whether the first raw frames of each scan are compared with the centre and the gain in "
          + "use; what has moved is told, not changed"
      ),
      at.key(
        "bad_pixels",
        .list(of: .list(of: .integer(0...959), count: 2...2), count: 0...20_000),
        "pixels of the picture that are never used, [row, column] each"
      ) {
        .list($0.badPixels.map { .list([.integer($0.row), .integer($0.column)]) })
      } write: {
        $0.badPixels = ($1.list ?? []).compactMap { pixel in
          let place = (pixel.list ?? []).compactMap(\.integer)
          return place.count == 2 ? PicturePixel(row: place[0], column: place[1]) : nil
        }
      },
      at.number(
        "adu_per_eV",
        \.aduPerElectronVolt,
        1e-5...10,
        "the detector's gain: ADU for each electron volt of a photon's energy"
      ),
      at.number(
        "photon_threshold",
        \.photonThreshold,
        0...1,
        "below so many photons a raw pixel counts as empty; 0 keeps every value"
      ),
      at.integer(
        "overscan_reach_rows",
        \.overscanReach,
        0...50,
        "rows on either side that the running median of the overscan takes"
      ),
      at.number(
        "minimum_coverage",
        \.minimumCoverage,
        0.01...1,
        "the least part of a pattern pixel that has to be measured"
      ),
      at.choice(
        "amplitude_estimate",
        \.amplitudeEstimate,
        "how amplitudes come from counts: √counts, or the mean of the amplitude given the count"
      ),
    ]
  }()

  static let attenuator: [ConfigurationKey] = {
    let at = SectionKeys(
      section: "preprocessing.attenuator",
      part: \.preprocessing.givenAttenuator
    )
    return [
      at.length("radius_m", \.radius, 1e-6...0.1, "the disc's radius on the detector"),
      at.matrix(
        "transmissions",
        rows: 1...64,
        columns: 2,
        1e-6...1e5,
        "a row [photon energy in eV, part that passes] for each energy in use, or on either side of it; to "
          + "be calibrated"
      ) {
        $0.transmissions.map { [$0.energy.electronVolts, $0.transmission] }
      } write: {
        $0.transmissions = $1.map {
          EnergyTransmission(energy: PhotonEnergy(electronVolts: $0[0]), transmission: $0[1])
        }
      },
      at.key(
        "offset_px",
        .list(of: .number(-480...480), count: 2...2),
        "how far the disc's middle lies from that of the 960 x 960 picture, [rows, columns]"
      ) {
        .list([.number($0.offset.rows), .number($0.offset.columns)])
      } write: {
        if let place = $1.numbers { $0.offset = PixelShift(rows: place[0], columns: place[1]) }
      },
      at.number(
        "edge_width_px",
        \.edgeWidth,
        0...50,
        "pixels nearer to the disc's edge than this are not used"
      ),
    ]
  }()
}

extension PreprocessingParameters {
  /// The attenuator, made with its defaults where a configuration begins to describe one.
  fileprivate var givenAttenuator: AttenuatorParameters {
    get { attenuator ?? AttenuatorParameters() }
    set { attenuator = newValue }
  }
}

extension ConfigurationValue {
  /// The numbers of a list; nil for anything else.
  fileprivate var numbers: [Double]? { list?.compactMap(\.number) }
}
