// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Imaging
import TestSupport
import Testing

@Suite struct MapComparisonTests {
  @Test func mismatchCountsPixelsWhosePhaseDiffers() {
    let reference: [Float] = [0.95, 0.6, 0.1, 0.75, 0.5, .nan]
    let judged: [Float] = [0.72, 0.71, 0.05, 0.65, .nan, 0.9]
    let comparison = MapComparison(of: judged, with: reference)
    #expect(comparison.pixelCount == 5 && comparison.emptyCount == 1)
    // X = 30: LFP/LFP, mixed/LFP, FP/FP, LFP/mixed, mixed/empty.
    #expect(abs(comparison.mismatch(at: PhaseSegmentation(threshold: 30)) - 60) < 1e-9)
    // X = 10: LFP/mixed, mixed/mixed, mixed/FP, mixed/mixed, mixed/empty.
    #expect(abs(comparison.mismatch(at: PhaseSegmentation(threshold: 10)) - 60) < 1e-9)
    #expect(abs(comparison.meanDifference - (-0.23 + 0.11 - 0.05 - 0.1) / 4) < 1e-6)
    let some = MapComparison(
      of: judged,
      with: reference,
      where: [true, false, true, false, false, true]
    )
    #expect(some.pixelCount == 2 && some.mismatch(at: PhaseSegmentation(threshold: 30)) == 0)
    let none = MapComparison(of: [], with: [])
    #expect(none.mismatch(at: PhaseSegmentation(threshold: 30)).isNaN)
  }

  @Test func theCurveHasTheThresholdsOfThePaper() {
    #expect(PhaseSegmentation.publishedThresholds == [5, 10, 15, 20, 25, 30, 35, 40, 45])
    let values = (0...100).map { Float($0) / 100 }
    let same = MapComparison(of: values, with: values).mismatches()
    #expect(same == [Double](repeating: 0, count: 9))
    // Swapped maps agree where both are mixed: X to 100 − X.
    let swapped = MapComparison(of: values.reversed(), with: values).mismatches()
    for (threshold, mismatch) in zip(PhaseSegmentation.publishedThresholds, swapped) {
      #expect(abs(mismatch - 2 * threshold) < 2.1, "\(threshold): \(mismatch)")
    }
  }

  @Test func labelsAreThoseOfTheInversion() throws {
    let segmentation = PhaseSegmentation(threshold: 30)
    #expect(segmentation.phase(of: 0.701) == .lithiated && segmentation.phase(of: 0.699) == .mixed)
    #expect(segmentation.phase(of: 0.299) == .delithiated && segmentation.phase(of: .nan) == .empty)
    #expect(
      segmentation.phase(of: 1.2) == .lithiated && segmentation.phase(of: -0.2) == .delithiated
    )
    var parameters = ChemistryParameters()
    parameters.minimumIron = 0.1
    let inversion = try TwoEnergyInversion(parameters: parameters)
    let shape = Shape2D(rows: 1, columns: 60)
    let first = Image(shape: shape, values: (0..<60).map { 0.02 + 0.01 * Float($0) })
    let second = Image(shape: shape, values: (0..<60).map { 0.62 - 0.01 * Float($0) })
    let solved = inversion.solve(first: first, second: second)
    #expect(segmentation.labels(of: solved.composition) == solved.phaseLabel)
  }

  @Test func correlationCountsEveryPairOnce() {
    let first: [Float] = [0.1, 0.1, 0.9, -0.1, .nan, 0.5]
    let second: [Float] = [0.2, 0.2, 0.3, 0.5, 0.5, 2]
    let plot = DensityCorrelation(
      first: first,
      second: second,
      bins: 10,
      limits: (first: 1, second: 1),
      sharing: ConcurrentWork()
    )
    #expect(plot.counts[2, 1] == 2 && plot.counts[3, 9] == 1)
    #expect(plot.counts.values.reduce(0, +) == 3 && plot.outside == 3)
    #expect(abs(plot.firstCenters[9] - 0.95) < 1e-9)
    let own = DensityCorrelation(first: first, second: second, bins: 4)
    #expect(abs(own.firstLimit - 0.945) < 1e-6 && abs(own.secondLimit - 2.1) < 1e-6)
    #expect(own.counts.values.reduce(0, +) == 4)
  }

  @Test func theTwoGaussiansAreThoseOfLmfitAndThePapersCompositions() throws {
    let numbers = try ReferenceNumbers("spectra.txt")
    let positions = (0..<90).map { Double($0) + 0.5 }
    let fit = try #require(TwoGaussianFit(positions: positions, heights: numbers["hist"][0]))
    let expected = numbers["gauss"][0]
    #expect(abs(fit.low.center - expected[0]) < 1e-5 && abs(fit.low.width - expected[1]) < 1e-5)
    #expect(abs(fit.low.height - expected[2]) < 1e-3)
    #expect(abs(fit.high.center - expected[3]) < 1e-5 && abs(fit.high.width - expected[4]) < 1e-5)
    #expect(abs(fit.high.height - expected[5]) < 1e-3)
    let errors = numbers["gausserr"][0]
    #expect(abs(fit.low.centerError / errors[0] - 1) < 1e-3)
    #expect(abs(fit.high.centerError / errors[1] - 1) < 1e-3)

    // Yu et al.: 27.48° is Li0.93, 65.0° is Li0.02; widths of 11.3 and 13.9 points are then 4.2° and
    // 5.9° wide.
    let relation = PolarComposition(matrix: ChemistryParameters().matrix)
    #expect(abs(relation.composition(atAngle: 27.48) - 0.93) < 0.005)
    #expect(abs(relation.composition(atAngle: 65.0) - 0.02) < 0.005)
    let peaks = PhasePeaks(fit, relation)
    #expect(abs(peaks.lithiated.composition - 0.93) < 0.01)
    #expect(abs(peaks.delithiated.composition - 0.02) < 0.01)
    // With the energies in the other order the LiFePO₄-like peak is that at the larger angle.
    let turned = PolarComposition(matrix: AbsorptionMatrix(rows: relation.matrix.rows.reversed()))
    let exchanged = PhasePeaks(fit, turned)
    #expect(relation.lithiatedIsLower && !turned.lithiatedIsLower)
    #expect(exchanged.lithiated.angle == fit.high.center)
    #expect(exchanged.delithiated.angle == fit.low.center)
    for (peak, angle) in [(peaks.lithiated, 27.48), (peaks.delithiated, 65.0)] {
      // By differences of the relation itself.
      let across =
        relation.composition(atAngle: angle - 0.5) - relation.composition(atAngle: angle + 0.5)
      #expect(abs(peak.compositionWidth - 100 * across * peak.angleWidth) < 0.2)
    }
    #expect(relation.compositionWidth(ofAngleWidth: 4.2, atAngle: 27.48) > 0.1)
  }
}
