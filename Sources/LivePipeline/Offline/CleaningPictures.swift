// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import Preprocessing
import Reporting
import WireFormat

/// Shows what each step of cleaning does to one raw frame of a recording.
public struct CleaningPictures {
  /// The frame's exposures before and after cleaning.
  private let steps: CleaningSteps
  private let pattern: DiffractionPattern
  private let frame: FrameHeader
  private let energy: PhotonEnergy

  /// Cleans one frame.
  ///
  /// - Parameters:
  ///   - path: A recording with raw frames and darks.
  ///   - number: Which of its exposures, from 0.
  ///   - configuration: The instrument; nil: that of the recording.
  /// - Throws: `PipelineError` where the file, the frame or its darks are missing;
  ///   `ConfigurationErrors` where the recording's own configuration cannot be used.
  public init(
    recording path: String,
    frame number: Int,
    configuration: PipelineConfiguration?
  ) throws {
    let own: String = try PipelineError.reading(path) { () throws(StorageError) in
      try RecordingReader(path: path).configuration
    }
    let configuration = try configuration ?? PipelineConfiguration(yaml: own, file: path)
    let found = try PipelineError.reading(path) { () throws(StorageError) in
      try Self.find(number, in: path, configuration)
    }
    guard let exposure = found.exposure else {
      throw PipelineError(
        .data,
        "\(path) has \(Words.count(found.count, "raw exposure")); there is no number \(number)"
      )
    }
    do {
      var chain = try PreprocessingChain(
        geometry: configuration.detector,
        parameters: try configuration.preprocessing.withPixelsOfFile(),
        energy: found.energy
      )
      chain.setDarks(found.darks)
      steps = try chain.steps(of: exposure)
      pattern = try chain.process(exposure, position: ScanPosition(x: 0, y: 0))
    } catch let error as PreprocessingError {
      throw PipelineError(.data, "\(path): \(error)")
    } catch let error as ParameterError {
      throw PipelineError(.data, "\(path): preprocessing.\(error)")
    }
    frame = exposure.header
    energy = found.energy
  }

  /// One exposure of a recording and the darks of its scan.
  private struct Found {
    var exposure: DetectorFrame?
    var darks: DarkReference
    var energy = PhotonEnergy(electronVolts: 708.2)
    var count = 0
  }

  private static func find(
    _ number: Int,
    in path: String,
    _ configuration: PipelineConfiguration
  ) throws(StorageError) -> Found {
    let reader = try RecordingReader(path: path)
    var source = configuration.source.makeReader()
    var found = Found(darks: DarkReference(geometry: configuration.detector))
    for message in 0..<reader.messageCount {
      guard let events = try? source.events(in: reader.message(message).parts) else { continue }
      for event in events {
        switch event {
        case .start(let description, _): found.energy = description.identity.energy
        case .frame(let frame) where frame.header.sampleType == .uint16:
          if frame.header.role == .dark {
            // One that cannot be used is left out, as live.
            try? found.darks.addOfLatestScan(frame)
          } else {
            if found.count == number {
              found.exposure = frame
              return found
            }
            found.count += 1
          }
        default: break
        }
      }
    }
    return found
  }

  // MARK: - Words

  /// What a person should compare with the instrument, line by line.
  public var inWords: String {
    let halves = ["upper", "lower"]
    func list(_ values: [Double], _ decimals: Int) -> String {
      zip(halves, values).map { "\($0) half \(Words.number($1, decimals))" }
        .joined(separator: ", ")
    }
    let bias = steps.residualBias
    let photons = bias.map { $0 / steps.photonADU }
    let peak = steps.photonPeak.map {
      "at \(Words.number($0)) ADU; the configuration says \(Words.number(steps.photonADU))"
    }
    let lost = steps.aboveLevel.values.count(where: \.isNaN)
    return [
      "frame \(frame.index) of scan \(frame.scan), \(Words.number(energy.electronVolts)) eV",
      Words.line("darks", "\(steps.darkCount) of its exposure time"),
      Words.line("noise", list(steps.noise, 2) + " ADU RMS by the darks"),
      Words.line(
        "empty pixels",
        list(bias, 2) + " ADU, \(photons.map { Words.number($0, 3) }.joined(separator: " and ")) "
          + "photons; 0 is right"
      ),
      Words.line("one photon", peak ?? "not seen in this frame's spectrum"),
      Words.line(
        "left out",
        "\(lost) pixels: saturated, lost with their packet, or without a good dark "
          + "(\(steps.unmeasuredCount))"
      ),
    ].joined(separator: "\n")
  }

  // MARK: - Pictures

  /// Draws the steps.
  ///
  /// - Parameter folder: Where the pictures go; made where it is missing.
  /// - Returns: Their paths.
  /// - Throws: `PipelineError` where one cannot be written.
  public func draw(into folder: String) throws(PipelineError) -> [String] {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw PipelineError(.output, "\(folder) cannot be made: \(error.localizedDescription)")
    }
    var paths: [String] = []
    for (name, panel) in panels {
      let path = "\(folder)/\(name).png"
      do throws(PictureError) {
        try writePicture(PictureSheet(panels: [panel], columns: 1), to: path)
      } catch {
        throw PipelineError(.output, error.description)
      }
      paths.append(path)
    }
    return paths
  }

  private var panels: [(name: String, panel: PictureSheet.Panel)] {
    let photon = steps.photonADU
    let near = ValueRange.given(-photon...4 * photon)
    return [
      ("1-raw", image(steps.raw, "raw words, control bits left off", "word", "ADU", .robust)),
      (
        "2-dark-subtracted",
        image(half(steps.aboveDark), "mean dark subtracted", "level", "ADU", near)
      ),
      (
        "3-overscan-corrected",
        image(half(steps.aboveLevel), "overscan level subtracted", "level", "ADU", near)
      ),
      (
        "4-photons",
        image(logarithm(half(steps.photons)), "photons, log scale", "log10(1 + n)", "", .full)
      ),
      ("5-pattern", image(logarithm(photons), "pattern, log scale", "log10(1 + n)", "", .full)),
      ("6-spectrum", .plot(spectrumPlot)),
    ]
  }

  private var photons: Image {
    Image(
      shape: pattern.amplitudes.shape,
      values: pattern.amplitudes.values.map { $0 < 0 ? .nan : $0 * $0 }
    )
  }

  /// Sums of 2 x 2 pixels, which keep the pictures small.
  private func half(_ image: Image) -> Image {
    var small = Image(shape: Shape2D(rows: image.shape.rows / 2, columns: image.shape.columns / 2))
    for row in 0..<small.shape.rows {
      for column in 0..<small.shape.columns {
        var total: Float = 0
        for pixel in 0..<4 { total += image[2 * row + pixel / 2, 2 * column + pixel % 2] }
        small[row, column] = total / 4
      }
    }
    return small
  }

  private func logarithm(_ image: Image) -> Image {
    Image(
      shape: image.shape,
      values: image.values.map { $0.isNaN ? .nan : Float(log10(1 + max(Double($0), 0))) }
    )
  }

  private func image(
    _ image: Image,
    _ title: String,
    _ quantity: String,
    _ unit: String,
    _ range: ValueRange
  ) -> PictureSheet.Panel {
    .image(
      ImagePicture(
        image,
        title: title,
        quantity: quantity,
        unit: unit,
        colorMap: .sequential,
        range: range
      )
    )
  }

  private var spectrumPlot: LinePlot {
    let photon = Int(steps.photonADU.rounded())
    let range = -photon...4 * photon
    return LinePlot(
      title: "ADU above dark and level, all pixels",
      horizontal: LinePlot.Axis("level", unit: "ADU"),
      vertical: LinePlot.Axis("pixels", isLogarithmic: true),
      curves: [
        LinePlot.Curve(
          label: "this frame",
          x: range.map(Double.init),
          y: steps.spectrum(range).map(Double.init)
        )
      ],
      markers: [
        LinePlot.Threshold(label: "empty", value: 0),
        LinePlot.Threshold(label: "one photon", value: steps.photonADU),
      ]
    )
  }
}
