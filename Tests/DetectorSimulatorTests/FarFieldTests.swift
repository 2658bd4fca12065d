// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Imaging
import Testing

/// The illumination and its far field against sums written out directly.
@Suite struct FarFieldTests {
  private static let energy = PhotonEnergy(electronVolts: 708.2)

  private static func probe(
    stop: Double = 0.4,
    defocus: Double = 10,
    photons: Double = 4e6
  ) -> ZonePlateProbe {
    ZonePlateProbe(
      outerZone: Length(nanometers: 100),
      centralStop: stop,
      defocus: Length(micrometers: defocus),
      energy: energy,
      photons: photons,
      reach: Length(nanometers: 1200)
    )
  }

  @Test func focusWithoutStopIsAnAiryDisc() {
    let probe = Self.probe(stop: 0, defocus: 0)
    // P(0) is the pupil's modulus times its area; the first dark ring has r = 1.2197 Δr.
    let area = Double.pi * 5e6 * 5e6
    let center = probe.field(at: 0)
    #expect(abs(center.x - probe.amplitude * area) < 1e-5 * center.x)
    #expect(abs(center.y) < 1e-9 * center.x)
    #expect(abs(probe.field(at: 121.967e-9).x) < 1e-4 * center.x)
  }

  @Test func spotHoldsThePhotons() {
    let probe = Self.probe()
    let step = 0.5e-9
    let inside = (0..<2400).reduce(0.0) { total, i in
      let r = (Double(i) + 0.5) * step
      let field = probe.field(at: r)
      return total + 2 * Double.pi * r * step * (field * field).sum()
    }
    // The annulus's sharp edges leave a few per cent beyond 1.2 µm.
    #expect(inside > 0.93 * 4e6 && inside < 4e6)
  }

  @Test(arguments: [-2.0, 0, 1])
  func defocusTakesTheSignOfPropagationDownstream(sign: Double) {
    let pupil = Self.probe(defocus: 5 * sign).pupil(at: 4e6)
    let phase = arcTangent2(pupil.im, pupil.re)
    let expected = -Double.pi * Self.energy.wavelength.meters * 5e-6 * sign * 16e12
    #expect(abs(sine(phase - expected)) < 1e-9)
  }

  /// The far field at one frequency, summed pixel by pixel: ∫ P T exp(−2πi q·r) d²r.
  private func directField(
    _ transmission: ComplexImage,
    pitch: Double,
    probe: ZonePlateProbe,
    at position: ScanPosition,
    q: (x: Double, y: Double)
  ) -> (re: Double, im: Double) {
    let radius = (q.x * q.x + q.y * q.y).squareRoot()
    var field = probe.pupil(at: radius)
    let side = transmission.shape.rows
    for row in 0..<side {
      for column in 0..<side where transmission[row, column] != .one {
        // From the probe's centre, as the pupil is.
        let x = (Double(column) - Double(side - 1) / 2) * pitch - position.x
        let y = (Double(row) - Double(side - 1) / 2) * pitch - position.y
        let spot = probe.field(at: (x * x + y * y).squareRoot())
        let t = transmission[row, column]
        let re = spot.x * Double(t.re - 1) - spot.y * Double(t.im)
        let im = spot.x * Double(t.im) + spot.y * Double(t.re - 1)
        let phase = -2 * Double.pi * (q.x * x + q.y * y)
        field.re += pitch * pitch * (re * cosine(phase) - im * sine(phase))
        field.im += pitch * pitch * (re * sine(phase) + im * cosine(phase))
      }
    }
    return field
  }

  @Test func rawPixelsCountTheMeanIntensityOverTheirArea() throws {
    let parameters = SimulationParameters()
    var detector = try SimulatedDetector(parameters)
    let scan = detector.plan.scans[20]
    let transmission = detector.transmissions(tiltIndex: scan.tiltIndex)[scan.energyIndex]
    let expected = detector.expectedPhotons(scan, point: 23)
    let peak = expected.values.max() ?? 0
    // Inside the annulus, in its shadow, beside it, under the attenuator, mid and far field.
    let pixels = [
      (491, 486), (480, 496), (479, 482), (470, 505), (444, 470), (500, 600), (380, 470),
      (250, 700), (30, 60), (930, 900), (479, 5),
    ]
    let gauss = [(-0.387_298_3, 5.0 / 18), (0.0, 8.0 / 18), (0.387_298_3, 5.0 / 18)]
    for (row, column) in pixels {
      var mean = 0.0
      for (dy, wy) in gauss {
        for (dx, wx) in gauss {
          let x = (Double(column) - 479.5 + dx) * 30e-6
          let y = (Double(row) - 479.5 + dy) * 30e-6
          let r = (x * x + y * y).squareRoot()
          let sine = sine(arcTangent2(r, 0.08)) / r / scan.identity.energy.wavelength.meters
          let field = directField(
            transmission,
            pitch: 3.35e-9,
            probe: ZonePlateProbe(parameters, energy: scan.identity.energy),
            at: scan.truePositions[23],
            q: (x * sine, y * sine)
          )
          // Area in q of a pixel at (x, y), from the solid angle.
          let lambda = scan.identity.energy.wavelength.meters
          let ray = (r * r + 0.08 * 0.08) * lambda / 0.08
          let weight = wx * wy * (30e-6 * 30e-6) / (ray * ray)
          mean += weight * (field.re * field.re + field.im * field.im)
        }
      }
      if (Double(row) - 479.5) * (Double(row) - 479.5)
        + (Double(column) - 479.5) * (Double(column) - 479.5) < 61 * 61
      {
        mean *= parameters.attenuator.transmissions[scan.energyIndex]
      }
      let found = Double(expected[row, column])
      #expect(abs(found - mean) < 0.01 * mean + 1e-6 * Double(peak), "pixel \(row), \(column)")
    }
  }

  @Test func emptyBeamFallsOnTheMiddleWithAllItsPhotons() throws {
    var parameters = SimulationParameters()
    parameters.attenuator.transmissions = [1, 1]
    parameters.beamOffset = PixelShift(rows: -3.25, columns: 5.5)
    var detector = try SimulatedDetector(parameters, phantom: Phantom(plates: []))
    let pattern = detector.expectedPhotons(detector.plan.scans[0], point: 3)
    let middle = centroid(pattern)
    #expect(abs(middle.row - 476.25) < 0.01 && abs(middle.column - 485) < 0.01)
    #expect(abs(sum(pattern.values.span) - 4e6) < 0.003 * 4e6)
  }

  @Test func patternShrinksAsOneOverEnergy() throws {
    // The annulus ends at sin θ = λ / 2Δr, so at r = z tan θ: 23.34 pixels at 708.2 eV.
    var parameters = SimulationParameters()
    parameters.energies = [708.2, 1416.4].map(PhotonEnergy.init(electronVolts:))
    var detector = try SimulatedDetector(parameters, phantom: Phantom(plates: []))
    let areas = detector.plan.scans[..<2].map { scan in
      let pattern = detector.expectedPhotons(scan, point: 0)
      let peak = pattern.values.max() ?? 0
      return pattern.values.reduce(0.0) { $0 + Double(min($1 / peak, 1)) }
    }
    #expect(abs(areas[0] / areas[1] - 4) < 0.02)
    let radius = 0.08 * tangent(arcSine(Self.energy.wavelength.meters * 5e6)) / 30e-6
    #expect(abs(areas[0] - Double.pi * radius * radius * (1 - 0.16)) < 0.01 * areas[0])
  }

  @Test func cleanedPatternHoldsThePhotonsOfItsCells() throws {
    var parameters = SimulationParameters()
    parameters.frames = .cleaned
    parameters.attenuator.transmissions = [1, 1]
    var detector = try SimulatedDetector(parameters)
    let scan = detector.plan.scans[20]
    let pattern = detector.expectedPhotons(scan, point: 23)
    let transmission = detector.transmissions(tiltIndex: scan.tiltIndex)[scan.energyIndex]
    let probe = ZonePlateProbe(parameters, energy: scan.identity.energy)
    // The 857.6 nm window's cells, DC at [64, 64]; nine by nine points in each.
    let pitch = 1 / (128 * 6.7e-9)
    for (row, column) in [(64, 64), (66, 65), (67, 63), (61, 62), (70, 40), (20, 100), (64, 10)] {
      var mean = 0.0
      for sample in 0..<81 {
        let q = (
          x: (Double(column - 64) + (Double(sample % 9) - 4) / 9) * pitch,
          y: (Double(row - 64) + (Double(sample / 9) - 4) / 9) * pitch
        )
        let field = directField(
          transmission,
          pitch: 3.35e-9,
          probe: probe,
          at: scan.truePositions[23],
          q: q
        )
        mean += (field.re * field.re + field.im * field.im) * pitch * pitch / 81
      }
      let found = Double(pattern[row, column])
      #expect(
        abs(found - mean) < 0.015 * mean + 0.01,
        "cell \(row), \(column): \(found), \(mean) by direct sums"
      )
    }
  }
}
