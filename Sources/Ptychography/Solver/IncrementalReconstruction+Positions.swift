// SPDX-License-Identifier: BSD-3-Clause

import Imaging

extension IncrementalReconstruction {
  /// Moves frames to where they fit better, when their turn has come.
  ///
  /// A frame moves at most `position_bound_px` from where it was told to be, and in one update at
  /// most that bound divided by the number of updates so far (annealing), but a quarter of a
  /// step of the sub-pixel grid at least. The mean over all frames stays: it is the object's own
  /// place.
  mutating func refinePositionsIfDue() {
    let period = parameters.positionUpdatePeriod
    let start = parameters.positionUpdateStart
    guard parameters.engine != .differenceMap, isDue(start: start, period: period) else { return }
    let sweep = sweep(ScanSums.Wanted(), modulusStep: .plain)
    inGroups { $0.proposeShifts(sweep) }
    let update = (settledIterations - start) / period + 1
    let bound = parameters.positionBound
    let limit = max(bound / Double(update), 0.25 / Double(parameters.subpixelSteps))
    var mean = (row: 0.0, column: 0.0)
    for group in groups.indices {
      for k in groups[group].frames.indices {
        let proposed = groups[group].proposedShifts[k]
        var shift = groups[group].frames[k].shift
        shift.row = (shift.row + proposed.row.clamped(limit)).clamped(bound)
        shift.column = (shift.column + proposed.column.clamped(limit)).clamped(bound)
        groups[group].frames[k].shift = shift
        mean.row += shift.row / Double(frameCount)
        mean.column += shift.column / Double(frameCount)
      }
    }
    for group in groups.indices {
      for k in groups[group].frames.indices {
        groups[group].frames[k].shift.row -= mean.row
        groups[group].frames[k].shift.column -= mean.column
        seat(group, k)
      }
    }
    coverageIsStale = true
    overlapIsStale = true
  }

  /// Gives a frame the seat that its shift leads to; it keeps its own at the object's edge.
  private mutating func seat(_ group: Int, _ k: Int) {
    let frame = groups[group].frames[k]
    guard
      let placement = grid.placement(
        of: frame.position,
        movedBy: frame.shift,
        steps: parameters.subpixelSteps
      ),
      placement != frame.seat.placement
    else { return }
    let slot = illumination.slot(of: placement)
    require(slot, in: group)
    let seat = ScanFrame.Seat(placement: placement, slot: slot)
    groups[group].frames[k].seat = seat
    groups[group].frames[k].previousSeat = seat
    // What its wave remembers belongs to the place before.
    if engine.keepsWaves { restartWave(group, k) }
  }

  /// Has the wave of a frame start as that of a new one does.
  mutating func restartWave(_ group: Int, _ k: Int) {
    var wave = AlignedArray<Complex64>()
    swap(&wave, &groups[group].waves[k])
    start(&wave, of: groups[group].frames[k])
    swap(&wave, &groups[group].waves[k])
  }
}

extension Double {
  fileprivate func clamped(_ bound: Double) -> Double { Swift.min(Swift.max(self, -bound), bound) }
}
