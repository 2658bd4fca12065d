// SPDX-License-Identifier: BSD-3-Clause

import Dashboard
import Imaging
import LivePipeline
import WireFormat

/// The page beside a run; whatever is wrong with it is told, and the run goes on.
struct RunDashboard {
  private let configuration: DashboardConfiguration
  private let hub = PreviewHub()

  /// Takes the section of the configuration.
  init(_ configuration: DashboardConfiguration) {
    self.configuration = configuration
  }

  /// Who has to be given the run's previews; nobody where no page is served.
  var listeners: [any PreviewListener] {
    configuration.isEnabled ? [Listener(hub: hub)] : []
  }

  /// Serves the page for as long as something runs.
  ///
  /// - Parameters:
  ///   - pipeline: The run that is shown.
  ///   - body: What runs.
  /// - Returns: What came of it.
  func serving<Result>(_ pipeline: Pipeline, _ body: () throws -> Result) rethrows -> Result {
    let server = configuration.isEnabled ? start(pipeline) : nil
    defer { server?.stop() }
    return try body()
  }

  private func start(_ pipeline: Pipeline) -> DashboardServer? {
    func warn(_ words: String) { pipeline.report(RunEvent(.warning, words)) }
    do {
      var settings = DashboardSettings(address: try BindAddress(configuration.address)) {
        pipeline.control($0)
      }
      settings.takesControl = configuration.takesControl
      settings.onNotice = { pipeline.report(RunEvent(.warning, $0)) }
      do {
        settings.token = try configuration.resolvedToken()
      } catch {
        warn("\(error); until then the run is controlled from its own machine only")
      }
      do {
        settings.plotlyPath = try PlotlyLibrary().path
      } catch {
        warn("the dashboard shows no charts: \(error)")
      }
      let server = try DashboardServer(hub, settings)
      pipeline.report(RunEvent(.info, "the dashboard is at \(server.url)"))
      if !settings.address.isLoopback {
        warn(
          "dashboard.insecure: every machine that reaches this one sees the run, unencrypted, and "
            + "its token can be overheard"
        )
      }
      return server
    } catch {
      warn("\(error)")
      return nil
    }
  }

  /// Hands previews on to the page.
  private struct Listener: PreviewListener {
    let hub: PreviewHub

    var isFollowed: Bool { hub.hasPages }

    func receive(topic: PreviewTopic, parts: [SharedBytes]) {
      hub.receive(topic: topic, parts: parts)
    }
  }
}
