// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// Which stored tilts are folded again while a series comes in.
///
/// One sweep over all tilts that are there, in decorrelated order, and when it is through the next
/// one, over those that have come meanwhile as well. Tilts of a series come as neighbours, and so
/// replays that favour those with few folds stay among neighbours as well and forget the others;
/// a place counted on in an order that grows leaves tilts out. Both were measured
/// (Docs/Explanations/Tomography.md).
public struct ReplaySchedule: Sendable {
  /// What is left of the sweep, the next at the end.
  private var rest: [Int] = []

  /// Starts with no tilts.
  public init() {}

  /// The next tilts to be folded again.
  ///
  /// - Parameters:
  ///   - count: How many; fewer come where there are not so many others.
  ///   - tilts: The tilts that take part, by place.
  ///   - newest: The place that has just been folded and needs no replay yet.
  /// - Returns: Places in `tilts`.
  public mutating func replays(
    _ count: Int,
    of tilts: [Int: TiltAngle],
    besides newest: Int
  ) -> [Int] {
    let places = tilts.keys.sorted()
    guard places.contains(where: { $0 != newest }) else { return [] }
    var replays: [Int] = []
    while replays.count < min(count, places.count - (tilts[newest] == nil ? 0 : 1)) {
      if rest.isEmpty {
        let order = ReplayOrder.decorrelated(places.compactMap { tilts[$0] })
        rest = order.reversed().map { places[$0] }
      }
      let place = rest.removeLast()
      if place != newest, tilts[place] != nil { replays.append(place) }
    }
    return replays
  }
}
