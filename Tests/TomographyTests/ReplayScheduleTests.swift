// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Testing
import Tomography

@Suite struct ReplayScheduleTests {
  let angles = (0..<30).map { TiltAngle(degrees: -80 + 5 * Double($0)) }

  /// The replays after each of the first tilts of a series.
  func replays(_ count: Int, each: Int) -> [[Int]] {
    var schedule = ReplaySchedule()
    var tilts: [Int: TiltAngle] = [:]
    return (0..<count).map { newest in
      tilts[newest] = angles[newest]
      return schedule.replays(each, of: tilts, besides: newest)
    }
  }

  @Test func replaysAreOfOtherTiltsAndAsManyAsThereAre() {
    for (newest, places) in replays(30, each: 8).enumerated() {
      #expect(places.count == min(8, newest))
      #expect(places.allSatisfy { $0 < newest })
    }
  }

  @Test func everySweepVisitsEveryTilt() {
    var schedule = ReplaySchedule()
    let tilts = Dictionary(uniqueKeysWithValues: angles.enumerated().map { ($0, $1) })
    let places = (0..<6).flatMap { _ in schedule.replays(10, of: tilts, besides: -1) }
    #expect(places.prefix(30).sorted() == Array(0..<30))
    #expect(places.suffix(30).sorted() == Array(0..<30))
  }

  @Test func neighboursInTimeAreFarInAngle() {
    let places = replays(30, each: 8).suffix(10).flatMap { $0 }
    let steps = zip(places, places.dropFirst()).map {
      abs(angles[$0].degrees - angles[$1].degrees)
    }
    #expect(steps.reduce(0, +) / Double(steps.count) > 40)
  }

  @Test func tiltsThatWereTakenOutDoNotComeAgain() {
    var schedule = ReplaySchedule()
    var tilts = Dictionary(uniqueKeysWithValues: angles.enumerated().map { ($0, $1) })
    _ = schedule.replays(5, of: tilts, besides: 29)
    for place in 0..<20 { tilts[place] = nil }
    for _ in 0..<5 {
      let places = schedule.replays(8, of: tilts, besides: 29)
      #expect(places.count == 8)
      #expect(places.allSatisfy { $0 >= 20 && $0 < 29 })
    }
    #expect(schedule.replays(8, of: [29: angles[29]], besides: 29).isEmpty)
  }
}
