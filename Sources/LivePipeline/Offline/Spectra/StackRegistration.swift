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
/// neighbours in energy go. One that shows nothing at all stays where it is and takes no part.
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
  /// The images that show nothing, and were left where they are.
  package private(set) var leftInPlace: [Int] = []
  /// Why the images were laid on their mean alone although there is a fit; nil where they were laid by it.
  package private(set) var meanAlone: String?
  /// How far the last round moved the images, RMS, pixels.
  package private(set) var lastMove = 0.0
  private let source: StackInput
  private let anchor: Int
  /// The images that show something.
  private let shown: [Int]
  private let estimator: ShiftEstimator

  /// How often images are laid on the mean, and then all together at most.
  private static let rounds = (mean: 2, joint: 10)
  /// An image whose displacement is known worse than this goes with its neighbours, pixels.
  private static let largestError = 0.4
  /// A round that moves the images by less ends it, RMS, pixels.
  private static let isAtRest = 0.01
  /// An image whose pixels all have the same OD within this shows nothing.
  private static let flatness: Float = 1e-6

  /// Lays the images.
  ///
  /// - Parameters:
  ///   - input: The stack as it was measured.
  ///   - fit: The fit whose prediction has each image's contrast; nil for the mean alone. One that explains
  ///     any spectrum, for it has as many unknowns as there are images, tells nothing of displacements:
  ///     then, too, images are laid on the mean alone, and `meanAlone` says so.
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
    shown = Self.imagesThatShowSomething(input)
    anchor = Self.densest(of: input, among: shown)
    estimator = ShiftEstimator(shape: input.stack.shape, parameters: parameters)
    leftInPlace = (0..<count).filter { !shown.contains($0) }
    for energy in leftInPlace { confidence[energy] = .nan }
    guard shown.count > 1 else { return }
    let telling = fit.flatMap { tellingFit($0) }
    let all = 1 + Self.rounds.mean + (telling == nil ? 0 : Self.rounds.joint)
    let first = filled(stack.opticalDensity[anchor])
    for round in 0...Self.rounds.mean {
      guard goesOn(round, all) else { break }
      lay(on: round == 0 ? first : mean(), isFirst: round == 0, parameters)
    }
    guard let telling else { return }
    var isLaidTogether = false
    do throws(SpectraError) {
      for round in Self.rounds.mean + 1..<all {
        guard goesOn(round, all) else { break }
        try layTogether(by: telling, sharing: work)
        isLaidTogether = true
        if lastMove < Self.isAtRest { break }
      }
      try compare(with: telling, sharing: work)
    } catch { if !isLaidTogether { meanAlone = error.description } }
  }

  /// The images that have pixels enough to be laid by, and not the same OD everywhere.
  private static func imagesThatShowSomething(_ input: StackInput) -> [Int] {
    input.stack.energies.indices.filter { energy in
      let image = input.stack.opticalDensity[energy]
      let trust = input.weights[energy]
      var (low, high, count) = (Float.infinity, -Float.infinity, 0)
      for (value, weight) in zip(image.values, trust.values) where weight > 0 && value.isFinite {
        (low, high, count) = (min(low, value), max(high, value), count + 1)
      }
      return count >= JointStackAlignment.fewestPixels && high - low > flatness
    }
  }

  /// The fit at the energies of the images that show something; nil where it says nothing of
  /// displacements, which `meanAlone` then explains.
  private mutating func tellingFit(_ fit: LinearCombinationFit) -> LinearCombinationFit? {
    var own = fit
    if !leftInPlace.isEmpty {
      do throws(SpectraError) {
        own = try LinearCombinationFit(
          references: fit.references,
          energies: shown.map { fit.energies[$0] },
          parameters: fit.parameters,
          phases: fit.phases
        )
      } catch {
        meanAlone = error.description
        return nil
      }
    }
    guard own.degreesOfFreedom > 0 else {
      meanAlone =
        "\(shown.count) images leave nothing over beside the \(shown.count - own.degreesOfFreedom) "
        + "unknowns of a pixel's fit, which would follow any displacement"
      return nil
    }
    return own
  }

  /// The energy whose image absorbs most.
  private static func densest(of input: StackInput, among shown: [Int]) -> Int {
    let shape = input.stack.shape
    let sums = input.stack.energies.indices.map { energy in
      let image = input.stack.opticalDensity[energy]
      var sum = 0.0
      for i in 0..<shape.count where image.values[i].isFinite { sum += Double(image.values[i]) }
      return sum
    }
    return shown.max { sums[$0] < sums[$1] } ?? 0
  }

  /// Lays every image on one reference, and reads the stack anew.
  private mutating func lay(
    on reference: Image,
    isFirst: Bool,
    _ parameters: RegistrationParameters
  ) {
    var next = shifts
    var isTrusted = [Bool](repeating: true, count: shifts.count)
    for energy in shown {
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

  /// The stack of the images that show something.
  private var shownStack: SpectrumStack {
    get throws(SpectraError) { leftInPlace.isEmpty ? stack : try stack.selecting(shown) }
  }

  /// One step of all images together.
  private mutating func layTogether(
    by fit: LinearCombinationFit,
    sharing work: any WorkSharing
  ) throws(SpectraError) {
    let part = try shownStack
    let step = try JointStackAlignment(
      part,
      fit,
      fit.maps(of: part, sharing: work),
      anchor: shown.firstIndex(of: anchor) ?? 0,
      sharing: work
    )
    var next = shifts
    var isKnown = [Bool](repeating: false, count: shifts.count)
    for (place, energy) in shown.enumerated() {
      let way = step.displacements[place]
      next[energy] =
        next[energy]
        - PixelShift(rows: min(max(way.rows, -1), 1), columns: min(max(way.columns, -1), 1))
      isKnown[energy] = step.standardErrors[place] <= Self.largestError
    }
    move(to: next, isKnown)
  }

  /// Takes new shifts, those of images that cannot be trusted from their neighbours.
  private mutating func move(to shifts: [PixelShift], _ isKnown: [Bool]) {
    var (next, isTrusted) = (shifts, isKnown)
    isTrusted[anchor] = true
    let gauge = next[anchor]
    for energy in next.indices { next[energy] = next[energy] - gauge }
    for energy in leftInPlace { (next[energy], isTrusted[energy]) = (.zero, false) }
    placedByNeighbors = shown.filter { !isTrusted[$0] }
    for energy in placedByNeighbors { next[energy] = between(next, isTrusted, at: energy) }
    let moves = zip(next, self.shifts).map { ($0.rows - $1.rows, $0.columns - $1.columns) }
    let squares = moves.reduce(0) { $0 + $1.0 * $1.0 + $1.1 * $1.1 }
    lastMove = (squares / Double(max(shown.count, 1))).squareRoot()
    self.shifts = next
    apply()
  }

  /// How well each image correlates with what the fit predicts for it.
  private mutating func compare(
    with fit: LinearCombinationFit,
    sharing work: any WorkSharing
  ) throws(SpectraError) {
    let maps = fit.maps(of: try shownStack, sharing: work)
    for (place, energy) in shown.enumerated() {
      confidence[energy] =
        gaussNewtonShift(
          of: filled(stack.opticalDensity[energy]),
          weights: weights[energy],
          onto: filled(fit.prediction(from: maps, energy: place)),
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
    for energy in shown {
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
