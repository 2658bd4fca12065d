// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// One ptychographic scan as a CXI file holds it: frames, positions, geometry, and what is
/// known of probe and detector.
///
/// Positions follow DESIGN.md, section 3, whatever the file's own axes are (`CXIAxes`).
public struct CXIScan: Sendable {
  /// Which scan it is; `identity.scan` is the file's title, or its name without extension.
  public var identity: ScanIdentity
  /// From sample to detector.
  public var detectorDistance: Length
  /// The width of a pixel of the frames, along x.
  public var detectorPixelWidth: Length
  /// The height of a pixel of the frames, along y.
  public var detectorPixelHeight: Length
  /// Photon counts, [frame, row, column], DC at [N/2, N/2].
  public var frames: ImageStack
  /// Where the probe sat in each frame, [frame].
  public var positions: [ScanPosition]
  /// The probe that the file proposes as a start, [row, column], centre at [N/2, N/2].
  public var probe: ComplexImage?
  /// Pixels that were not measured in any frame, [row, column]; 0 is good.
  public var mask: Image?
  /// Pixels that were not measured in single frames, [frame, row, column]; 0 is good.
  public var frameMasks: ImageStack?
  /// The part of the aperture that the file says is lit, [row, column], DC at [N/2, N/2]; 1 is lit.
  public var illuminationMask: Image?
  /// Whether the frames cannot be far-field patterns of this scan: the file says so, or
  /// neighbouring positions lie further apart than half of the far-field window λz/p, so that no
  /// probe that the detector samples could link them.
  public var nearField: Bool

  /// Makes a scan from its parts.
  public init(
    identity: ScanIdentity,
    detectorDistance: Length,
    detectorPixelWidth: Length,
    detectorPixelHeight: Length,
    frames: ImageStack,
    positions: [ScanPosition],
    probe: ComplexImage? = nil,
    mask: Image? = nil,
    frameMasks: ImageStack? = nil,
    nearField: Bool = false
  ) {
    precondition(positions.count == frames.count, "frames and positions differ in number")
    self.identity = identity
    self.detectorDistance = detectorDistance
    self.detectorPixelWidth = detectorPixelWidth
    self.detectorPixelHeight = detectorPixelHeight
    self.frames = frames
    self.positions = positions
    self.probe = probe
    self.mask = mask
    self.frameMasks = frameMasks
    self.nearField = nearField
  }

  /// The title under which the scan is shown.
  public var title: String { identity.scan }
  /// The photon energy.
  public var energy: PhotonEnergy { identity.energy }

  /// The width of an object pixel, λz / (columns · pixel width).
  public var objectPixelWidth: Length {
    objectPixel(count: frames.shape.columns, pixel: detectorPixelWidth)
  }

  /// The height of an object pixel, λz / (rows · pixel height).
  public var objectPixelHeight: Length {
    objectPixel(count: frames.shape.rows, pixel: detectorPixelHeight)
  }

  private func objectPixel(count: Int, pixel: Length) -> Length {
    Length(
      meters: energy.wavelength.meters * detectorDistance.meters / (Double(count) * pixel.meters)
    )
  }
}

extension CXIScan {
  /// The patterns as the solver takes them: square roots of the counts, negative where masked.
  public var patterns: [DiffractionPattern] {
    positions.indices.map { pattern($0) }
  }

  /// One pattern as the solver takes it: square roots of the counts, negative where masked or
  /// where the count is not a number; counts below zero (after a dark) become 0.
  public func pattern(_ index: Int) -> DiffractionPattern {
    var amplitudes = frames[index]
    for i in amplitudes.values.indices {
      let count = amplitudes.values[i]
      amplitudes.values[i] = count.isNaN ? -1 : max(count, 0).squareRoot()
    }
    if let mask { amplitudes.hide(where: mask) }
    if let frameMasks { amplitudes.hide(where: frameMasks[index]) }
    return DiffractionPattern(index: index, position: positions[index], amplitudes: amplitudes)
  }

  /// Makes a scan from the patterns that a solver has taken.
  ///
  /// - Parameters:
  ///   - identity: Which scan it is.
  ///   - patterns: The patterns, all of one shape; at least one.
  ///   - detectorDistance: From sample to detector.
  ///   - detectorPixelSize: The pixel size of the patterns.
  ///   - probe: A probe to start from, [row, column].
  public init(
    identity: ScanIdentity,
    patterns: [DiffractionPattern],
    detectorDistance: Length,
    detectorPixelSize: Length,
    probe: ComplexImage? = nil
  ) {
    precondition(!patterns.isEmpty, "a scan has at least one pattern")
    let shape = patterns[0].amplitudes.shape
    var frames = ImageStack(count: patterns.count, shape: shape)
    var masks = ImageStack(count: patterns.count, shape: shape)
    var measured = Image(shape: shape)
    for (index, pattern) in patterns.enumerated() {
      precondition(pattern.amplitudes.shape == shape, "patterns differ in shape")
      let start = index * shape.count
      for (i, amplitude) in pattern.amplitudes.values.enumerated() {
        if amplitude < 0 {
          masks.values[start + i] = 1
        } else {
          frames.values[start + i] = amplitude * amplitude
          measured.values[i] = 1
        }
      }
    }
    let never = Image(shape: shape, values: measured.values.map { 1 - $0 })
    let masked = sum(masks.values.span)
    let neverMeasured = sum(never.values.span)
    self.init(
      identity: identity,
      detectorDistance: detectorDistance,
      detectorPixelWidth: detectorPixelSize,
      detectorPixelHeight: detectorPixelSize,
      frames: frames,
      positions: patterns.map(\.position),
      probe: probe,
      mask: neverMeasured > 0 ? never : nil,
      frameMasks: masked > neverMeasured * Double(patterns.count) ? masks : nil
    )
  }
}

extension Image {
  /// Makes pixels negative, "not measured", where the mask is not 0.
  fileprivate mutating func hide(where mask: Image) {
    for i in values.indices where mask.values[i] != 0 { values[i] = -1 }
  }
}
