// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// What a scan's first probe is made from where no better one is known.
public enum ProbeOrigin: String, Hashable, Sendable, CaseIterable {
  /// The zone plate's annulus, from its dimensions.
  case zonePlate = "zone_plate"
  /// The square root of the mean pattern where it is bright.
  case meanPattern = "mean_pattern"
}

/// Section `probe`: the focusing optics, from which the first probe is made.
public struct ProbeConfiguration: Hashable, Sendable {
  /// Key `zone_plate_diameter_m`: the diameter of the zone plate.
  public var zonePlateDiameter = Length(micrometers: 240)
  /// Key `outer_zone_width_m`: the width of its outermost zone; f = diameter · width / λ.
  public var outerZoneWidth = Length(nanometers: 100)
  /// Key `central_stop_fraction`: the diameter of the central stop over that of the zone plate.
  public var centralStopFraction = 0.4
  /// Key `start`: what the first probe is made from.
  public var start = ProbeOrigin.zonePlate
  /// Key `defocus_m`: how far the sample lies downstream of the focus, as far as is known.
  public var defocus = Length(meters: 0)
  /// Key `search_defocus`: whether the first scan looks for a better defocus around that one.
  public var searchesDefocus = true
  /// Key `defocus_range_m`: how far to either side the search goes.
  public var defocusRange = Length(micrometers: 20)
  /// Key `reuse_previous`: whether a scan starts from the probe of the one before it, at the same
  /// energy.
  public var reusesPrevious = true
  /// Key `reuse_object`: whether a scan starts from the object of the same tilt at another energy.
  public var reusesObject = true

  /// Makes the paper's zone plate, in focus.
  public init() {}
}
