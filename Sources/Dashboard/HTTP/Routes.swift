// SPDX-License-Identifier: BSD-3-Clause

import FlyingFox
import Foundation
import Imaging
import Synchronization
import WireFormat

/// What the server says to plain requests.
final class Routes: Sendable {
  private let hub: PreviewHub
  private let page: PageFiles?
  private let control: PageControl
  private let plotlyPath: String?
  private let plotly = Mutex<PageFiles.File?>(nil)

  init(hub: PreviewHub, page: PageFiles?, control: PageControl, plotlyPath: String?) {
    self.hub = hub
    self.page = page
    self.control = control
    self.plotlyPath = plotlyPath
  }

  /// Answers a request that was let in.
  ///
  /// - Parameters:
  ///   - head: Line and headers.
  ///   - body: What came behind them.
  ///   - isLocal: Whether it comes from this machine.
  /// - Returns: The answer, also where there is nothing at the path.
  func answer(_ head: RequestHead, body: [UInt8], isLocal: Bool) async -> Answer {
    switch (head.path, head.method) {
    case ("/api/control", .POST): return await answerControl(head, body, isLocal)
    case ("/api/control", _): return notAllowed("POST")
    case (_, .GET), (_, .HEAD): break
    default: return notAllowed("GET, HEAD")
    }
    switch head.path {
    case "/metrics":
      return Answer(
        type: "text/plain; version=0.0.4; charset=utf-8",
        Data(MetricsText.text(of: hub).utf8)
      )
    case "/api/status":
      let json = hub.newest(.status)?.json.array() ?? Array("{}".utf8)
      return Answer(type: "application/json", Data(json))
    case "/plotly.min.js":
      guard let file = plotlyFile else {
        return .words(
          .notFound,
          "Plotly is not on this machine: in the folder of TiltFold's sources, .ci/plotly fetches it"
        )
      }
      return serve(file, head, cache: "max-age=86400")
    case "/stream": return .words(.upgradeRequired, "this is a WebSocket")
    default:
      guard let file = page?.file(at: head.path) else {
        return .words(.notFound, "there is nothing at \(head.path.prefix(200))")
      }
      return serve(file, head, cache: "no-cache")
    }
  }

  private func answerControl(_ head: RequestHead, _ body: [UInt8], _ isLocal: Bool) async -> Answer
  {
    // Another page cannot send this type without asking first, which nobody here answers.
    guard head.headers[.contentType]?.lowercased().hasPrefix("application/json") == true else {
      return .words(.unsupportedMediaType, "requests are application/json")
    }
    let scheme = "bearer "
    let bearer = head.headers[.authorization].flatMap {
      $0.lowercased().hasPrefix(scheme) ? String($0.dropFirst(scheme.count)) : nil
    }
    let (json, isRefused) = await control.answer(body, isLocal: isLocal, bearer: bearer)
    return Answer(isRefused ? .forbidden : .ok, type: "application/json", json)
  }

  private func serve(_ file: PageFiles.File, _ head: RequestHead, cache: String) -> Answer {
    var headers = HTTPHeaders()
    headers[.cacheControl] = cache
    headers[.eTag] = file.tag
    if head.headers[.ifNoneMatch] == file.tag {
      return Answer(.notModified, type: file.type, headers: headers, Data())
    }
    return Answer(type: file.type, headers: headers, file.data)
  }

  private func notAllowed(_ methods: String) -> Answer {
    var answer = Answer.words(.methodNotAllowed, "allowed here: \(methods)")
    answer.headers[HTTPHeader("Allow")] = methods
    return answer
  }

  /// Read when a page first wants it.
  private var plotlyFile: PageFiles.File? {
    plotly.withLock { file in
      if file == nil, let plotlyPath, let data = FileManager.default.contents(atPath: plotlyPath) {
        file = PageFiles.File(data, path: plotlyPath)
      }
      return file
    }
  }
}
