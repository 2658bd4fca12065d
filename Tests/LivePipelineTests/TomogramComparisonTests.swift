// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Imaging
import LivePipeline
import Registration
import TestSupport
import Testing

/// A stack of energies beside a tomogram of the same grains.
@Suite struct TomogramComparisonTests {
  let scratch: TemporaryFolder
  let grains: TiltedGrains
  let stack: String
  let tomogram: String

  init() throws {
    scratch = try TemporaryFolder()
    grains = try TiltedGrains()
    (stack, tomogram) = (scratch.file("stack.h5"), scratch.file("tomogram.h5"))
    try grains.writeReferences(to: scratch.file("refs.csv"))
  }

  /// Nothing is laid: the images lie as they do.
  func options(_ change: (inout SpectraOptions) -> Void = { _ in }) -> SpectraOptions {
    var options = SpectraOptions()
    options.references = [scratch.file("refs.csv")]
    options.aligns = false
    options.tomogram = tomogram
    options.tilt = TiltAngle(degrees: 30)
    change(&options)
    return options
  }

  func refusal(_ options: SpectraOptions) -> String {
    do {
      _ = try SpectralAnalysis(paths: [stack], options: options).run()
      return ""
    } catch { return "\(error)" }
  }

  /// Grains at different depths change places when the tilt has the other sign.
  @Test func theVolumesAreSeenFromTheSideThatTheStackWasSeenFrom() throws {
    try grains.writeStack(at: TiltAngle(degrees: 30), to: stack)
    try grains.writeTomogram(to: tomogram)
    var result = try SpectralAnalysis(paths: [stack], options: options()).run()
    #expect(result.tilt?.degrees == 30)
    let seen = try #require(result.tomogram)
    #expect(seen.placement.confidence > 0.98, "\(seen.placement)")
    let shift = seen.placement.transform.shift
    #expect(abs(shift.rows) < 0.2 && abs(shift.columns) < 0.2, "\(shift)")
    #expect(seen.comparison.pixelCount > 300)
    #expect(seen.comparison.rootMeanSquare < 0.03, "\(seen.comparison.rootMeanSquare)")

    // From the other side the best that any shift does is a correlation of 0.43.
    result = SpectraResult(result, tilt: TiltAngle(degrees: -30))
    try result.compare(withTomogram: tomogram, PipelineConfiguration())
    let mirrored = try #require(result.tomogram)
    #expect(mirrored.placement.confidence < 0.8, "\(mirrored.placement)")
    #expect(mirrored.comparison.rootMeanSquare > 2 * seen.comparison.rootMeanSquare)
  }

  /// With the absorption at the stack's own 708.2 and 710.2 eV compositions would be off by 0.063.
  @Test func aTomogramOfOtherEnergiesIsSolvedByTheReferencesAtThese() throws {
    try grains.writeStack(at: TiltAngle(degrees: 30), to: stack)
    try grains.writeTomogram(at: [707.4, 711.0], to: tomogram)
    let result = try SpectralAnalysis(paths: [stack], options: options()).run()
    let comparison = try #require(result.tomogram?.comparison)
    #expect(comparison.rootMeanSquare < 0.035, "\(comparison.rootMeanSquare)")
    #expect(result.remarks.contains("the tomogram's 707.4 eV stands for 708.2 eV"))
    #expect(result.remarks.contains("the tomogram's 711.0 eV stands for 710.2 eV"))
    #expect(result.inWords.contains("the tomogram's 707.4 eV stands for 708.2 eV"))
    // Beyond the tolerance there is no comparison.
    try grains.writeTomogram(at: [706.9, 710.2], to: tomogram)
    #expect(refusal(options()).contains("there are 706.9 and 710.2 eV"))
  }

  @Test func withoutATiltOrASizeOfPixelsThereIsNoComparison() throws {
    try grains.writeTomogram(to: tomogram)
    try grains.writeStack(at: TiltAngle(degrees: 30), to: stack)
    #expect(refusal(options { $0.tilt = nil }).contains("--tilt=DEGREES"))
    #expect(refusal(options { ($0.tilt, $0.tomogram) = (nil, nil) }) == "")
    try grains.writeStack(at: TiltAngle(degrees: 30), pixelSize: nil, to: stack)
    #expect(refusal(options()).contains("--pixel-size-nm"))
    #expect(refusal(options { $0.pixelSize = Length(nanometers: 10) }) == "")
  }
}
