// SPDX-License-Identifier: BSD-3-Clause

public import ArgumentParser
public import DetectorSimulator

/// How it is sent, as options.
struct StreamOptions: ParsableArguments {
  @Option(help: "The language: tiltfold, pystxmcontrol or fastccd.")
  var dialect = StreamDialect.tiltfold
  @Option(
    name: [.long, .customLong("frames-per-second")],
    help: "Frames each second; 0 for as fast as they can be made and taken."
  )
  var rate = 0.0
  @Option(help: "Frames of each exposure time that are made before they are sent; 0 for none.")
  var ring = 0

  @Option(help: "pystxmcontrol: NumPy's names in pickles, numpy1 or numpy2.")
  var numpyNames = EventSettings.NumPyNames.numpy2
  @Option(help: "pystxmcontrol: where the pixels stand, ccd_frame or rawData.")
  var pixelPlace = EventSettings.PixelPlace.frame
  @Option(help: "pystxmcontrol, fastccd: the motor that carries the tilt; empty for none.")
  var tiltMotor = "SampleTheta"
  @Flag(help: "pystxmcontrol, fastccd: a text in JSON names the file after each scan.")
  var endText = false

  @Option(help: "fastccd: number of the first frame, 0 to 65535.")
  var firstFrameNumber = 0
  @Flag(help: "fastccd: each scan starts again from the first number.")
  var restartNumbers = false
  @Flag(inversion: .prefixedNo, help: "fastccd: send events on their own socket.")
  var events = true

  func settings(faults: FaultPlan) throws -> StreamSettings {
    guard rate >= 0 else { throw ValidationError("--rate is \(rate); expected 0 or more") }
    var settings = StreamSettings()
    settings.dialect = dialect
    settings.framesPerSecond = rate > 0 ? rate : nil
    settings.ring = ring == 0 ? nil : ring
    settings.faults = faults
    settings.events.numpyNames = numpyNames
    settings.events.pixelPlace = pixelPlace
    settings.events.tiltMotor = tiltMotor.isEmpty ? nil : tiltMotor
    settings.events.endsWithText = endText
    settings.frameServer.firstNumber = firstFrameNumber
    settings.frameServer.restartsEachScan = restartNumbers
    settings.frameServer.sendsEvents = events
    return settings
  }
}

/// What goes wrong, as options.
struct FaultOptions: ParsableArguments {
  @Option(help: "Part of the frames that get lost.")
  var dropFraction = 0.0
  @Option(help: "Part of the frames that are sent twice.")
  var duplicate = 0.0
  @Option(help: "Part of the frames that change places with the next.")
  var outOfOrder = 0.0
  @Option(help: "Part of the frames whose last message part arrives cut in half.")
  var truncate = 0.0
  @Option(help: "Part of the frames that have more or fewer pixels than is said.")
  var wrongSize = 0.0
  @Option(help: "Part of the frames that come after a message that nobody should believe.")
  var hostile = 0.0
  @Option(help: "Part of the camera's packets of 4096 bytes that are missing inside raw frames.")
  var lostPackets = 0.0
  @Option(help: "What stands in their place: zero, marked (0x2000) or either.")
  var missingWord = MissingWord.either
  @Option(help: "fastccd: part of the frames' events that get lost.")
  var lostEvents = 0.0
  @Option(help: "Part of the starts that get lost.")
  var lostStarts = 0.0
  @Option(help: "Part of the scans whose start is announced twice.")
  var doubleStarts = 0.0
  @Option(help: "Part of the stops that get lost.")
  var lostStops = 0.0
  @Flag(help: "Scans start unannounced.")
  var noStart = false
  @Flag(help: "Scans end unannounced.")
  var noStop = false
  @Option(help: "Starts the random choice of faults; the sample's seed where it is not given.")
  var faultSeed: UInt64?

  func plan(seed: UInt64) -> FaultPlan {
    var plan = FaultPlan()
    plan.dropFraction = dropFraction
    plan.duplicateFraction = duplicate
    plan.swapFraction = outOfOrder
    plan.truncateFraction = truncate
    plan.wrongSizeFraction = wrongSize
    plan.hostileFraction = hostile
    plan.lostPacketFraction = lostPackets
    plan.missingWord = missingWord
    plan.lostEventFraction = lostEvents
    plan.lostStartFraction = lostStarts
    plan.omitsStart = noStart
    plan.doubleStartFraction = doubleStarts
    plan.lostStopFraction = lostStops
    plan.omitsStop = noStop
    plan.seed = faultSeed ?? seed
    return plan
  }
}

extension StreamDialect: ExpressibleByArgument {}
extension EventSettings.NumPyNames: ExpressibleByArgument {}
extension EventSettings.PixelPlace: ExpressibleByArgument {}
extension MissingWord: ExpressibleByArgument {}
