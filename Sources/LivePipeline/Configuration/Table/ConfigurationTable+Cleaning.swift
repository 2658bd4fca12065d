// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Preprocessing

// The steps of cleaning that can be done otherwise.
extension ConfigurationTable {
  static let cleaning: [ConfigurationKey] = {
    let at = SectionKeys(section: "preprocessing.cleaning", part: \.preprocessing.cleaning)
    return [
      at.choice(
        "overscan_model",
        \.overscanModel,
        "how a channel's level is followed along the rows by its overscan words"
      ),
      at.choice(
        "overscan_word",
        \.overscanWord,
        "what is taken of a tile's two overscan words in a row"
      ),
      at.number(
        "overscan_bias_ADU",
        \.overscanBias,
        -100...100,
        absent: "from the noise that the darks show",
        "how far the level found lies below the true one"
      ),
      at.key(
        "overscan_limits_ADU",
        .optional(
          .list(of: .number(-8192...8192), count: 2...2),
          absent: "they are not cut"
        ),
        "levels above the dark are cut to these bounds before the bias is added, [lowest, highest]"
      ) {
        $0.overscanLimits.map { .list([.number($0.lowest), .number($0.highest)]) } ?? .none
      } write: {
        let bounds = ($1.list ?? []).compactMap(\.number)
        $0.overscanLimits =
          bounds.count == 2 ? LevelLimits(lowest: bounds[0], highest: bounds[1]) : nil
      },
      at.integer(
        "overscan_seam_rows",
        \.overscanSeamRows,
        0...50,
        "rows past the lit ones, by the seam, that take part in the running median"
      ),
      at.integer(
        "overscan_fit_start_row",
        \.overscanFitStart,
        0...400,
        "polynomials are fitted from this lit row of each half on, counted from its outer edge"
      ),
      at.flag(
        "ripple_filter",
        \.rippleFilter,
        "whether periodic pick-up is found in the frame's Fourier transform and taken off; slow"
      ),
      at.flag(
        "cut_negative",
        \.cutNegative,
        "whether negative pixels are set to zero before anything is summed; makes weak pixels "
          + "too bright"
      ),
      at.number(
        "dark_noise_limit",
        \.darkNoiseLimit,
        1...1000,
        absent: "no pixel is judged",
        "pixels whose darks scatter by more than so many times the median of their tile are bad"
      ),
      at.text(
        "bad_pixel_file",
        \.badPixelFile,
        absent: "none",
        "a text file of pixels that are never used, \"row, column\" on each line, besides "
          + "preprocessing.bad_pixels"
      ),
      at.flag(
        "bad_frame_test",
        \.badFrameTest,
        "whether raw frames are left out in which the left edge is twice as bright as the right "
          + "one at the middle rows, as when the shutter fails"
      ),
      at.choice(
        "exposure_merge",
        \.exposureMerge,
        "pixels that are saturated in every exposure of a point: not measured, or the shortest "
          + "one's value as the beamline's software has it"
      ),
    ]
  }()
}
