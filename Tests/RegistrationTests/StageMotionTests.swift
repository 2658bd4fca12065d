// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Registration
import Testing

@Suite struct StageMotionTests {
  /// −80° to 77° in steps of one degree, in order or by the golden section.
  func tilts(shuffled: Bool) -> [TiltAngle] {
    (0..<158).map { place in
      let part = Double(place) * 0.618_033_988_75
      let degrees = shuffled ? 157 * (part - part.rounded(.down)) : Double(place)
      return TiltAngle(degrees: degrees - 80)
    }
  }

  @Test(arguments: [false, true])
  func driftWobbleAndAxisAreToldApartWhereTheTiltsDo(shuffled: Bool) {
    let tilts = tilts(shuffled: shuffled)
    var random = SeededGenerator(seed: 8)
    let shifts = tilts.indices.map { place in
      let time = Double(place) / 157 - 0.5
      let (c, s) = (cosine(tilts[place].radians), sine(tilts[place].radians))
      // The sample's place in the image; what is applied is its opposite.
      return PixelShift.zero
        - PixelShift(
          rows: 1.5 + 6 * time + 2 * c + 0.1 * random.normal(),
          columns: 4 * c - 3 * s + 1.2 + (shuffled ? 5 * time : 0) + 0.1 * random.normal()
        )
    }
    let motion = StageMotion(shifts: shifts, tilts: tilts)
    #expect(abs(motion.drift.rows - 6) < 0.2, "\(motion.drift)")
    #expect(abs(motion.drift.columns - (shuffled ? 5 : 0)) < 0.2, "\(motion.drift)")
    #expect(abs(motion.axisOffset - 1.2) < 4 * motion.axisOffsetError)
    #expect(motion.axisOffsetError < 0.2)
    #expect(abs(motion.jitter.rows - 0.1) < 0.02 && abs(motion.jitter.columns - 0.1) < 0.02)
    for entry in motion.entries {
      let whole = entry.place + entry.drift + entry.wobble + entry.jitter
      #expect(abs(whole.rows - entry.displacement.rows) < 1e-9)
      #expect(abs(whole.columns - entry.displacement.columns) < 1e-9)
    }
  }

  @Test func tiltsThatTellNothingInventNothing() {
    let shifts = [PixelShift(rows: 1, columns: 2), PixelShift(rows: 1, columns: 2)]
    let motion = StageMotion(
      shifts: shifts,
      tilts: [TiltAngle(degrees: 3), TiltAngle(degrees: 3)]
    )
    for entry in motion.entries {
      #expect(abs(entry.drift.rows) < 1e-9 && abs(entry.jitter.columns) < 1e-9)
    }
    #expect(StageMotion(shifts: [], tilts: []).entries.isEmpty)
  }
}
