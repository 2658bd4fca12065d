// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Applies a fault plan: to frames before they are written down, then to their messages.
public struct FaultInjector: Sendable {
  /// What went wrong so far.
  public private(set) var counts = FaultCounts()
  /// Frame messages let through so far, duplicates counted, hostile ones not.
  public private(set) var framesPassed = 0

  private let plan: FaultPlan
  private let hostile: HostileMessages
  private var generator: SeededGenerator
  private var held: StreamMessage?

  /// Starts with the plan's seed.
  ///
  /// - Parameters:
  ///   - plan: What goes wrong.
  ///   - dialect: The language of the stream, which messages that nobody should believe resemble.
  public init(_ plan: FaultPlan, dialect: StreamDialect = .tiltfold) {
    self.plan = plan
    hostile = HostileMessages(dialect)
    generator = SeededGenerator(seed: plan.seed)
  }

  // MARK: - Frames

  /// A frame's pixels with packets missing, or more or fewer than there should be; the very same
  /// memory where nothing goes wrong.
  public mutating func damaged(_ frame: DetectorFrame) -> SharedBytes {
    var pixels = frame.pixels
    if frame.header.sampleType == .uint16, plan.lostPacketFraction > 0 {
      let lost = lostPackets()
      if !lost.isEmpty {
        counts.packetsLost += lost.count
        counts.framesWithLostPackets += 1
        pixels = PacketLoss.losing(lost, from: pixels, in: frame.header.wordOrder)
      }
    }
    guard happens(plan.wrongSizeFraction) else { return pixels }
    counts.wrongSizes += 1
    var bytes = pixels.array()
    switch generator.next() % 3 {
    case 0: bytes.removeLast(2 * frame.header.shape.columns)
    case 1: bytes.removeLast()
    default: bytes += [0x12, 0xC0, 0x34]
    }
    return SharedBytes(bytes)
  }

  private mutating func lostPackets() -> [(packet: Int, word: UInt16)] {
    var lost: [(packet: Int, word: UInt16)] = []
    for packet in 0..<ClockOrder.packets where happens(plan.lostPacketFraction) {
      let isMarked =
        switch plan.missingWord {
        case .zero: false
        case .marked: true
        case .either: generator.next() & 1 == 1
        }
      lost.append((packet, isMarked ? 0x2000 : 0))
    }
    return lost
  }

  // MARK: - Messages

  /// What is sent in place of a frame message, in this order.
  public mutating func pass(_ message: StreamMessage) -> [StreamMessage] {
    var messages: [StreamMessage] = []
    if happens(plan.hostileFraction) {
      counts.hostile += 1
      messages.append(
        StreamMessage(socket: message.socket, parts: hostile.next(&generator))
      )
    }
    guard !happens(plan.dropFraction) else {
      counts.dropped += 1
      return messages + release()
    }
    var message = message
    if happens(plan.truncateFraction), let last = message.parts.popLast() {
      counts.truncated += 1
      message.parts.append(SharedBytes(Array(last.array().prefix(last.count / 2))))
    }
    if held == nil, happens(plan.swapFraction) {
      counts.swapped += 1
      held = message
      return messages
    }
    messages.append(message)
    framesPassed += 1
    if happens(plan.duplicateFraction) {
      counts.duplicated += 1
      framesPassed += 1
      messages.append(message)
    }
    return messages + release()
  }

  /// The message that was held back, if any; called at the end of each scan.
  public mutating func release() -> [StreamMessage] {
    defer { held = nil }
    if held != nil { framesPassed += 1 }
    return held.map { [$0] } ?? []
  }

  /// What is sent in place of a scan's start.
  public mutating func start(_ messages: [StreamMessage]) -> [StreamMessage] {
    if happens(plan.lostStartFraction) {
      counts.lostStarts += 1
      return []
    }
    guard happens(plan.doubleStartFraction) else { return messages }
    counts.doubleStarts += 1
    return messages + messages
  }

  /// What is sent in place of the events of a frame that travel apart from its pixels.
  public mutating func events(_ messages: [StreamMessage]) -> [StreamMessage] {
    guard !messages.isEmpty, happens(plan.lostEventFraction) else { return messages }
    counts.eventsLost += messages.count
    return []
  }

  /// What is sent in place of a scan's stop.
  public mutating func stop(_ messages: [StreamMessage]) -> [StreamMessage] {
    guard happens(plan.lostStopFraction) else { return messages }
    counts.lostStops += 1
    return []
  }

  private mutating func happens(_ fraction: Double) -> Bool {
    fraction > 0 && generator.uniform() < fraction
  }
}
