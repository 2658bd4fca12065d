// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Images at many photon energies, as another program's HDF5 file has them.
public struct StoredStack: Sendable {
  /// What the numbers are.
  public enum Quantity: String, Sendable, Hashable {
    /// −ln(I / I₀).
    case opticalDensity
    /// What came through.
    case intensity
  }

  /// What the file's layout is called.
  public var layout: String
  /// The numbers of the file, [energy, row, column].
  public var images: ImageStack
  /// The photon energies, [energy].
  public var energies: [PhotonEnergy]
  /// What the numbers are, where the file tells.
  public var quantity: Quantity?
  /// What comes through without a sample at each energy, [energy]; nil where the file does not say.
  public var incident: [Double]?
  /// The size of a pixel, where the axes say it.
  public var pixelSize: Length?
}

/// Spectra as an HDF5 file has them: energies, and values for each name.
public struct StoredSpectra: Sendable {
  /// What each spectrum is called.
  public var names: [String]
  /// The photon energies, eV, [spectrum][point].
  public var energies: [[Double]]
  /// The values, [spectrum][point].
  public var values: [[Double]]
}

/// Reads a stack of images over photon energy.
///
/// Known are DataExchange as MANTiS writes it (`/exchange/data` [x, y, energy] or [energy, row,
/// column]; I₀ in `/spectromicroscopy/normalization`), NXstxm (a group with `data` [energy, row,
/// column] and `energy`), plain `/counts` with `/energy_eV` and `/i0`, and our own spectra files.
///
/// - Parameter path: The file.
/// - Returns: The stack.
/// - Throws: `StorageError` where there is none of these, or where it contradicts itself.
public func readStoredStack(_ path: String) throws(StorageError) -> StoredStack {
  let file = try StorageFile(reading: path)
  if file.exists("/entry/stack/data") {
    var stack = try file.readStack("/entry/stack/data", energy: "/entry/stack/energy", "spectra")
    stack.quantity = .opticalDensity
    stack.pixelSize = try file.step(of: "/entry/stack/x")
    return stack
  }
  if file.exists("/exchange/data"), file.exists("/exchange/energy") {
    return try file.readExchangeStack()
  }
  if file.exists("/counts"), file.exists("/energy_eV") {
    var stack = try file.readStack("/counts", energy: "/energy_eV", "counts")
    stack.quantity = .intensity
    if file.exists("/i0") {
      stack.incident = try file.incident(at: stack.energies, spectrum: "/i0", energies: nil)
    }
    if file.exists("/sample_x_um"),
      let places = try? file.read(Double.self, at: "/sample_x_um").values, places.count > 1
    {
      let step = abs(places[places.count - 1] - places[0]) / Double(places.count - 1)
      stack.pixelSize = step > 0 ? Length(micrometers: step) : nil
    }
    return stack
  }
  if let group = file.stxmGroup() {
    let data = file.exists("\(group)/data") ? "data" : "binned_values"
    var stack = try file.readStack("\(group)/\(data)", energy: "\(group)/energy", "NXstxm")
    stack.quantity = .intensity
    for axis in ["sample_x", "x"] where file.exists("\(group)/\(axis)") {
      if let step = try file.step(of: "\(group)/\(axis)", otherwise: "um") {
        stack.pixelSize = step
      }
    }
    return stack
  }
  throw StorageError(
    "there is no stack of energies: neither /exchange/data with /exchange/energy, nor /counts with "
      + "/energy_eV, nor an NXstxm group with data and energy",
    file: path
  )
}

/// Reads reference spectra from a group `references` of datasets [point, (energy, value)].
///
/// - Parameter path: The file.
/// - Returns: The spectra; nil where there is no such group.
/// - Throws: `StorageError` where a dataset in it has another shape.
public func readStoredSpectra(_ path: String) throws(StorageError) -> StoredSpectra? {
  let file = try StorageFile(reading: path)
  guard file.exists("/references") else { return nil }
  var spectra = StoredSpectra(names: [], energies: [], values: [])
  for name in try file.children(of: "/references") {
    let place = "/references/\(name)"
    let array = try file.read(Double.self, at: place)
    guard array.shape.count == 2, array.shape[1] == 2 else {
      throw StorageError("pairs of energy and value were expected", file: path, path: place)
    }
    spectra.names.append(name)
    spectra.energies.append(stride(from: 0, to: array.values.count, by: 2).map { array.values[$0] })
    spectra.values.append(stride(from: 1, to: array.values.count, by: 2).map { array.values[$0] })
  }
  return spectra
}

extension StorageFile {
  fileprivate func readStack(
    _ data: String,
    energy: String,
    _ layout: String
  ) throws(StorageError) -> StoredStack {
    let energies = try readEnergies(energy)
    let images = try readStack(at: data)
    guard images.count == energies.count else {
      throw StorageError(
        "there are \(images.count) images for \(energies.count) energies",
        file: path,
        path: data
      )
    }
    return StoredStack(layout: layout, images: images, energies: energies)
  }

  fileprivate func readEnergies(_ place: String) throws(StorageError) -> [PhotonEnergy] {
    let factor = attributeText("units", of: place)?.lowercased() == "kev" ? 1000.0 : 1
    return try read(Double.self, at: place).values.map {
      PhotonEnergy(electronVolts: factor * $0)
    }
  }

  fileprivate func readExchangeStack() throws(StorageError) -> StoredStack {
    let place = "/exchange/data"
    let energies = try readEnergies("/exchange/energy")
    let array = try read(Float.self, at: place)
    guard array.shape.count == 3 else {
      throw StorageError(
        "an array of three indices was expected, there is \(array.shape)",
        file: path,
        path: place
      )
    }
    let axes = attributeText("axes", of: place)?.lowercased() ?? ""
    let isEnergyLast =
      array.shape[2] == energies.count
      && (array.shape[0] != energies.count || !axes.hasPrefix("energy"))
    guard isEnergyLast || array.shape[0] == energies.count else {
      throw StorageError(
        "\(energies.count) energies belong to neither the first nor the last index of \(array.shape)",
        file: path,
        path: place
      )
    }
    let images =
      isEnergyLast
      ? Self.turned(array)
      : ImageStack(
        count: array.shape[0],
        shape: Shape2D(rows: array.shape[1], columns: array.shape[2]),
        values: array.values
      )
    var stack = StoredStack(layout: "DataExchange", images: images, energies: energies)
    stack.pixelSize = try step(of: "/exchange/x", otherwise: "um")
    let white = "/spectromicroscopy/normalization/white_spectrum"
    if exists(white) {
      let energyPlace = "\(white)_energy"
      stack.incident = try incident(
        at: energies,
        spectrum: white,
        energies: exists(energyPlace) ? energyPlace : nil
      )
      stack.quantity = .intensity
    }
    return stack
  }

  /// [x, y, energy] as [energy, row = y, column = x].
  private static func turned(_ array: StoredArray<Float>) -> ImageStack {
    let (columns, rows, count) = (array.shape[0], array.shape[1], array.shape[2])
    var stack = ImageStack(count: count, shape: Shape2D(rows: rows, columns: columns))
    let source = array.values.span
    var target = stack.values.mutableSpan
    for x in 0..<columns {
      for y in 0..<rows {
        for energy in 0..<count {
          target[(energy * rows + y) * columns + x] = source[(x * rows + y) * count + energy]
        }
      }
    }
    return stack
  }

  /// I₀ at the energies of a stack: one value each, or a spectrum that is read between its energies.
  fileprivate func incident(
    at energies: [PhotonEnergy],
    spectrum place: String,
    energies energyPlace: String?
  ) throws(StorageError) -> [Double] {
    let array = try read(Double.self, at: place)
    var pairs: [(energy: Double, value: Double)]
    if array.shape.count == 2, array.shape[1] == 2 {
      pairs = stride(from: 0, to: array.values.count, by: 2).map {
        (array.values[$0], array.values[$0 + 1])
      }
    } else if let energyPlace {
      let places = try readEnergies(energyPlace).map(\.electronVolts)
      pairs = zip(places, array.values).map { ($0, $1) }
    } else {
      guard array.values.count == energies.count else {
        throw StorageError(
          "there are \(array.values.count) values of I0 for \(energies.count) energies",
          file: path,
          path: place
        )
      }
      return array.values
    }
    pairs.sort { $0.energy < $1.energy }
    guard let first = pairs.first, let last = pairs.last,
      energies.allSatisfy({
        $0.electronVolts >= first.energy - 0.05 && $0.electronVolts <= last.energy + 0.05
      })
    else {
      throw StorageError("I0 does not reach over the stack's energies", file: path, path: place)
    }
    return energies.map { energy in
      let volts = energy.electronVolts
      let next = pairs.firstIndex { $0.energy >= volts } ?? pairs.count - 1
      guard next > 0, pairs[next].energy > volts else { return pairs[next].value }
      let part = (volts - pairs[next - 1].energy) / (pairs[next].energy - pairs[next - 1].energy)
      return (1 - part) * pairs[next - 1].value + part * pairs[next].value
    }
  }

  /// The first group of an NXstxm file with images over energy.
  fileprivate func stxmGroup() -> String? {
    let entries = ((try? children(of: "/")) ?? []).filter { $0.hasPrefix("entry") }
    for entry in entries {
      for group in (try? children(of: "/\(entry)")) ?? [] {
        let place = "/\(entry)/\(group)"
        guard exists("\(place)/energy") else { continue }
        for data in ["data", "binned_values"] {
          if let shape = try? summary(of: "\(place)/\(data)").shape, shape.count == 3 {
            return place
          }
        }
      }
    }
    return nil
  }

  /// The distance of neighbours on an axis; nil where it has no unit of length.
  fileprivate func step(
    of axis: String,
    otherwise unit: String? = nil
  ) throws(StorageError) -> Length? {
    guard exists(axis) else { return nil }
    let places = try read(Double.self, at: axis).values
    let units = ["m": 1, "mm": 1e-3, "um": 1e-6, "µm": 1e-6, "micron": 1e-6, "nm": 1e-9]
    let stated = attributeText("units", of: axis) ?? unit
    guard places.count > 1, let factor = stated.flatMap({ units[$0] }) else { return nil }
    let step = abs(places[places.count - 1] - places[0]) / Double(places.count - 1) * factor
    return step > 0 ? Length(meters: step) : nil
  }
}
