// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import WireFormat

// The sections that belong to the pipeline itself.
extension ConfigurationTable {
  static let source: [ConfigurationKey] = {
    let at = SectionKeys(section: "source", part: \.source)
    return [
      at.choice("dialect", \.dialect, "the language of the stream"),
      at.texts(
        "connect",
        \.endpoints,
        as: .endpoint,
        count: 1...16,
        isRequired: true,
        "the ZeroMQ endpoints to subscribe to"
      ),
      at.texts(
        "topics",
        \.topics,
        as: .text,
        count: 1...16,
        absent: "those of the dialect",
        "the topics to subscribe to"
      ),
      at.text(
        "tilt_motor",
        \.tiltMotor,
        absent: "no motor says it",
        "the motor of pystxmcontrol, in its stream and its files, whose place is the tilt in "
          + "degrees"
      ),
      at.text(
        "tomogram_id",
        \.tomogram,
        absent: "as the source says",
        "the tomogram of scans whose source names none"
      ),
      at.text(
        "sidecar",
        \.sidecar,
        absent: "none",
        "a YAML or JSON file that says where scans belong, or what the scans to come are "
          + "(Docs/Reference/WireProtocol.md)"
      ),
      at.matrix(
        "position_axes",
        rows: 2...2,
        columns: 2,
        -1e6...1e6,
        "how the source's positions turn into ours: [[xx, xy], [yx, yy]], ours = matrix · theirs; "
          + "holds axes, signs and shear"
      ) {
        [[$0.axes.xx, $0.axes.xy], [$0.axes.yx, $0.axes.yy]]
      } write: {
        $0.axes = PositionAxes(xx: $1[0][0], xy: $1[0][1], yx: $1[1][0], yy: $1[1][1])
      },
      at.number(
        "idle_time_s",
        \.idleTime,
        0.1...3600,
        "a scan without a stop ends after so long without a frame"
      ),
      at.integer(
        "high_water_mark",
        \.highWaterMark,
        1...1_000_000,
        "messages that wait before the source has to wait or drop"
      ),
      at.number(
        "tilt_tolerance_deg",
        \.tiltTolerance,
        0...10,
        "angles closer than this belong to one tilt"
      ),
      at.number(
        "energy_tolerance_eV",
        \.energyTolerance,
        0...100,
        "photon energies closer than this are one energy"
      ),
    ]
  }()

  static let probe: [ConfigurationKey] = {
    let at = SectionKeys(section: "probe", part: \.probe)
    return [
      at.length(
        "zone_plate_diameter_m",
        \.zonePlateDiameter,
        1e-5...1e-2,
        "the diameter of the zone plate"
      ),
      at.length(
        "outer_zone_width_m",
        \.outerZoneWidth,
        5e-9...1e-6,
        "the width of its outermost zone; f = diameter · width / λ"
      ),
      at.number(
        "central_stop_fraction",
        \.centralStopFraction,
        0...0.95,
        "the diameter of the central stop over that of the zone plate"
      ),
      at.choice(
        "start",
        \.start,
        "what a scan's first probe is made from where no better one is known: the zone plate, or "
          + "the mean pattern of the first tenth of the frames; the defocus is added to either"
      ),
      at.length(
        "defocus_m",
        \.defocus,
        -1e-3...1e-3,
        "how far the sample lies downstream of the focus, as far as is known"
      ),
      at.flag(
        "search_defocus",
        \.searchesDefocus,
        "whether the first scan looks for a better defocus around that one"
      ),
      at.length("defocus_range_m", \.defocusRange, 0...1e-3, "how far to either side it looks"),
      at.flag(
        "reuse_previous",
        \.reusesPrevious,
        "whether a scan starts from the probe of the one before it at the same energy"
      ),
      at.flag(
        "reuse_object",
        \.reusesObject,
        "whether a scan starts from the object of the same tilt at another energy, where that is "
          + "finished"
      ),
    ]
  }()

  static let recording: [ConfigurationKey] = {
    let at = SectionKeys(section: "recording", part: \.recording)
    return [
      at.flag("enabled", \.enabled, "whether a recording is made"),
      at.text("path", \.path, "the file; a relative path starts at the folder of the results"),
      at.number(
        "flush_interval_s",
        \.flushInterval,
        0.01...10,
        "how long at most a message may stay unreadable in the file"
      ),
      at.choice(
        "compression",
        \.compression,
        "how frames are packed, always without loss and read by plain h5py: `shuffle_fast` takes a "
          + "half to two thirds of the space, `shuffle_gzip1` about the same and twice the time; both "
          + "need cores that have nothing else to do"
      ),
      at.text(
        "fallback_directory",
        \.fallbackDirectory,
        absent: "the user's home folder",
        "where the recording goes when neither its folder nor that of the results can be written"
      ),
    ]
  }()

  static let previews: [ConfigurationKey] = {
    let at = SectionKeys(section: "previews", part: \.previews)
    return [
      at.flag("enabled", \.isEnabled, "whether anything is published"),
      at.text("bind", \.endpoint, as: .endpoint, "where previews go out"),
      at.text(
        "rec_bind",
        \.recEndpoint,
        as: .endpoint,
        absent: "not sent",
        "where the object goes out in cosmicstreams form"
      ),
      at.number(
        "maximum_rate_hz",
        \.maximumRate,
        0.01...100,
        "how often each topic is published at most"
      ),
      at.number(
        "stxm_rate_hz",
        \.mapRate,
        0.01...100,
        "how often `stxm` is published at most, in place of `maximum_rate_hz`: a frame is seen in it "
          + "after one over this rate at the latest"
      ),
      at.number(
        "tomogram_rate_hz",
        \.tomogramRate,
        0.01...100,
        "how often `volume` (of each energy), `chemistry`, `histogram` and `alignment` are made at most "
          + "while a tomogram grows; no more often than `maximum_rate_hz`"
      ),
      at.flag(
        "insecure",
        \.isInsecure,
        "whether other machines may connect without keys; warned about at every start"
      ),
      at.text(
        "curve_public_key",
        \.curvePublicKey,
        absent: "no encryption",
        "this end's public key, 40 characters of Z85"
      ),
      at.text(
        "curve_secret_key_file",
        \.curveSecretKeyFile,
        absent: "no encryption",
        "the file that holds this end's secret key and nothing else"
      ),
    ]
  }()

  static let control: [ConfigurationKey] = {
    let at = SectionKeys(section: "control", part: \.control)
    return [
      at.flag("enabled", \.isEnabled, "whether requests are taken while a run goes on"),
      at.text("bind", \.endpoint, as: .endpoint, "where they are taken"),
    ]
  }()

  static let dashboard: [ConfigurationKey] = {
    let at = SectionKeys(section: "dashboard", part: \.dashboard)
    return [
      at.flag("enabled", \.isEnabled, "whether the page is served while a live run goes on"),
      at.text(
        "bind",
        \.address,
        as: .address,
        "where it is served; 0.0.0.0 and [::] are all addresses of this machine, port * is any free "
          + "one"
      ),
      at.flag(
        "control",
        \.takesControl,
        "whether the run can be controlled from the page, as control.enabled is for the socket; false "
          + "leaves looking"
      ),
      at.text(
        "token",
        \.token,
        absent: "no control from other machines",
        "what a browser on another machine has to say to control the run, 16 characters or more; "
          + "`file:PATH` names a file that holds it, so that it stands in no recording and no result"
      ),
      at.flag(
        "insecure",
        \.isInsecure,
        "whether other machines may look, without encryption; warned about at every start"
      ),
    ]
  }()

  static let results: [ConfigurationKey] = {
    let at = SectionKeys(section: "results", part: \.results)
    return [
      at.text("directory", \.directory, "the folder of the results; made where it is missing"),
      at.flag("pictures", \.pictures, "whether PNG pictures are drawn beside the data"),
      at.flag("mrc", \.mrc, "whether volumes are written as MRC files too"),
      at.flag("scans", \.scans, "whether every scan's object and probe are written as CXI"),
      at.choice(
        "frc",
        \.halfScanTiming,
        "when the Fourier ring correlation of every other frame is measured: `on_demand` by "
          + "`tiltfold reconstruct` only, `per_tilt` live, too, for every scan that has settled"
      ),
      at.integer(
        "frc_iterations",
        \.halfScanIterations,
        1...1000,
        "iterations of each half of a live scan, from its finished probe"
      ),
    ]
  }()

  static let compute: [ConfigurationKey] = {
    let at = SectionKeys(section: "compute", part: \.compute)
    return [
      at.integer("workers", \.workers, 0...256, "threads that reconstruct; 0 for one on each core"),
      at.integer(
        "niceness",
        \.niceness,
        0...19,
        "how far those threads stand back behind receiving and recording; 0: not at all"
      ),
      at.choice(
        "planning_effort",
        \.planningEffort,
        "how long FFTW may search for the fastest transform"
      ),
      at.text(
        "wisdom_path",
        \.wisdomPath,
        absent: "the user's cache folder",
        "where FFTW's plans are kept"
      ),
      at.integer(
        "unfinished_scans",
        \.unfinishedScans,
        1...100,
        "how many scans may be unfinished at once"
      ),
      at.choice(
        "when_behind",
        \.whenBehind,
        "when more are unfinished: `cut` finishes the oldest with the iterations that it has, "
          + "`wait` lets the source wait (replay, simulation)"
      ),
    ]
  }()
}
