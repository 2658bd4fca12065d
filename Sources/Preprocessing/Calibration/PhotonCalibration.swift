// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// Finds how many ADU a photon makes, from the peaks of none, one, two and three photons.
///
/// The histogram of weakly lit pixels is fitted, over the bins from −3.5 σ to 3.5 photons, with
///
///     h(x) = Σ A_n N(x; o + n g, σ) + B [Φ((x − o)/σ) − Φ((x − o − g)/σ)],   n = 0 … 4,
///
/// equally spaced peaks of one width, and a plateau between the first two for photons whose charge
/// was shared between pixels. Weights are one over the fitted counts (Pearson); the three
/// parameters o, g and σ are started from the best of a row of g and improved with the others
/// (Levenberg and Marquardt). The uncertainty is that of the fit, enlarged where χ² is above one
/// for each degree of freedom, and never less than a thousandth: the readout's own steps.
///
/// As a check that uses no peaks, the photon transfer (`PhotonTransfer`).
public struct PhotonCalibration: Sendable {
  /// The single-photon peak and what it rests on.
  public struct Result: Sendable {
    /// ADU for one photon.
    public var aduPerPhoton: CalibratedValue
    /// The noise, ADU RMS.
    public var noise: CalibratedValue
    /// Where the zero peak lies, ADU; what the overscan correction leaves.
    public var offset: CalibratedValue
    /// The photons of the single-photon peak.
    public var singlePhotons: CalibratedValue
    /// The part of single photons that was shared between pixels.
    public var sharedPart: Double
    /// χ² for each degree of freedom.
    public var chiSquare: Double
    /// ADU for one photon from variance over mean; nil where there are too few frames.
    public var photonTransfer: CalibratedValue?
    /// The histogram.
    public var histogram: PhotonHistogram
    /// What was fitted, for each bin; NaN outside the range of the fit.
    public var fitted: [Double]

    /// ADU for each electron volt.
    public func aduPerElectronVolt(_ energy: PhotonEnergy) -> CalibratedValue {
      aduPerPhoton.scaled(by: 1 / energy.electronVolts)
    }

    /// What a pixel reads.
    public var response: PhotonResponse {
      PhotonResponse(aduPerPhoton: aduPerPhoton.value, noise: noise.value)
    }
  }

  /// Fits the peaks.
  ///
  /// - Parameters:
  ///   - histogram: The values of weakly lit pixels.
  ///   - noise: The noise of a cleaned pixel as the darks show it, ADU RMS.
  ///   - transfer: The same frames, for the photon transfer; nil for none.
  /// - Returns: The gain.
  /// - Throws: `CalibrationError` where there is no peak of single photons.
  public static func fit(
    _ histogram: PhotonHistogram,
    noise: Double,
    transfer: PhotonTransfer?
  ) throws(CalibrationError) -> Result {
    guard histogram.total > 2000 else {
      throw CalibrationError(
        "\(Int(histogram.total)) values are too few for a histogram; use more frames"
      )
    }
    let unresolved = CalibrationError(
      "the single-photon peak is not resolved: no row of equally spaced peaks fits the histogram of "
        + "weakly lit pixels. The noise is \(rounded(noise)) ADU; a photon has to make at least "
        + "2.5 times that. Look at the histogram, and calibrate at a higher photon energy or gain"
    )
    guard let start = PeakFit.bestStart(histogram, noise: noise),
      let fit = PeakFit.refined(histogram, start)
    else { throw unresolved }
    let gain = fit.value(of: .gain)
    let single = fit.value(of: .amplitude(1))
    let width = fit.value(of: .noise)
    guard gain.value > 2.5 * width.value, single.value > 5 * single.uncertainty,
      gain.uncertainty < 0.1 * gain.value, width.value < 2 * noise
    else { throw unresolved }
    let readoutSteps = 1e-3 * gain.value
    let bins = width.value * (2 * Double.pi).squareRoot() / histogram.binWidth
    let shared = fit.value(of: .shared).value * gain.value / histogram.binWidth
    return Result(
      aduPerPhoton: CalibratedValue(
        gain.value,
        uncertainty: (gain.uncertainty * gain.uncertainty + readoutSteps * readoutSteps)
          .squareRoot()
      ),
      noise: width,
      offset: fit.value(of: .offset),
      singlePhotons: single.scaled(by: bins),
      sharedPart: max(0, shared / (shared + single.value * bins)),
      chiSquare: fit.chiSquare,
      photonTransfer: transfer?.gain,
      histogram: histogram,
      fitted: fit.curve(histogram)
    )
  }

  private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
