// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import LivePipeline
import WireFormat

/// Where a live process publishes, as `status` and `monitor` take it.
struct PreviewPlace: ParsableArguments {
  @Option(help: "The port of the previews, that of the live process's key previews.bind.")
  var port = 37017
  @Option(help: "Where the previews are, in place of a machine and a port: tcp://HOST:PORT.")
  var endpoint: String?
  @Option(
    help: "The configuration of the live process: its previews.bind and public key are taken.",
    completion: .file(extensions: ["yaml"])
  )
  var config: String?
  @Option(
    help: """
      The public key of the live process, its previews.curve_public_key; needed where it publishes \
      beyond its own machine without previews.insecure.
      """
  )
  var curvePublicKey: String?

  func validate() throws {
    guard (1...65535).contains(port) else { throw ValidationError("--port is from 1 to 65535") }
    if let endpoint, !endpoint.contains(":") {
      throw ValidationError(
        "--endpoint is tcp://HOST:PORT; a machine's name alone goes with --host"
      )
    }
    if let endpoint { try checkEndpoint(tcpEndpoint(endpoint), option: "--endpoint") }
  }

  /// Checks how a machine is named, as `resolved` takes it.
  ///
  /// - Throws: `ValidationError` with the form that is expected.
  static func check(host: String?) throws {
    if let endpoint = host.flatMap(endpoint(of:)) {
      try checkEndpoint(endpoint, option: "the machine")
    }
  }

  /// The endpoint that a machine's name is, where it says a port or is a whole endpoint.
  private static func endpoint(of host: String) -> String? {
    let saysPort = host.filter { $0 == ":" }.count == 1 || host.contains("]:")
    return host.contains("://") || saysPort ? tcpEndpoint(host) : nil
  }

  /// The endpoint and the key.
  ///
  /// - Parameter host: A machine, "HOST" or "HOST:PORT" or a whole endpoint; nil for this machine.
  /// - Returns: What to connect to.
  /// - Throws: `ConfigurationErrors` where a configuration is named that cannot be used.
  func resolved(host: String?) throws -> (endpoint: String, key: String?) {
    let configuration = try config.map { try PipelineConfiguration.load(path: $0) }
    let key = curvePublicKey ?? configuration?.previews.curvePublicKey
    if let endpoint { return (tcpEndpoint(endpoint), key) }
    let bound = configuration?.previews.endpoint
    if let host {
      if let endpoint = Self.endpoint(of: host) { return (endpoint, key) }
      let number = bound?.split(separator: ":").last.flatMap { Int($0) } ?? port
      return ("tcp://\(host):\(number)", key)
    }
    return (bound.map(reachable) ?? "tcp://127.0.0.1:\(port)", key)
  }
}

/// What is bound to every address of a machine is reached at its own.
func reachable(_ bound: String) -> String {
  bound.replacing("//*:", with: "//127.0.0.1:").replacing("//0.0.0.0:", with: "//127.0.0.1:")
    .replacing("//[::]:", with: "//[::1]:")
}

/// HOST:PORT as an endpoint.
func tcpEndpoint(_ text: String) -> String { text.contains("://") ? text : "tcp://\(text)" }

/// Whether something that is connected to can be one.
///
/// - Parameters:
///   - endpoint: What was given.
///   - option: By what, as it is told.
/// - Throws: `ValidationError` with the form that is expected.
func checkEndpoint(_ endpoint: String, option: String) throws {
  if ["ipc://", "inproc://"].contains(where: endpoint.hasPrefix) { return }
  let port = endpoint.split(separator: ":").last.flatMap { Int($0) }
  guard endpoint.hasPrefix("tcp://"), let port, (1...65535).contains(port) else {
    throw ValidationError(
      "\(option) is \(endpoint); expected HOST:PORT or tcp://HOST:PORT, a port of 1 to 65535"
    )
  }
}

/// Exit codes of those who watch.
extension ExitCode {
  /// Somebody answered, and something is wrong with the run.
  static let unhealthy = ExitCode(1)
  /// Nobody answered.
  static let unanswered = ExitCode(69)
}
