// SPDX-License-Identifier: BSD-3-Clause

package import AcquisitionModel
package import ChemicalMapping
package import Imaging
package import Registration

/// Lays the images of a stack onto one another.
///
/// The particles of one phase are bright at energies where those of the other are faint, so that images
/// far apart in energy resemble one another little. First every image is laid on the one that
/// absorbs most (masked correlation, then Gauss-Newton with a factor and an offset), then on the mean of
/// all; then all together so that the linear combination fit of the stack leaves least
/// (`JointStackAlignment`), which knows the contrast of each energy. Images are read once, from where
/// they were measured. One that shows too little to be laid, as below the edge, goes where its
/// neighbours in energy go.
package struct StackRegistration {
  /// The stack on common axes; NaN where not measured.
  package private(set) var stack: SpectrumStack
  /// The trust in each pixel on common axes, [energy, row, column].
  package private(set) var weights: ImageStack
  /// The shift applied to each image, pixels, [energy]; zero for the image that absorbs most.
  package private(set) var shifts: [PixelShift]
  /// The correlation of each image with what it was laid on last, the fit's prediction or the mean,
  /// [energy].
  package private(set) var confidence: [Double]
  /// The images that were placed by their neighbours.
  package private(set) var placedByNeighbors: [Int] = []
  /// How far the last round moved the images, RMS, pixels.
  package private(set) var lastMove = 0.0
  private let source: StackInput
  private let anchor: Int
  private let estimator: ShiftEstimator

  /// How often images are laid on the mean, and then all together at most.
  private static let rounds = (mean: 2, joint: 10)
  /// An image whose displacement is known worse than this goes with its neighbours, pixels.
  private static let largestError = 0.4
  /// A round that moves the images by less ends it, RMS, pixels.
  private static let isAtRest = 0.01

  /// Lays the images.
  ///
  /// - Parameters:
  ///   - input: The stack as it was measured.
  ///   - fit: The fit whose prediction has each image's contrast; nil for the mean alone. One that explains
  ///     any spectrum, for it has as many terms as there are energies, tells nothing of displacements:
  ///     then, too, images are laid on the mean alone.
  ///   - parameters: How far to search, and what correlation is trusted.
  ///   - work: Threads that share the images.
  ///   - goesOn: Asked before each round whether there is to be another.
  package init(
    _ input: StackInput,
    fit: LinearCombinationFit?,
    parameters: RegistrationParameters,
    sharing work: any WorkSharing = SerialWork(),
    while goesOn: (_ round: Int, _ of: Int) -> Bool = { _, _ in true }
  ) {
    source = input
    stack = input.stack
    weights = input.weights
    let count = input.stack.energies.count
    shifts = [PixelShift](repeating: .zero, count: count)
    confidence = [Double](repeating: 1, count: count)
    anchor = Self.densest(of: input)
    estimator = ShiftEstimator(shape: input.stack.shape, parameters: parameters)
    let telling = fit.flatMap { $0.terms.count < count ? $0 : nil }
    let all = 1 + Self.rounds.mean + (telling == nil ? 0 : Self.rounds.joint)
    let first = filled(stack.opticalDensity[anchor])
    for round in 0..<all {
      guard goesOn(round, all) else { break }
      if round > Self.rounds.mean, let telling {
        layTogether(by: telling, sharing: work)
        if lastMove < Self.isAtRest { break }
      } else {
        lay(on: round == 0 ? first : mean(), isFirst: round == 0, parameters)
      }
    }
    if let telling { compare(with: telling, sharing: work) }
  }

  /// The energy whose image absorbs most.
  private static func densest(of input: StackInput) -> Int {
    let shape = input.stack.shape
    let sums = input.stack.energies.indices.map { energy in
      let image = input.stack.opticalDensity[energy]
      var sum = 0.0
      for i in 0..<shape.count where image.values[i].isFinite { sum += Double(image.values[i]) }
      return sum
    }
    return sums.indices.max { sums[$0] < sums[$1] } ?? 0
  }

  /// Lays every image on one reference, and reads the stack anew.
  private mutating func lay(
    on reference: Image,
    isFirst: Bool,
    _ parameters: RegistrationParameters
  ) {
    var next = shifts
    var isTrusted = [Bool](repeating: true, count: shifts.count)
    for energy in shifts.indices {
      let image = filled(source.stack.opticalDensity[energy])
      let trust = source.weights[energy]
      let estimate =
        isFirst
        ? estimator.shift(of: image, weights: trust, onto: reference)
        : gaussNewtonShift(
          of: image,
          weights: trust,
          onto: reference,
          from: shifts[energy],
          steps: parameters.refinementSteps,
          limit: parameters.stepLimit
        )
      confidence[energy] = estimate.confidence
      let way = max(abs(estimate.shift.rows), abs(estimate.shift.columns))
      isTrusted[energy] =
        estimate.confidence >= parameters.minimumConfidence && way <= parameters.maximumShift
      if isTrusted[energy] { next[energy] = estimate.shift }
    }
    move(to: next, isTrusted)
  }

  /// One step of all images together.
  private mutating func layTogether(by fit: LinearCombinationFit, sharing work: any WorkSharing) {
    let maps = fit.maps(of: stack, sharing: work)
    let step = JointStackAlignment(stack, fit, maps, anchor: anchor, sharing: work)
    var next = shifts
    for energy in next.indices {
      let way = step.displacements[energy]
      next[energy] =
        next[energy]
        - PixelShift(rows: min(max(way.rows, -1), 1), columns: min(max(way.columns, -1), 1))
    }
    move(to: next, step.standardErrors.map { $0 <= Self.largestError })
  }

  /// Takes new shifts, those of images that cannot be trusted from their neighbours.
  private mutating func move(to shifts: [PixelShift], _ isKnown: [Bool]) {
    var (next, isTrusted) = (shifts, isKnown)
    isTrusted[anchor] = true
    let gauge = next[anchor]
    for energy in next.indices { next[energy] = next[energy] - gauge }
    placedByNeighbors = next.indices.filter { !isTrusted[$0] }
    for energy in placedByNeighbors { next[energy] = between(next, isTrusted, at: energy) }
    let moves = zip(next, self.shifts).map { ($0.rows - $1.rows, $0.columns - $1.columns) }
    let squares = moves.reduce(0) { $0 + $1.0 * $1.0 + $1.1 * $1.1 }
    lastMove = (squares / Double(max(moves.count, 1))).squareRoot()
    self.shifts = next
    apply()
  }

  /// How well each image correlates with what the fit predicts for it.
  private mutating func compare(with fit: LinearCombinationFit, sharing work: any WorkSharing) {
    let maps = fit.maps(of: stack, sharing: work)
    for energy in shifts.indices {
      confidence[energy] =
        gaussNewtonShift(
          of: filled(stack.opticalDensity[energy]),
          weights: weights[energy],
          onto: filled(fit.prediction(from: maps, energy: energy)),
          steps: 0
        ).confidence
    }
  }

  /// Where an image lies by its trusted neighbours in energy: between them, or where the nearest is.
  private func between(_ shifts: [PixelShift], _ isTrusted: [Bool], at energy: Int) -> PixelShift {
    let below = (0..<energy).last { isTrusted[$0] }
    let above = (energy + 1..<shifts.count).first { isTrusted[$0] }
    guard let below, let above else { return shifts[below ?? above ?? energy] }
    let volts = { (place: Int) in source.stack.energies[place].electronVolts }
    let part = (volts(energy) - volts(below)) / (volts(above) - volts(below))
    let way = shifts[above] - shifts[below]
    return shifts[below]
      + PixelShift(rows: part * way.rows, columns: part * way.columns)
  }

  /// Reads every image where it was measured, moved by its shift.
  private mutating func apply() {
    var images = stack.opticalDensity
    for energy in shifts.indices {
      let shift = SimilarityTransform(shift: shifts[energy])
      var image = transformed(filled(source.stack.opticalDensity[energy]), by: shift)
      let trust = transformed(source.weights[energy], by: shift, interpolation: .minimum)
      for i in image.values.indices where trust.values[i] <= 0 { image.values[i] = .nan }
      images[energy] = image
      weights[energy] = trust
    }
    stack.opticalDensity = images
  }

  /// The mean of all images as far as each is measured, [row, column].
  private func mean() -> Image {
    var sums = Image(shape: stack.shape)
    var counts = sums
    for energy in shifts.indices {
      let image = stack.opticalDensity[energy]
      for i in image.values.indices where image.values[i].isFinite {
        sums.values[i] += image.values[i]
        counts.values[i] += 1
      }
    }
    for i in sums.values.indices { sums.values[i] /= max(counts.values[i], 1) }
    return sums
  }

  /// The image with zero where nothing was measured.
  private func filled(_ image: Image) -> Image {
    var image = image
    for i in image.values.indices where !image.values[i].isFinite { image.values[i] = 0 }
    return image
  }
}
