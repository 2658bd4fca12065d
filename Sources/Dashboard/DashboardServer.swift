// SPDX-License-Identifier: BSD-3-Clause

import Dispatch
import FlyingFox
import FlyingSocks
import Foundation
import Glibc
import Synchronization

/// Serves the page of a run: files, figures, the stream of previews, control.
///
/// Everything here is asynchronous and waits on sockets only; the pipeline's threads never wait for
/// it. It keeps to its `DashboardLimits`: sizes, numbers and times.
package final class DashboardServer: Sendable {
  private struct State {
    var connections: [ObjectIdentifier: ClientConnection] = [:]
    var work: Task<Void, Never>?
  }

  /// The port that it got.
  package let port: UInt16
  private let hub: PreviewHub
  private let settings: DashboardSettings
  private let listener: Socket
  private let routes: Routes
  private let control: PageControl
  private let policy: AccessPolicy
  private let state = Mutex(State())
  private let hasEnded = DispatchSemaphore(value: 0)

  /// Takes the address and starts serving.
  ///
  /// - Parameters:
  ///   - hub: What is shown.
  ///   - settings: Address, files, who may control.
  /// - Throws: `DashboardError` where the address is taken or none of this machine.
  package init(_ hub: PreviewHub, _ settings: DashboardSettings) throws(DashboardError) {
    do {
      (listener, port) = try settings.address.listen()
    } catch {
      throw DashboardError(Self.words(of: error, at: settings.address))
    }
    self.hub = hub
    self.settings = settings
    control = PageControl(settings)
    policy = AccessPolicy(settings)
    var page: PageFiles?
    do throws(DashboardError) {
      page = try PageFiles(settings.pageFolders)
    } catch {
      settings.onNotice(error.description)
    }
    routes = Routes(hub: hub, page: page, control: control, plotlyPath: settings.plotlyPath)
    let work = Task.detached(executorPreference: DashboardExecutor()) { [self] in
      await serve()
      hasEnded.signal()
    }
    state.withLock { $0.work = work }
  }

  /// What a person types into a browser.
  package var url: String {
    let host = settings.address.host
    if settings.address.isWildcard {
      let name = try? String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8)
      let trimmed = name?.trimmingCharacters(in: .whitespacesAndNewlines) ?? host
      return "http://\(trimmed):\(port)/"
    }
    return settings.address.isV6 ? "http://[\(host)]:\(port)/" : "http://\(host):\(port)/"
  }

  /// Lets pages have what is there, and ends; waits, so that no thread of the cooperative pool may
  /// call it.
  ///
  /// - Parameter seconds: How long pages may take.
  package func stop(withinSeconds seconds: Double = 1) {
    hub.end()
    let limit = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < limit, hub.figures.pages > 0 {
      Thread.sleep(forTimeInterval: 0.01)
    }
    state.withLock { $0.work }?.cancel()
    for connection in state.withLock({ Array($0.connections.values) }) { connection.abort() }
    // Handed on to whoever else waits for it.
    if hasEnded.wait(timeout: .now() + 2) == .success { hasEnded.signal() }
  }

  // MARK: -

  private func serve() async {
    let pool = HTTPServer.defaultPool()
    do {
      try await pool.prepare()
      let listener = try AsyncSocket(socket: listener, pool: pool)
      await withTaskGroup(of: Void.self) { group in
        group.addTask { _ = try? await pool.run() }
        group.addTask { [self] in await accept(listener) }
        group.addTask { [self] in await watch() }
        _ = await group.next()
        if !Task.isCancelled { settings.onNotice("the dashboard has ended: its sockets broke") }
        group.cancelAll()
      }
    } catch {
      settings.onNotice("the dashboard has ended: \(error)")
    }
    try? listener.close()
  }

  /// Lets connections in for as long as the server runs.
  private func accept(_ listener: AsyncSocket) async {
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        do {
          let socket = try await listener.accept()
          // A flood is not answered: each answer would hold a file for a second.
          guard
            state.withLock({ $0.connections.count }) < settings.limits.connections + Self.farewells
          else {
            try? socket.close()
            continue
          }
          let connection = ClientConnection(
            socket,
            sendBufferBytes: settings.limits.sendBufferBytes
          )
          let count = state.withLock { state in
            state.connections[ObjectIdentifier(connection)] = connection
            return state.connections.count
          }
          group.addTask { [self] in
            await converse(connection, isOneTooMany: count > settings.limits.connections)
            state.withLock { $0.connections[ObjectIdentifier(connection)] = nil }
            connection.close()
          }
        } catch is CancellationError {
          break
        } catch {
          // Out of files, or gone before it was let in: the next one may do better.
          try? await Task.sleep(for: .milliseconds(200))
        }
      }
      group.cancelAll()
    }
  }

  /// Connections beyond the limit that are told so.
  private static let farewells = 16

  /// Ends connections that take too long, and keeps the others alive.
  private func watch() async {
    var nextPing = ContinuousClock.now + .seconds(settings.limits.pingSeconds)
    while !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(500))
      let now = ContinuousClock.now
      for connection in state.withLock({ Array($0.connections.values) }) {
        let (reading, writing) = connection.isOverdue(at: now)
        if writing { hub.countDropped() }
        if reading || writing { connection.abort() }
      }
      guard now >= nextPing else { continue }
      nextPing = now + .seconds(settings.limits.pingSeconds)
      hub.postToAll(WebSocketFrame.encode(.ping, []))
    }
  }

  private func converse(_ connection: ClientConnection, isOneTooMany: Bool) async {
    do {
      if isOneTooMany { throw RequestHead.Problem.tooManyConnections }
      try await answerRequests(of: connection)
    } catch let problem as RequestHead.Problem {
      try? await send(problem.answer, on: connection, keepsConnection: false)
      connection.finishWriting()
      await connection.discardRest()
    } catch {
      // The connection broke; there is nobody to tell.
    }
  }

  private func answerRequests(of connection: ClientConnection) async throws {
    let limits = settings.limits
    var bytes = BufferedSocketReader(connection.socket)
    connection.limitReading(seconds: limits.headSeconds)
    while let head = try await bytes.head(limit: limits.headBytes) {
      let head = try RequestHead(head)
      let isLocal = AccessPolicy.isLocal(head, peer: connection.peer)
      let length = try head.bodyLength(limit: limits.bodyBytes)
      connection.limitReading(seconds: limits.headSeconds)
      if length > 0, head.headers[HTTPHeader("Expect")]?.lowercased() == "100-continue" {
        let go = Answer.head(.continue, HTTPHeaders())
        try await connection.write(go, stallSeconds: limits.stallSeconds)
      }
      guard let body = try await bytes.read(length) else { return }
      connection.limitReading(seconds: nil)
      if let refusal = policy.refusal(of: head) {
        return try await send(refusal, on: connection, keepsConnection: false)
      }
      if head.path == "/stream", head.headers[.upgrade] != nil {
        return try await stream(head, on: connection, bytes, isLocal: isLocal)
      }
      let answer = await routes.answer(head, body: body, isLocal: isLocal)
      try await send(
        answer,
        on: connection,
        keepsConnection: head.keepsConnection,
        isHead: head.method == .HEAD
      )
      guard head.keepsConnection else { return }
      connection.limitReading(seconds: limits.idleSeconds)
    }
  }

  private func stream(
    _ head: RequestHead,
    on connection: ClientConnection,
    _ bytes: BufferedSocketReader,
    isLocal: Bool
  ) async throws {
    let (accepted, refusal) = await StreamSession.accept(head)
    if let refusal { return try await send(refusal, on: connection, keepsConnection: false) }
    guard let page = hub.open(limit: settings.limits.streams), let accepted else {
      let answer = Answer.words(
        .serviceUnavailable,
        "\(settings.limits.streams) pages are open; close one of them"
      )
      return try await send(answer, on: connection, keepsConnection: false)
    }
    defer { hub.close(page) }
    let stall = settings.limits.stallSeconds
    try await connection.write(Answer.head(.switchingProtocols, accepted), stallSeconds: stall)
    let session = StreamSession(hub: hub, control: control, limits: settings.limits)
    await session.run(page: page, on: connection, bytes, isLocal: isLocal)
  }

  private func send(
    _ answer: Answer,
    on connection: ClientConnection,
    keepsConnection: Bool,
    isHead: Bool = false
  ) async throws {
    let head = answer.head(keepsConnection: keepsConnection)
    let stall = settings.limits.stallSeconds
    // In one piece where it is short; a long body is not copied.
    if !isHead, answer.body.count <= 16 << 10 {
      return try await connection.write(head + answer.body, stallSeconds: stall)
    }
    try await connection.write(head, stallSeconds: stall)
    if !isHead { try await connection.write(answer.body, stallSeconds: stall) }
  }

  private static func words(of error: any Error, at address: BindAddress) -> String {
    let place =
      address.isV6 ? "[\(address.host)]:\(address.port)" : "\(address.host):\(address.port)"
    let beside = "; the run goes on without the dashboard. dashboard.bind names another address"
    guard case .failed(_, let code, let message)? = error as? SocketError else {
      return "the dashboard cannot be served at \(place): \(error)\(beside)"
    }
    switch code {
    case EADDRINUSE:
      return "the dashboard cannot be served at \(place): another program has this port\(beside)"
    case EADDRNOTAVAIL:
      return "the dashboard cannot be served at \(place): it is no address of this machine\(beside)"
    case EACCES:
      return "the dashboard cannot be served at \(place): ports below 1024 need rights\(beside)"
    default: return "the dashboard cannot be served at \(place): \(message)\(beside)"
    }
  }
}
