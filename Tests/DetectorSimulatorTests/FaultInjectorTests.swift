// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Imaging
import Testing
import WireFormat

/// What goes wrong on request goes wrong as often as asked, and is counted.
@Suite struct FaultInjectorTests {
  private static func frame(_ index: Int) -> DetectorFrame {
    let header = FrameHeader(
      scan: "a",
      index: index,
      role: .exposure,
      shape: FastCCDLayout.rawShape,
      sampleType: .uint16
    )
    return DetectorFrame(header: header, pixels: pixels)
  }

  private static let pixels = SharedBytes(
    copyingWords: [UInt16](repeating: 0xC123, count: 1040 * 1152)
  )

  @Test(arguments: [MissingWord.zero, .marked, .either])
  func packetsGoMissingInWholeAndAreCounted(word: MissingWord) {
    var plan = FaultPlan()
    plan.lostPacketFraction = 0.01
    plan.missingWord = word
    var injector = FaultInjector(plan)
    var zeros = 0
    var marks = 0
    for index in 0..<4 {
      let words = RawWords.of(injector.damaged(Self.frame(index)))
      #expect(words.count == 1040 * 1152)
      zeros += words.count { $0 == 0 }
      marks += words.count { $0 == 0x2000 }
    }
    // 4 · 585 packets, one in a hundred: 23 ± 5.
    #expect((8...45).contains(injector.counts.packetsLost))
    #expect(zeros + marks == 2048 * injector.counts.packetsLost)
    #expect((zeros > 0) == (word != .marked))
    #expect((marks > 0) == (word != .zero))
    #expect((1...4).contains(injector.counts.framesWithLostPackets))
  }

  @Test func untouchedFramesKeepTheirMemory() {
    var plan = FaultPlan()
    plan.dropFraction = 0.5
    var injector = FaultInjector(plan)
    #expect(injector.damaged(Self.frame(0)) === Self.pixels)
  }

  @Test func wrongSizesAreWrong() {
    var plan = FaultPlan()
    plan.wrongSizeFraction = 1
    var injector = FaultInjector(plan)
    let sizes = Set((0..<12).map { injector.damaged(Self.frame($0)).count })
    #expect(sizes == [2_396_160 - 2304, 2_396_159, 2_396_163])
    #expect(injector.counts.wrongSizes == 12)
  }

  @Test(arguments: StreamDialect.allCases)
  func hostileMessagesComeBeforeFramesAndDoNotReplaceThem(dialect: StreamDialect) {
    var plan = FaultPlan()
    plan.hostileFraction = 0.5
    var injector = FaultInjector(plan, dialect: dialect)
    let message = StreamMessage(parts: [SharedBytes([1]), SharedBytes([2])])
    var sent: [StreamMessage] = []
    for _ in 0..<200 { sent += injector.pass(message) }
    #expect((70...130).contains(injector.counts.hostile))
    #expect(sent.count == 200 + injector.counts.hostile)
    #expect(injector.framesPassed == 200)
    #expect(sent.count { $0.parts.map { $0.array() } == [[1], [2]] } == 200)
    let kinds = Set(sent.map { $0.parts.map { $0.array() } })
    #expect(kinds.count > 6)
  }

  @Test func theNativeReaderRefusesHostileMessages() {
    var plan = FaultPlan()
    plan.hostileFraction = 1
    plan.dropFraction = 1
    var injector = FaultInjector(plan)
    for _ in 0..<60 {
      for message in injector.pass(StreamMessage(parts: [])) {
        #expect(throws: WireError.self) { try NativeDialect().decode(message.parts) }
      }
    }
    #expect(injector.counts.hostile == 60 && injector.counts.dropped == 60)
  }

  @Test func startsAndStopsAreLostAndDoubled() {
    var plan = FaultPlan()
    plan.lostStartFraction = 0.3
    plan.doubleStartFraction = 0.5
    plan.lostStopFraction = 0.2
    plan.lostEventFraction = 0.4
    var injector = FaultInjector(plan)
    let message = [StreamMessage(parts: [SharedBytes([1])])]
    var starts = 0
    var stops = 0
    var events = 0
    for _ in 0..<400 {
      starts += injector.start(message).count
      stops += injector.stop(message).count
      events += injector.events(message).count
    }
    let counts = injector.counts
    #expect(starts == 400 - counts.lostStarts + counts.doubleStarts)
    #expect(stops == 400 - counts.lostStops)
    #expect(events == 400 - counts.eventsLost)
    #expect(abs(counts.eventsLost - 160) < 45)
    #expect(abs(counts.lostStarts - 120) < 40)
    #expect(abs(counts.doubleStarts - 140) < 40)
    #expect(abs(counts.lostStops - 80) < 35)
  }

  @Test func theSameSeedDoesTheSameDamage() {
    var plan = FaultPlan()
    plan.dropFraction = 0.3
    plan.swapFraction = 0.3
    func sent(_ seed: UInt64) -> [[UInt8]] {
      plan.seed = seed
      var injector = FaultInjector(plan)
      var sent: [[UInt8]] = []
      for i in 0..<50 {
        sent += injector.pass(StreamMessage(parts: [SharedBytes([UInt8(i)])])).map {
          $0.parts[0].array()
        }
      }
      return sent
    }
    #expect(sent(1) == sent(1))
    #expect(sent(1) != sent(2))
  }

  @Test func partsOutOfRangeAreNamed() {
    var plan = FaultPlan()
    plan.lostPacketFraction = 1.5
    let error = #expect(throws: ParameterError.self) { try plan.validate() }
    #expect(error?.key == "lost_packets")
  }
}
