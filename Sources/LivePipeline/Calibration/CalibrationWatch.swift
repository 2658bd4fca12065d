// SPDX-License-Identifier: BSD-3-Clause

package import AcquisitionModel
import Imaging
package import Preprocessing

/// Finds the direct beam from the first raw frames of a tomogram, where it is to be found, and
/// looks at the first frames of every later scan for what has moved.
///
/// Without clocks: the same frames give the same findings, so that a repetition agrees. The centre
/// changes with the tomogram only; in between a move is told. Frames that come before the centre is
/// known wait for it, up to `Self.longest` of them.
package struct CalibrationWatch: Sendable {
  /// What a frame led to.
  package struct Finding: Sendable {
    /// Whether the frame has to wait.
    package var mustWait = false
    /// Whether frames are to be cleaned with another centre from now on.
    package var hasNewCenter = false
    /// What a person should know.
    package var events: [RunEvent] = []
  }

  /// Frames of one scan that are being looked at.
  fileprivate struct Look {
    var key: String
    var energy: PhotonEnergy
    /// Whether the centre is to be taken over; if not, it is compared.
    var isFinding: Bool
    var chain: PreprocessingChain
    var mean: MeanPicture?
    var noise = 0.0
    var histogram: PhotonHistogram?
    var checksGain: Bool
  }

  /// Where the beam falls as it was found; nil where that is given, or not known yet.
  package private(set) var center: PicturePosition?
  private let geometry: FastCCDGeometry
  private let parameters: PreprocessingParameters
  private let optics: ProbeConfiguration
  private var look: Look?
  /// The tomogram whose centre is in hand; nil before the first.
  private var tomogram: String??
  /// The energies, in twentieths of an electron volt, at which the gain has been looked at.
  private var knownGains: Set<Int> = []
  /// Chains for pictures, by energy: their tables take a tenth of a second.
  private var chains: [Int: PreprocessingChain] = [:]

  package init(configuration: PipelineConfiguration) {
    geometry = configuration.detector
    parameters = configuration.preprocessing
    optics = configuration.probe
  }

  /// A scan starts.
  package mutating func open(_ key: String, _ description: ScanDescription) {
    look = nil
    let isNew = tomogram.map { $0 != description.identity.tomogram } ?? true
    tomogram = .some(description.identity.tomogram)
    let isFinding = parameters.findsCenter && isNew
    guard isFinding || parameters.checksCalibration else { return }
    let energy = description.identity.energy
    let place = Self.place(of: energy)
    if chains.count > 4 { chains.removeAll() }
    let known = chains[place]
    guard
      let chain = known
        ?? (try? PreprocessingChain.forCalibration(
          geometry: geometry,
          parameters: parameters,
          energy: energy
        ))
    else { return }
    chains[place] = chain
    look = Look(
      key: key,
      energy: energy,
      isFinding: isFinding,
      chain: chain,
      checksGain: parameters.checksCalibration && !knownGains.contains(place)
    )
  }

  /// Whether frames wait for a centre that is being looked for.
  package var isFinding: Bool { look?.isFinding ?? false }

  /// Darks have come.
  package mutating func setDarks(_ darks: DarkReference) {
    look?.chain.setDarks(darks)
  }

  /// An exposure has come; cleaned frames and those of other scans are passed over.
  package mutating func take(_ frame: DetectorFrame, of key: String, darks: DarkReference)
    -> Finding
  {
    guard var current = look, current.key == key, frame.header.sampleType == .uint16 else {
      return Finding()
    }
    look = nil
    if current.mean == nil { current.chain.setDarks(darks) }
    // A frame that cannot be cleaned is told of by those who need it.
    guard let picture = try? current.chain.cleanedCounts(frame),
      let noise = try? current.chain.noise(of: frame)
    else {
      look = current
      return Finding()
    }
    current.add(picture, noise: noise)
    let count = current.mean?.frameCount ?? 0
    guard Self.attempts.contains(count) else {
      let mustWait = current.isFinding
      look = current
      return Finding(mustWait: mustWait)
    }
    return judge(current, isLast: count >= (current.isFinding ? Self.longest : Self.shortest))
  }

  /// A scan has all its frames.
  package mutating func end(_ key: String) -> Finding {
    guard let current = look, current.key == key else { return Finding() }
    look = nil
    guard current.mean != nil else { return Finding() }
    return judge(current, isLast: true)
  }

  // MARK: -

  private mutating func judge(_ current: Look, isLast: Bool) -> Finding {
    guard let mean = current.mean else { return Finding() }
    guard isLast || current.isFinding else {
      look = current
      return Finding()
    }
    let result = Result<CenterCalibration.Result, CalibrationError> {
      () throws(CalibrationError) in
      try CenterCalibration(
        geometry: geometry,
        parameters: parameters,
        energy: current.energy,
        outerZone: optics.outerZoneWidth,
        centralStop: optics.centralStopFraction
      )
      .find(in: mean, near: centerInUse)
    }
    let isGood = (try? result.get()).map { $0.uncertainty < Self.goodEnough } ?? false
    guard isGood || isLast else {
      look = current
      return Finding(mustWait: true)
    }
    var finding = current.isFinding ? takeOver(result, current) : compare(result, current)
    if isLast {
      finding.events += compareGain(current)
    } else {
      // The centre is known; the gain wants some frames more.
      var rest = current
      rest.isFinding = false
      look = rest
    }
    return finding
  }

  private var centerInUse: PicturePosition {
    let middle = Double(FastCCDGeometry.pictureSide - 1) / 2
    return center ?? parameters.center ?? PicturePosition(row: middle, column: middle)
  }

  private mutating func takeOver(
    _ result: Result<CenterCalibration.Result, CalibrationError>,
    _ current: Look
  ) -> Finding {
    var finding = Finding(hasNewCenter: true)
    switch result {
    case .success(let beam) where beam.uncertainty < Self.acceptable:
      center = beam.center
      finding.events.append(
        RunEvent(
          beam.uncertainty < Self.goodEnough ? .info : .warning,
          "the direct beam falls on \(Self.words(beam.center)) ± "
            + "\(Words.number(beam.uncertainty, 2)) px, by \(beam.frameCount) frames; the "
            + "tomogram is made with that",
          scan: current.key
        )
      )
    case .success(let beam):
      center = nil
      finding.events.append(
        unknown(current, "its place is uncertain by \(Words.number(beam.uncertainty)) px")
      )
    case .failure(let error):
      center = nil
      finding.events.append(unknown(current, error.description))
    }
    return finding
  }

  private func unknown(_ current: Look, _ reason: String) -> RunEvent {
    RunEvent(
      .warning,
      "the direct beam was not found: \(reason). The middle of the picture is taken; find it by "
        + "\"tiltfold calibrate center\" and set preprocessing.center_px",
      scan: current.key
    )
  }

  private func compare(
    _ result: Result<CenterCalibration.Result, CalibrationError>,
    _ current: Look
  ) -> Finding {
    // A beam that is not seen, behind a thick sample, says nothing.
    guard parameters.checksCalibration, case .success(let beam) = result,
      beam.uncertainty < Self.goodEnough
    else { return Finding() }
    let rows = beam.center.row - centerInUse.row
    let columns = beam.center.column - centerInUse.column
    let distance = (rows * rows + columns * columns).squareRoot()
    guard distance > Self.tolerance, distance > 3 * beam.uncertainty else { return Finding() }
    let remedy =
      parameters.findsCenter
      ? "It stays so until the next tomogram"
      : "Set preprocessing.center_px: \(Self.words(beam.center))"
    return Finding(
      events: [
        RunEvent(
          .warning,
          "the direct beam falls on \(Self.words(beam.center)) ± "
            + "\(Words.number(beam.uncertainty, 2)) px, \(Words.number(distance)) px from "
            + "\(Self.words(centerInUse)), which is in use. \(remedy)",
          scan: current.key
        )
      ]
    )
  }

  private mutating func compareGain(_ current: Look) -> [RunEvent] {
    guard current.checksGain, let histogram = current.histogram,
      let result = try? PhotonCalibration.fit(histogram, noise: current.noise, mean: nil)
    else { return [] }
    knownGains.insert(Self.place(of: current.energy))
    let found = result.aduPerElectronVolt(current.energy)
    let off = abs(found.value - parameters.aduPerElectronVolt)
    guard off > 0.03 * parameters.aduPerElectronVolt, off > 4 * found.uncertainty else { return [] }
    return [
      RunEvent(
        .warning,
        "single photons read \(Words.number(result.aduPerPhoton.value)) ± "
          + "\(Words.number(result.aduPerPhoton.uncertainty)) ADU, where preprocessing.adu_per_eV "
          + "says \(Words.number(parameters.aduPerElectronVolt * current.energy.electronVolts)). "
          + "Make sure by \"tiltfold calibrate photons\" and set preprocessing.adu_per_eV: "
          + Words.short(found.value),
        scan: current.key
      )
    ]
  }

  private static func words(_ place: PicturePosition) -> String {
    "[\(Words.number(place.row, 2)), \(Words.number(place.column, 2))]"
  }

  private static func place(of energy: PhotonEnergy) -> Int {
    Int((min(max(energy.electronVolts, 0), 1e9) * 20).rounded())
  }

  /// Frames at which the centre is looked for.
  private static let attempts: Set = [8, 12, 16, 24, 32]
  /// Frames after which a comparison is made.
  private static let shortest = 16
  /// Frames after which the centre is taken as it is; raw ones have 2.4 MB each.
  static let longest = 32
  /// An uncertainty that ends the search, pixels.
  private static let goodEnough = 0.3
  /// An uncertainty that is better than the middle of the picture, pixels.
  private static let acceptable = 1.0
  /// A move that is told, pixels.
  private static let tolerance = 0.5
}

extension CalibrationWatch.Look {
  /// Adds a picture to the mean and, once weakly lit pixels are known, to the histogram.
  mutating func add(_ picture: Image, noise: Double) {
    if mean == nil {
      self.noise = noise
      mean = MeanPicture(
        shape: picture.shape,
        threshold: PhotonHistogram.exceedanceThreshold(noise: noise)
      )
    }
    histogram?.add(picture)
    mean?.add(picture)
    if checksGain, histogram == nil, let mean, mean.frameCount == 8 {
      histogram = try? PhotonHistogram(weaklyLitIn: mean, noise: noise)
    }
  }
}
