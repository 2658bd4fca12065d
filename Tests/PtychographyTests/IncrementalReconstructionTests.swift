// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Ptychography
import Testing

@Suite struct IncrementalReconstructionTests {
  /// The error when frames come in batches with a few iterations after each, then settle.
  private func error(
    _ scan: SyntheticScan,
    order: [Int],
    batch: Int,
    settle: Int = 50
  ) -> Double {
    var reconstruction = scan.reconstruction(
      probe: SyntheticScan.lens(power: 1, curvature: 24)
    )
    for start in stride(from: 0, to: order.count, by: batch) {
      for index in order[start..<min(start + batch, order.count)] {
        reconstruction.add(scan.patterns[index])
      }
      if reconstruction.hasEnoughFrames { reconstruction.iterate(3) }
    }
    reconstruction.iterate(settle)
    return scan.error(of: reconstruction.result())
  }

  @Test func framesThatJoinWhileItRunsGiveNoWorseAnObject() {
    let scan = SyntheticScan()
    let all = Array(scan.patterns.indices)
    let together = error(scan, order: all, batch: all.count)
    var generator = SeededGenerator(seed: 5)
    #expect(error(scan, order: all, batch: 5) < 1.2 * together)
    #expect(error(scan, order: all.shuffled(using: &generator), batch: 4) < 1.2 * together)
  }

  @Test func gapsInTheScanAreBridged() {
    let scan = SyntheticScan()
    let some = scan.patterns.indices.filter { $0 % 8 != 3 }
    #expect(error(scan, order: some, batch: 5) < 0.03)
  }

  @Test func framesThatCannotTakePartAreCounted() {
    let scan = SyntheticScan()
    var reconstruction = scan.reconstruction()
    var pattern = scan.patterns[0]
    var tookPart = [reconstruction.add(pattern), reconstruction.add(pattern)]
    pattern.index = 100
    pattern.position = ScanPosition(x: 1, y: 0)
    tookPart.append(reconstruction.add(pattern))
    pattern.position = ScanPosition(x: .nan, y: 0)
    tookPart.append(reconstruction.add(pattern))
    pattern = DiffractionPattern(
      index: 101,
      position: scan.positions[1],
      amplitudes: Image(shape: Shape2D(square: 8))
    )
    tookPart.append(reconstruction.add(pattern))
    let rejections = reconstruction.rejections
    let count = reconstruction.frameCount
    #expect(tookPart == [true, false, false, false, false])
    #expect(rejections.duplicates == 1)
    #expect(rejections.outOfRange == 2)
    #expect(rejections.wrongShape == 1)
    #expect(count == 1)
  }

  @Test func unmeasuredPixelsStayFree() {
    // A beam stop over the middle and a dead row: the rest of the patterns fills them in.
    let scan = SyntheticScan(mask: { row, column in
      row == 11 || (abs(row - 16) < 2 && abs(column - 16) < 2)
    })
    var reconstruction = scan.reconstruction { $0.probeUpdatePeriod = 0 }
    for pattern in scan.patterns { reconstruction.add(pattern) }
    reconstruction.iterate(400)
    let result = reconstruction.result()
    #expect(scan.error(of: result) < 0.03)
  }

  @Test func amplitudesThatAreNoNumbersDoNoHarm() {
    let scan = SyntheticScan()
    var reconstruction = scan.reconstruction()
    for var pattern in scan.patterns {
      pattern.amplitudes[3, 4] = .nan
      pattern.amplitudes[5, 6] = .infinity
      reconstruction.add(pattern)
    }
    reconstruction.iterate(20)
    let result = reconstruction.result()
    #expect(result.transmission.values.allSatisfy { $0.re.isFinite && $0.im.isFinite })
    #expect(result.dataError.isFinite)
  }

  @Test func aKnownBackgroundIsRetrieved() {
    var background = Image(shape: SyntheticScan.shape)
    for row in 0..<32 {
      for column in 0..<32 { background[row, column] = column < 16 ? 12 : 30 }
    }
    let scan = SyntheticScan(background: background)
    func run(retrieve: Bool) -> ReconstructedObject {
      var reconstruction = scan.reconstruction {
        $0.probeUpdatePeriod = 0
        $0.retrievesBackground = retrieve
      }
      for pattern in scan.patterns { reconstruction.add(pattern) }
      reconstruction.iterate(300)
      return reconstruction.result()
    }
    let result = run(retrieve: true)
    let without = run(retrieve: false)
    #expect(without.background == nil)
    #expect(scan.error(of: result) < scan.error(of: without) / 2)
    // Far from the middle, where hardly any signal falls; corner order was turned to centre order.
    let retrieved = result.background
    #expect(abs((retrieved?[1, 20] ?? 0) / 12 - 1) < 0.15)
    #expect(abs((retrieved?[1, 8] ?? 0) / 30 - 1) < 0.15)
  }
}
