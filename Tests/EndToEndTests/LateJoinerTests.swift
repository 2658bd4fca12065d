// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import Imaging
import LivePipeline
import Messaging
import Synchronization
import TestSupport
import Testing
import Tomography
import WireFormat

/// What somebody sees who comes late, and what is not made for nobody.
@Suite(.serialized) struct LateJoinerTests {
  /// What a newcomer saw.
  private final class Seen: Sendable {
    let messages = Mutex<[PreviewMessage]>([])

    /// The first of each topic, of some topics of each energy.
    func first(_ topic: PreviewTopic) -> [PreviewMessage] {
      let all = messages.withLock { $0.filter { $0.topic == topic } }
      guard Self.topicsOfEveryEnergy.contains(topic) else { return Array(all.prefix(1)) }
      let energies = Set(all.compactMap { $0.header.energy?.electronVolts }).sorted()
      return energies.compactMap { energy in
        all.first { $0.header.energy?.electronVolts == energy }
      }
    }

    /// How many a newcomer needs of a topic to be complete.
    static func needed(_ topic: PreviewTopic) -> Int {
      topicsOfEveryEnergy.contains(topic) ? 2 : 1
    }

    private static let topicsOfEveryEnergy: Set<PreviewTopic> = [.volume, .projection]
  }

  /// Is given everything in this process, from the first message to the last.
  private final class Everything: PreviewListener {
    let messages = Mutex<[PreviewMessage]>([])
    let isFollowed = true

    func receive(topic: PreviewTopic, parts: [SharedBytes]) {
      guard let message = try? PreviewMessage.decode(parts) else { return }
      messages.withLock { $0.append(message) }
    }
  }

  /// Follows a run until somebody has seen enough, which is told the seconds so far.
  private static func follow(
    _ pipeline: Pipeline,
    _ seen: Seen,
    topics: [String] = [""],
    until isEnough: (Double) -> Bool
  ) {
    guard let endpoint = pipeline.status.previewEndpoint,
      let context = try? MessagingContext(),
      var subscriber = try? Subscriber(context, connectingTo: [endpoint], topics: topics)
    else { return }
    let start = ContinuousClock.now
    while true {
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      // What never comes is missed by the expectations.
      guard seconds < 120, !isEnough(seconds) else { return }
      guard let parts = try? subscriber.receive(timeoutMilliseconds: 20),
        let message = try? PreviewMessage.decode(parts)
      else { continue }
      seen.messages.withLock { $0.append(message) }
    }
  }

  /// Nobody follows the run until some tilts are folded; then somebody comes.
  @Test func aNewcomerIsCompleteThoughNothingWasMadeBefore() throws {
    var run = SimulatedRun()
    run.parameters.tiltCount = 8
    run.framesPerSecond = 60
    // The source rests meanwhile: what comes was made for the newcomer, not for what goes on. How soon
    // it comes is what a benchmark measures (late_joiner_s); here others use the machine, too.
    let gate = SourceGate(after: 6)
    run.gate = gate
    let seen = Seen()
    let topics = PreviewTopic.allCases.filter { $0 != .event }
    _ = try run.run { pipeline in
      defer { gate.open() }
      ControlledRun.wait { pipeline.status.projectionsTaken >= 4 }
      Self.follow(pipeline, seen) { _ in
        topics.allSatisfy { seen.first($0).count >= Seen.needed($0) }
      }
      #expect(pipeline.status.state == .acquiring)
    }
    for topic in topics {
      let first = seen.first(topic)
      #expect(first.count == Seen.needed(topic), "\(topic.rawValue): \(first.count)")
      for message in first {
        // Nothing had been made, though scans were finished and folded; maps always are, for the time
        // that frames take to them is counted.
        let sequence = message.header.sequence
        if topic != .status, topic != .stxm {
          #expect(sequence <= 3, "\(topic.rawValue): \(sequence)")
        }
      }
    }
  }

  @Test func onlyWhatIsFollowedIsMade() throws {
    var run = SimulatedRun()
    run.parameters.tiltCount = 6
    run.framesPerSecond = 60
    let gate = SourceGate(after: 6)
    run.gate = gate
    let seen = Seen()
    let late = Seen()
    _ = try run.run { pipeline in
      defer { gate.open() }
      ControlledRun.wait { pipeline.status.previewEndpoint != nil }
      Self.follow(pipeline, seen, topics: ["stxm"]) { seconds in
        seconds > 0.5 && seen.messages.withLock { !$0.isEmpty }
      }
      ControlledRun.wait { pipeline.status.projectionsTaken >= 4 }
      Self.follow(pipeline, late, topics: ["volume", "object"]) { _ in
        !late.first(.volume).isEmpty && !late.first(.object).isEmpty
      }
    }
    let topics = Set(seen.messages.withLock { $0.map(\.topic) })
    #expect(topics == [.stxm])
    for message in late.first(.volume) + late.first(.object) {
      #expect(message.header.sequence <= 2, "\(message.topic.rawValue)")
    }
    #expect(!late.first(.volume).isEmpty && !late.first(.object).isEmpty)
  }

  @Test func volumesComeReducedAndChemistryWithItsCorrelation() throws {
    var run = SimulatedRun()
    run.parameters.tiltCount = 3
    // Odd, and larger than what is sent.
    run.configuration.tomography.volumeSide = 70
    run.configuration.tomography.volumeHeight = 64
    let seen = Everything()
    run.listeners = [seen]
    _ = try run.run()
    let all = seen.messages.withLock { $0 }
    let volume = try #require(all.last { $0.topic == .volume })
    let reduced = try #require(volume["optical_density_volume"])
    #expect(reduced.shape == [35, 35, 32] && reduced.elementType == .uint8)
    let voxel = try #require(volume["optical_density_along_beam"]?.pixelSize)
    #expect(reduced.pixelSize == Length(meters: 2 * voxel.meters))
    #expect(reduced.bytes.array().max() == 255)
    #expect(volume.header.quality["optical_density_full"].map { $0 > 0 } == true)

    let chemistry = try #require(all.last { $0.topic == .chemistry })
    // The map of the latest tilt stays when the next one begins, and when all are through.
    let maps = all.filter { $0.topic == .chemistry }.map { message in
      ["lithiated_projection", "delithiated_projection", "rgb_projection"].allSatisfy {
        message[$0] != nil
      } && message.header.quality["projection_rotation_angle_deg"] != nil
    }
    #expect(maps.contains(true) && maps.drop { !$0 }.allSatisfy { $0 }, "\(maps)")
    for name in ["iron_volume", "composition_volume"] {
      #expect(chemistry[name]?.shape == [35, 35, 32], "\(name)")
    }
    let iron = try #require(chemistry["iron_volume"]).bytes.array()
    let share = try #require(chemistry["composition_volume"]).bytes.array()
    // Weighed by iron, the voxels say the same state of charge as the figures.
    let weighed = zip(iron, share).reduce(0.0) { $0 + Double($1.0) * Double($1.1) / 255 }
    let charge = 1 - weighed / iron.reduce(0.0) { $0 + Double($1) }
    let told = try #require(chemistry.header.quality["state_of_charge"])
    #expect(abs(charge - told) < 0.15, "\(charge) beside \(told)")
    let counts = try #require(chemistry["correlation"]?.image)
    #expect(counts.shape == Shape2D(square: 64))
    let total = counts.values.reduce(0, +)
    #expect(total > 0.5 * 70 * 70 * 64 && total <= 70 * 70 * 64, "\(total)")

    let histogram = try #require(all.last { $0.topic == .histogram })
    if let fit = histogram["fit"] {
      #expect(fit.shape == [180] && histogram.header.quality["low_center_deg"] != nil)
    } else {
      #expect(histogram.header.quality["low_center_deg"] == nil)
    }
    let diffraction = try #require(all.last { $0.topic == .diffraction })
    let mean = try #require(diffraction["mean_photons"]?.image)
    #expect(mean.shape == diffraction["photons"]?.image?.shape)
    #expect(diffraction.header.quality["mean_frames"].map { $0 >= 1 && $0 <= 25 } == true)
    // Runs that are started again can be told from each other.
    #expect(
      Set(all.map(\.header.generation)).count == 1 && all[0].header.generation > 1_000_000_000
    )
  }
}
