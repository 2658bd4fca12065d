// SPDX-License-Identifier: BSD-3-Clause

/// What the beamline's control system (pystxmcontrol) says of a ptychographic scan.
///
/// The same keys travel in the `start` of its event stream and stand, as JSON, in its `.stxm`
/// files and in the raw CXI files of the older preprocessors. There lengths are micrometres
/// (distances millimetres), times milliseconds, energies electron volts and positions (y, x); the
/// preprocessor's own output has metres, joules and (x, y) under the same names. The two are
/// told apart by size: no scan is a nanometre or a millimetre wide, and no photon has a joule.
public struct BeamlineScanMetadata: Sendable, Hashable {
  /// The path of the scan's file at the beamline.
  public var header: String?
  /// The photon energy; nil where not said: frames of the stream may say it.
  public var energy: PhotonEnergy?
  /// The place of the energy in the list of energies, counted from 0.
  public var energyIndex: Int?
  /// The region of the scan, "Region1".
  public var region: String?
  /// The exposure times in the order in which each point takes them, seconds; one, or two for a
  /// double exposure, the short one first; empty where not said.
  public var exposureTimes: [Double]
  /// Whether each point is exposed twice.
  public var isDoubleExposure: Bool
  /// How often each point takes all its exposures.
  public var repeats: Int
  /// The planned positions along the beamline's own x and y axes, metres, [point].
  public var translations: [ScanPosition]
  /// From sample to detector; nil where not said or where it makes no sense.
  public var detectorDistance: Length?
  /// A pixel of the detector; nil where not said or where it makes no sense.
  public var detectorPixelSize: Length?
  /// The exposures to expect, where said; some versions count those of a double exposure once.
  public var expectedExposures: Int?
  /// The motors' places by name, in the beamline's units.
  public var motors: [String: Double]

  /// The keys that are looked at, but for those of the motors.
  public static let keys = [
    "header", "energy", "energyIndex", "scanRegion", "dwell1", "dwell2", "isDoubleExp",
    "double_exposure", "n_repeats", "repetition", "translations", "geometry", "exp_num_total",
  ]

  /// Takes what is needed out of the metadata.
  ///
  /// - Parameter value: The metadata, a table.
  /// - Throws: `ParameterError` that names the key which makes no sense.
  public init(_ value: MetadataValue) throws(ParameterError) {
    guard case .table = value else {
      throw ParameterError(key: "metadata", value: "no table", expected: "names and values")
    }
    header = value["header"]?.text
    region = value["scanRegion"]?.text
    energyIndex = try Self.whole(value["energyIndex"], "energyIndex")
    energy = try Self.energy(value)
    isDoubleExposure =
      value["isDoubleExp"]?.isTrue ?? false || value["double_exposure"]?.isTrue ?? false
    exposureTimes = try Self.exposureTimes(value, isDouble: isDoubleExposure)
    // What is said beside the plan and makes no sense is no reason to lose a scan.
    let repeats = try? Self.whole(value["n_repeats"] ?? value["repetition"], "n_repeats")
    self.repeats = max(1, (repeats ?? nil) ?? 1)
    translations = try Self.translations(value)
    let geometry = value["geometry"]
    detectorDistance = Self.length(geometry?["distance"], millimetres: true)
    detectorPixelSize = Self.length(geometry?["psize"], millimetres: false)
    expectedExposures = (try? Self.whole(value["exp_num_total"], "exp_num_total")) ?? nil
    motors = [:]
    for place in [value["motors"], value["motorPositions"]] {
      guard case .table(let entries)? = place else { continue }
      for case (let name, .number(let number)) in entries where number.isFinite {
        motors[name] = number
      }
    }
  }

  /// The exposures of each point in one turn.
  public var exposuresPerPoint: Int { isDoubleExposure ? 2 : 1 }
}

extension BeamlineScanMetadata {
  private static func energy(_ value: MetadataValue) throws(ParameterError) -> PhotonEnergy? {
    guard let said = value["energy"] else { return nil }
    let number = try number(said, "energy")
    let energy =
      number > 0 && number < 1e-9
      ? PhotonEnergy(joules: number) : PhotonEnergy(electronVolts: number)
    try ParameterError.require(energy.electronVolts, in: 1...1e6, key: "energy")
    return energy
  }

  private static func exposureTimes(
    _ value: MetadataValue,
    isDouble: Bool
  ) throws(ParameterError) -> [Double] {
    let first = try seconds(value["dwell1"], "dwell1")
    let second = try seconds(value["dwell2"], "dwell2")
    guard isDouble else { return [first ?? second].compactMap { $0 } }
    return [first, second].compactMap { $0 }.sorted()
  }

  private static func seconds(
    _ value: MetadataValue?,
    _ key: String
  ) throws(ParameterError) -> Double? {
    guard let value else { return nil }
    let milliseconds = try number(value, key)
    try ParameterError.require(milliseconds, in: 0...36e6, key: key)
    return milliseconds / 1000
  }

  private static func translations(
    _ value: MetadataValue
  ) throws(ParameterError) -> [ScanPosition] {
    guard let pairs = value["translations"]?.items else { return [] }
    var numbers: [(Double, Double)] = []
    numbers.reserveCapacity(pairs.count)
    let range = -1e6...1e6
    for (i, pair) in pairs.enumerated() {
      guard let items = pair.items, (2...3).contains(items.count), let a = items[0].number,
        let b = items[1].number, range.contains(a), range.contains(b)
      else {
        throw ParameterError(
          key: "translations[\(i)]",
          value: "no pair of numbers",
          expected: "(y, x) in micrometres"
        )
      }
      numbers.append((a, b))
    }
    let a = numbers.map(\.0)
    let b = numbers.map(\.1)
    let extent = max(
      (a.max() ?? 0) - (a.min() ?? 0),
      (b.max() ?? 0) - (b.min() ?? 0)
    )
    if extent > 0, extent < 1e-3 { return numbers.map { ScanPosition(x: $0.0, y: $0.1) } }
    return numbers.map { ScanPosition(x: $0.1 * 1e-6, y: $0.0 * 1e-6) }
  }

  /// A length in millimetres or micrometres; metres where it is too small for either; nil where it
  /// makes no sense.
  private static func length(_ value: MetadataValue?, millimetres: Bool) -> Length? {
    guard let number = value?.number, (1e-7...1e5).contains(number) else { return nil }
    // Distances are centimetres or more, pixels a micrometre or more.
    let isMeters = number < (millimetres ? 1 : 1e-2)
    return Length(meters: number * (isMeters ? 1 : millimetres ? 1e-3 : 1e-6))
  }

  private static func whole(
    _ value: MetadataValue?,
    _ key: String
  ) throws(ParameterError) -> Int? {
    guard let value else { return nil }
    let number = try number(value, key)
    try ParameterError.require(number, in: 0...1e9, key: key)
    return Int(number)
  }

  private static func number(
    _ value: MetadataValue,
    _ key: String
  ) throws(ParameterError) -> Double {
    guard let number = value.number else {
      throw ParameterError(key: key, value: "no number", expected: "a number")
    }
    return number
  }
}
