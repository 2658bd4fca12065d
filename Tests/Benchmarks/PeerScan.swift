// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import FourierTransform
import Imaging
import LivePipeline
import Ptychography

/// The simulated scan that the peers reconstruct, with their start probe, as our solver takes it.
struct PeerScan {
  /// The peers' file.
  let data: URL
  let plan: FourierPlan2D
  let grid: ScanGrid
  let patterns: [DiffractionPattern]
  /// The start that every engine gets, [row, column].
  let probe: ComplexImage
  private let folder: URL
  private let peers: PeerBenchmark
  /// Row and column of our object's pixel that is the truth's [0, 0].
  private let offset: (row: Int, column: Int)

  /// Makes the scan, 225 patterns of 128 x 128 with 10⁶ photons, in a folder of its own.
  init(peers: PeerBenchmark, folder: URL) throws {
    self.peers = peers
    self.folder = folder
    data = folder.appending(path: "scan.npz")
    _ = try peers.run(["make_ptychography_data.py", data.path(), "128", "225", "1e6"])
    let words = try peers.runOurs("peer_scan.py", ["export", data.path(), folder.path()])
      .split(whereSeparator: \.isWhitespace)
    guard words.count == 3, let side = Int(words[0]), let count = Int(words[1]),
      let pixel = Double(words[2])
    else { throw PeerFailure(command: "peer_scan.py export", status: 0) }
    let shape = Shape2D(square: side)
    let photons: [Float] = try Self.numbers(folder.appending(path: "frames.f32"))
    let corners: [Float] = try Self.numbers(folder.appending(path: "corners.f32"))
    let start: [Complex64] = try Self.numbers(folder.appending(path: "probe.c64"))
    guard photons.count == count * shape.count, corners.count == 2 * count,
      start.count == shape.count
    else { throw PeerFailure(command: "peer_scan.py export", status: 0) }
    let middle = (corners.reduce(0, +) / Float(corners.count)).rounded()
    // Scan position zero lies between pixels: half a pixel puts corners on whole ones.
    let positions = (0..<count).map { k in
      ScanPosition(
        x: (Double(corners[2 * k + 1] - middle) + 0.5) * pixel,
        y: (Double(corners[2 * k] - middle) + 0.5) * pixel
      )
    }
    plan = FourierPlan2D(shape: shape)
    grid = ScanGrid(
      patternShape: shape,
      pixelSize: Length(meters: pixel),
      positions: positions
    )
    let place = grid.corner(of: positions[0]) ?? (0, 0)
    offset = (place.row - Int(corners[0]), place.column - Int(corners[1]))
    patterns = positions.enumerated().map { k, position in
      DiffractionPattern(
        index: k,
        position: position,
        amplitudes: Image(
          shape: shape,
          values: photons[k * shape.count..<(k + 1) * shape.count].map { $0.squareRoot() }
        )
      )
    }
    probe = ComplexImage(shape: shape, values: start)
  }

  /// A solver without frames.
  func solver(
    _ parameters: PtychographyParameters,
    workers: any WorkSharing
  ) -> IncrementalReconstruction {
    IncrementalReconstruction(
      grid: grid,
      identity: ScanIdentity(scan: "peers", energy: PhotonEnergy(electronVolts: 708.2)),
      plan: plan,
      parameters: parameters,
      probe: probe,
      workers: workers
    )
  }

  /// The peers' measure of objects' errors.
  func errors(of objects: [ComplexImage]) throws -> [Double] {
    let paths = try objects.enumerated().map { number, object in
      let file = folder.appending(path: "object-\(number).c64")
      let bytes = unsafe object.values.withUnsafeBytes { unsafe Data($0) }
      try bytes.write(to: file)
      return file.path()
    }
    let shape = grid.objectShape
    let output = try peers.runOurs(
      "peer_scan.py",
      ["score", data.path()]
        + [shape.rows, shape.columns, offset.row, offset.column].map(String.init)
        + paths
    )
    let errors = output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    guard errors.count == objects.count else {
      throw PeerFailure(command: "peer_scan.py score", status: 0)
    }
    return errors
  }

  private static func numbers<Value: BitwiseCopyable>(_ file: URL) throws -> [Value] {
    let bytes = try Data(contentsOf: file)
    let count = bytes.count / MemoryLayout<Value>.stride
    return unsafe [Value](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = unsafe bytes.copyBytes(to: buffer) / MemoryLayout<Value>.stride
    }
  }
}
