// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import LivePipeline
import Testing

@Suite struct ObjectShelfTests {
  private func object(_ tilt: Double?, _ energy: Double, side: Int = 4) -> ReconstructedObject {
    let image = ComplexImage(shape: Shape2D(square: side), filledWith: .one)
    return ReconstructedObject(
      identity: identity(tilt, energy),
      transmission: image,
      probe: image,
      coverage: Image(shape: image.shape),
      pixelSize: Length(nanometers: 6.7),
      origin: ScanPosition(x: 0, y: 0)
    )
  }

  private func identity(_ tilt: Double?, _ energy: Double) -> ScanIdentity {
    ScanIdentity(
      scan: "scan",
      tilt: tilt.map(TiltAngle.init(degrees:)),
      energy: PhotonEnergy(electronVolts: energy)
    )
  }

  private func best(
    _ shelf: ObjectShelf,
    _ tilt: Double?,
    _ energy: Double,
    pixel: Double = 6.7,
    tomogram: String? = nil
  ) -> String? {
    var identity = identity(tilt, energy)
    identity.tomogram = tomogram
    return shelf.best(
      for: identity,
      pixelSize: Length(nanometers: pixel),
      tiltTolerance: 0.05,
      energyTolerance: 0.2
    )
  }

  @Test func onlyTheSameTiltAtAnotherEnergyIsTaken() {
    var shelf = ObjectShelf()
    shelf.keep(object(-80, 708.2), of: "a")
    shelf.keep(object(-79, 708.2), of: "b")
    shelf.keep(object(nil, 708.2), of: "c")
    #expect(best(shelf, -80.02, 710.2) == "a")
    #expect(best(shelf, -79, 710.2) == "b")
    #expect(best(shelf, -79, 708.25) == nil)
    #expect(best(shelf, -78, 710.2) == nil)
    #expect(best(shelf, nil, 710.2) == nil)
    #expect(best(shelf, -80, 710.2, pixel: 7) == nil)
    #expect(best(shelf, -80, 710.2, tomogram: "another") == nil)
    #expect(shelf.object(of: "c") == nil)
  }

  @Test func onlyWhatASeedNeedsIsKept() throws {
    var whole = object(-80, 708.2)
    whole.coverage = Image(shape: whole.coverage.shape, filledWith: 3)
    whole.weakerModes = [whole.probe]
    whole.background = whole.coverage
    var shelf = ObjectShelf()
    shelf.keep(whole, of: "a")
    let kept = try #require(shelf.object(of: "a"))
    #expect(kept.transmission == whole.transmission && kept.coverage == whole.coverage)
    #expect(kept.probe.shape.count == 0 && kept.weakerModes.isEmpty && kept.background == nil)
  }

  @Test func theOldestGivesWayWhenThereIsNoRoom() {
    var shelf = ObjectShelf(pixelLimit: 40)
    shelf.keep(object(1, 708.2), of: "a")
    shelf.keep(object(2, 708.2), of: "b")
    shelf.keep(object(3, 708.2), of: "c")
    #expect(shelf.object(of: "a") == nil)
    #expect(best(shelf, 2, 710.2) == "b")
    #expect(best(shelf, 3, 710.2) == "c")
  }
}

@Suite struct ScanPaceTests {
  @Test func theBudgetIsTheMedianPauseForEachScanThatMayBeUnfinished() {
    var pace = ScanPace()
    let start = ContinuousClock.now
    #expect(pace.budget(unfinished: 3) == nil)
    pace.note(start)
    #expect(pace.budget(unfinished: 3) == nil)
    // One long pause among short ones does not count.
    for seconds in [10.0, 20, 90, 100, 110] { pace.note(start + .seconds(seconds)) }
    #expect(pace.budget(unfinished: 3) == 30)
    #expect(pace.budget(unfinished: 1) == 10)
    // A pace that has changed is followed.
    for seconds in [114.0, 118, 122] { pace.note(start + .seconds(seconds)) }
    #expect(pace.budget(unfinished: 2) == 8)
  }
}
