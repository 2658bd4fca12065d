// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import Imaging
import Messaging

// What frames have to pass: sockets and the disk.
extension MachineCheck {
  /// The recording's disk: its speed, its room and whether files can be locked.
  func disk(_ folder: String) -> [MachineFinding] {
    let place = DiskSpace.existing(folder)
    var name = Array("\(place)/.tiltfold-XXXXXX".utf8CString)
    let file = unsafe mkstemp(&name)
    guard file >= 0 else {
      return [
        MachineFinding(
          "disk",
          .failure,
          "\(place) cannot be written: \(unsafe String(cString: strerror(errno)))",
          remedy: "choose another folder (recording.path, results.directory), or its rights"
        )
      ]
    }
    // Whatever happens from here on, nothing is left behind.
    _ = unsafe unlink(name)
    defer { close(file) }
    let free = Double(DiskSpace.freeBytes(at: place) ?? 0)
    return [
      speed(of: file, in: place, free: free), room(in: place, free: free), locking(file, place),
    ]
  }

  /// Whether a source is as slow as need be: then neither disk nor loopback is too slow.
  private var sourceWaits: Bool { configuration.compute.whenBehind == .wait }

  private func speed(of file: Int32, in place: String, free: Double) -> MachineFinding {
    let rate = Self.writingRate(of: file, free: free)
    guard let rate else {
      return MachineFinding(
        "disk speed",
        .failure,
        "\(place) took no test file: \(unsafe String(cString: strerror(errno)))",
        remedy: "free the disk, or record elsewhere (recording.path)"
      )
    }
    let words =
      "\(place) takes \(Self.megabytes(rate)); frames of \(Self.bytes(frameBytes)) at "
      + "\(frameRate.formatted()) a second are \(Self.megabytes(streamRate))"
    if rate < streamRate, sourceWaits {
      return MachineFinding(
        "disk speed",
        .ok,
        words + "; the source waits for the disk (compute.when_behind: wait)"
      )
    }
    if rate < streamRate {
      return MachineFinding(
        "disk speed",
        .failure,
        words,
        remedy: "record to a faster disk (recording.path), set recording.compression, or say the "
          + "rate that really comes (--frames-per-second)"
      )
    }
    guard rate >= 1.5 * streamRate || sourceWaits else {
      return MachineFinding(
        "disk speed",
        .warning,
        words,
        remedy: "little is left for results; put results.directory on another disk"
      )
    }
    return MachineFinding("disk speed", .ok, words)
  }

  /// Bytes a second that reach the disk, over about a second and a half; nil where writing fails.
  private static func writingRate(of file: Int32, free: Double) -> Double? {
    let block = [UInt8](repeating: 0x5A, count: 4 << 20)
    // A disk that is nearly full is not filled.
    let most = Int(min(2e9, free / 4))
    let begin = ContinuousClock.now
    var (written, chunk) = (0, 4)
    while ContinuousClock.now - begin < .milliseconds(1500), written + block.count <= most {
      let chunkBegin = ContinuousClock.now
      for _ in 0..<chunk where written + block.count <= most {
        let count = unsafe block.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
        guard count > 0 else { return nil }
        written += count
      }
      guard fdatasync(file) == 0 else { return nil }
      // Each wait for the disk is to weigh little on a fast one, and to be short on a slow one.
      if ContinuousClock.now - chunkBegin < .milliseconds(100) { chunk = min(32, 2 * chunk) }
    }
    guard written > 0 else {
      errno = ENOSPC
      return nil
    }
    return Double(written) / ((ContinuousClock.now - begin) / .seconds(1))
  }

  private func room(in place: String, free: Double) -> MachineFinding {
    let hours = free / streamRate / 3600
    let time =
      hours < 1.5
      ? Words.count(Int(hours * 60), "minute") : "\((hours * 10).rounded() / 10) hours"
    let words =
      "\(place) has \(Self.bytes(free)) left, \(time) of frames at this rate without a pause"
    if free < RunHealth.leastFree {
      return MachineFinding(
        "disk room",
        .failure,
        words,
        remedy: "free the disk, or record elsewhere"
      )
    }
    guard hours >= 1 else {
      return MachineFinding("disk room", .warning, words, remedy: "free the disk before a long run")
    }
    return MachineFinding("disk room", .ok, words)
  }

  private func locking(_ file: Int32, _ place: String) -> MachineFinding {
    let setting = unsafe getenv("HDF5_USE_FILE_LOCKING").map { unsafe String(cString: $0) }
    if let setting, ["FALSE", "0"].contains(setting.uppercased()) {
      return MachineFinding("file locks", .ok, "switched off by HDF5_USE_FILE_LOCKING")
    }
    guard flock(file, LOCK_EX | LOCK_NB) != 0 else {
      return MachineFinding("file locks", .ok, "HDF5 can lock files in \(place)")
    }
    return MachineFinding(
      "file locks",
      .failure,
      "files in \(place) cannot be locked: \(unsafe String(cString: strerror(errno)))",
      remedy: "export HDF5_USE_FILE_LOCKING=FALSE, in the service's file, too"
    )
  }

  /// Frames from this machine to itself over ZeroMQ.
  var loopback: MachineFinding {
    do {
      let rate = try measureLoopback()
      let words =
        "ZeroMQ carries \(Self.megabytes(rate)) over TCP within this machine; "
        + "the detector sends \(Self.megabytes(streamRate))"
      if rate < streamRate, !sourceWaits {
        return MachineFinding(
          "loopback",
          .failure,
          words,
          remedy: "end other programs and try again"
        )
      }
      guard rate >= 2 * streamRate || sourceWaits else {
        return MachineFinding(
          "loopback",
          .warning,
          words,
          remedy: "end other programs and try again"
        )
      }
      return MachineFinding("loopback", .ok, words)
    } catch {
      return MachineFinding("loopback", .failure, "\(error)", remedy: "is the interface lo up?")
    }
  }

  private func measureLoopback() throws -> Double {
    let context = try MessagingContext()
    var publisher = try Publisher(
      context,
      bindingTo: "tcp://127.0.0.1:*",
      highWaterMark: 16,
      overflow: .block,
      sendTimeoutMilliseconds: 1000,
      lingerMilliseconds: 0
    )
    let endpoint = publisher.endpoint
    let reader = PipelineThread("loopback") {
      guard var subscriber = try? Subscriber(context, connectingTo: [endpoint], highWaterMark: 16)
      else { return }
      while let parts = try? subscriber.receive(timeoutMilliseconds: 1500), parts.count > 1 {}
    }
    defer { reader.join() }
    guard try publisher.receiveSubscription(timeoutMilliseconds: 1500) != nil else {
      throw PipelineError(.input, "nothing connects to 127.0.0.1")
    }
    let frame = SharedBytes([UInt8](repeating: 0x5A, count: Int(frameBytes)))
    let begin = ContinuousClock.now
    var count = 0
    while ContinuousClock.now - begin < .milliseconds(800) {
      guard try publisher.send([SharedBytes("frame"), frame]) else {
        throw PipelineError(.input, "messages to 127.0.0.1 do not arrive")
      }
      count += 1
    }
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    _ = try publisher.send([SharedBytes("end")])
    try publisher.setLinger(milliseconds: 1000)
    return Double(count) * frameBytes / seconds
  }

  /// Whether the addresses that a live run takes are free.
  var ports: [MachineFinding] {
    var places: [(String, String)] = []
    if configuration.previews.isEnabled {
      places.append(("previews.bind", configuration.previews.endpoint))
      if let rec = configuration.previews.recEndpoint { places.append(("previews.rec_bind", rec)) }
    }
    if configuration.control.isEnabled {
      places.append(("control.bind", configuration.control.endpoint))
    }
    let remedy = "does a run go on? \"tiltfold status\" says; else choose another address"
    let sockets = places.map { port($0, $1, bindingTo: $1, .failure, remedy: remedy) }
    guard configuration.dashboard.isEnabled else { return sockets }
    let address = configuration.dashboard.address
    let page = port(
      "dashboard.bind",
      address,
      bindingTo: "tcp://\(address)",
      .warning,
      remedy:
        "the run would go on without its page: choose another address, or end what serves there"
    )
    return [page] + sockets
  }

  /// Whether an address is free; it is given back at once.
  private func port(
    _ key: String,
    _ shown: String,
    bindingTo endpoint: String,
    _ severity: MachineFinding.Verdict,
    remedy: String
  ) -> MachineFinding {
    do {
      let socket = try Publisher(
        try MessagingContext(),
        bindingTo: endpoint,
        lingerMilliseconds: 0
      )
      _ = socket.endpoint
      return MachineFinding("port", .ok, "\(key) \(shown) is free")
    } catch {
      return MachineFinding(
        "port",
        severity,
        "\(key) \(shown) cannot be taken: \(error)",
        remedy: remedy
      )
    }
  }

  private static func megabytes(_ rate: Double) -> String { "\(Int((rate * 1e-6).rounded())) MB/s" }
}
