// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// What goes wrong on the way, on request.
public struct FaultPlan: Sendable, Hashable {
  /// The part of frame messages that are lost.
  public var dropFraction = 0.0
  /// The part that are sent twice.
  public var duplicateFraction = 0.0
  /// The part that change places with the next one.
  public var swapFraction = 0.0
  /// The part that arrive with half of their pixels.
  public var truncateFraction = 0.0
  /// Whether scans start unannounced.
  public var omitsStart = false
  /// Whether scans end unannounced.
  public var omitsStop = false
  /// Starts the random choice of frames.
  public var seed: UInt64 = 1

  /// Nothing goes wrong.
  public init() {}
}

/// Applies a fault plan to frame messages, one after the other.
public struct FaultInjector: Sendable {
  /// Frame messages lost so far.
  public private(set) var dropped = 0
  /// Frame messages sent twice so far.
  public private(set) var duplicated = 0
  /// Frame messages sent late so far.
  public private(set) var swapped = 0
  /// Frame messages cut so far.
  public private(set) var truncated = 0

  private let plan: FaultPlan
  private var generator: SeededGenerator
  private var held: [SharedBytes]?

  /// Starts with the plan's seed.
  public init(_ plan: FaultPlan) {
    self.plan = plan
    generator = SeededGenerator(seed: plan.seed)
  }

  /// What is sent in place of a frame message, in this order.
  public mutating func pass(_ message: [SharedBytes]) -> [[SharedBytes]] {
    guard !happens(plan.dropFraction) else {
      dropped += 1
      return release()
    }
    var message = message
    if happens(plan.truncateFraction), let pixels = message.popLast() {
      truncated += 1
      message.append(SharedBytes(Array(pixels.array().prefix(pixels.count / 2))))
    }
    if held == nil, happens(plan.swapFraction) {
      swapped += 1
      held = message
      return []
    }
    var messages = [message]
    if happens(plan.duplicateFraction) {
      duplicated += 1
      messages.append(message)
    }
    return messages + release()
  }

  /// The message that was held back, if any; called at the end of each scan.
  public mutating func release() -> [[SharedBytes]] {
    defer { held = nil }
    return held.map { [$0] } ?? []
  }

  private mutating func happens(_ fraction: Double) -> Bool {
    fraction > 0 && generator.uniform() < fraction
  }
}
