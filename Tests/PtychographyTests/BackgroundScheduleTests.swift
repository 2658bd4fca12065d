// SPDX-License-Identifier: BSD-3-Clause

import Ptychography
import Testing

@Suite struct BackgroundScheduleTests {
  @Test func itWaitsAndThenStepsByThePeriod() {
    var schedule = BackgroundSchedule()
    let turns = (0..<40).map { schedule.turn(iteration: $0, frames: 50, start: 20, period: 5) }
    #expect(turns.indices.filter { turns[$0] != .none } == [20, 25, 30, 35])
    #expect(turns[20] == .update(0) && turns[35] == .update(3))
  }

  @Test func itStartsAnewWithHalfAsManyFramesAgainAndWhenNoMoreCome() {
    var schedule = BackgroundSchedule()
    // A frame in every iteration until the hundredth.
    var restarts: [Int] = []
    for iteration in 0..<200 {
      let turn = schedule.turn(
        iteration: iteration,
        frames: min(10 + iteration, 110),
        start: 20,
        period: 5
      )
      if turn == .restart { restarts.append(iteration) }
    }
    // 30 frames at the 20th, 45 at the 35th; 65 at the 55th, 100 at the 90th; all at the 110th.
    #expect(restarts == [35, 90])
  }

  @Test func aFewLateFramesCountOnceTheyAreAllThere() {
    var schedule = BackgroundSchedule()
    var turns: [BackgroundSchedule.Turn] = []
    for iteration in 0..<60 {
      let frames = iteration < 22 ? 100 : 103
      turns.append(schedule.turn(iteration: iteration, frames: frames, start: 10, period: 5))
    }
    // Seen at the 25th, quiet at the 30th, updated again ten iterations later.
    #expect(turns.indices.filter { turns[$0] == .restart } == [30])
    #expect(turns[25] == .update(3) && turns[35] == .none && turns[40] == .update(0))
  }
}
