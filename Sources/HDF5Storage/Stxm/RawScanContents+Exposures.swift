// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

// Which frame belongs to which scan point and exposure time.
extension RawScanContents {
  /// Gives each frame its point and its exposure time, by its number.
  mutating func assignPoints() {
    let times = metadata.exposureTimes
    let planned = max(metadata.translations.count, positions.count)
    let turn = max(1, times.count)
    var perPoint = turn
    // Repeats count only where the frames bear them out: the key says different things.
    if metadata.repeats > 1, planned > 0, exposures.count > turn * planned {
      perPoint = turn * metadata.repeats
    }
    // Numbers may begin at 0 or at 1; frames may be missing at either end.
    let last = exposures.last?.number ?? 0
    let expected = planned * perPoint
    let base =
      expected > 0 ? max(0, last + 1 - expected) : exposures.first?.number ?? 0
    if base > exposures.first?.number ?? 0 {
      remarks.append(
        "there are \(exposures.count) exposures for \(planned) positions; the first ones count"
      )
    }
    let lowest = exposures.first?.number ?? 0
    // A scan that was cut short and counts from 1, as its darks show.
    let first = lowest == 1 && darks.first?.number == 1 ? 1 : min(base, lowest)
    for i in exposures.indices {
      let number = exposures[i].number - first
      exposures[i].point = number / perPoint
      exposures[i].exposureTime = times.isEmpty ? nil : times[number % perPoint % turn]
    }
    let firstDark = darks.first?.number ?? 0
    for i in darks.indices {
      let number = darks[i].number - min(firstDark, 1)
      darks[i].point = number / turn
      darks[i].exposureTime = times.isEmpty ? nil : times[number % turn]
    }
    if planned > 0 {
      let beyond = exposures.count { $0.point >= planned }
      if beyond > 0 { remarks.append("\(beyond) exposures lie beyond the planned positions") }
    }
  }

  /// Finds out which exposure of a point is the long one: the one that caught more light.
  ///
  /// Nothing changes where there is too little light to tell.
  mutating func settleOrder(_ file: borrowing StorageFile) throws(StorageError) {
    let times = Array(Set(metadata.exposureTimes)).sorted()
    guard times.count == 2, let short = times.first, let long = times.last else { return }
    var votes = 0
    for part in [0.2, 0.5, 0.8] {
      let middle = Int(Double(exposures.count) * part)
      guard exposures.indices.contains(middle) else { continue }
      let point = exposures[middle].point
      let pair = exposures[max(0, middle - 4)..<min(exposures.count, middle + 5)]
        .filter { $0.point == point }
      guard let weak = pair.first(where: { $0.exposureTime == short }),
        let strong = pair.first(where: { $0.exposureTime == long })
      else { continue }
      let a = try light(of: weak, file)
      let b = try light(of: strong, file)
      if a > 1.5 * max(b, 0) + Self.faint { votes -= 1 }
      if b > 1.5 * max(a, 0) + Self.faint { votes += 1 }
    }
    guard votes < 0 else { return }
    let swapped = { (time: Double?) in time == short ? long : time == long ? short : time }
    for i in exposures.indices { exposures[i].exposureTime = swapped(exposures[i].exposureTime) }
    for i in darks.indices { darks[i].exposureTime = swapped(darks[i].exposureTime) }
    metadata.exposureTimes = [long, short]
    remarks.append("each point's first exposure caught more light: the long one comes first")
  }

  /// The mean of an exposure above the mean of a dark of the same turn, words.
  private func light(
    of frame: RawScanFrame,
    _ file: borrowing StorageFile
  ) throws(StorageError) -> Double {
    let light = try mean(frame, file)
    guard let dark = darks.first(where: { $0.exposureTime == frame.exposureTime }) else {
      return light
    }
    return light - (try mean(dark, file))
  }

  private func mean(
    _ frame: RawScanFrame,
    _ file: borrowing StorageFile
  ) throws(StorageError) -> Double {
    let words = try file.readWords(frame).words.elements(as: UInt16.self)
    var sum: UInt64 = 0
    for word in words { sum &+= UInt64(word) }
    return Double(sum) / Double(max(words.count, 1))
  }

  /// Less light than this many words on average says nothing.
  private static let faint = 0.02
}
