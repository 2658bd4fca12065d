// SPDX-License-Identifier: BSD-3-Clause

/// What the server of the page needs to know.
package struct DashboardSettings: Sendable {
  /// Where the page is served.
  package var address: BindAddress
  /// What a browser on another machine has to say to control the run; nil for no control from there.
  package var token: String?
  /// Whether the run can be controlled from the page at all.
  package var takesControl = true
  /// The library that draws the page's charts, `plotly.min.js`; nil where there is none.
  package var plotlyPath: String?
  /// Where the page's files may lie; the first folder with an `index.html` counts.
  package var pageFolders = PageFiles.folders
  /// Answers a control request, JSON to JSON; may take a moment, and is called on a thread of its own.
  package var control: @Sendable ([UInt8]) -> [UInt8]
  /// Told in words what a person should know about the page, on whatever thread it happens.
  package var onNotice: @Sendable (String) -> Void = { _ in }
  /// The bounds that the server keeps to.
  package var limits = DashboardLimits()

  /// Takes what has no default.
  package init(
    address: BindAddress,
    control: @escaping @Sendable ([UInt8]) -> [UInt8]
  ) {
    self.address = address
    self.control = control
  }
}

/// The bounds that the server keeps to, whatever comes.
package struct DashboardLimits: Sendable {
  /// Open WebSockets.
  package var streams = 32
  /// Open connections of any kind.
  package var connections = 96
  /// Bytes of a request's line and headers.
  package var headBytes = 16 << 10
  /// Bytes of a request's body and of a message on a WebSocket, as on the control port.
  package var bodyBytes = 64 << 10
  /// How long a connection may take to say what it wants, seconds.
  package var headSeconds = 10.0
  /// How long a connection may stay open between two requests, seconds.
  package var idleSeconds = 60.0
  /// How long a reader may take nothing at all before it is let go, seconds.
  package var stallSeconds = 60.0
  /// The pause between two pings of a WebSocket, seconds.
  package var pingSeconds = 20.0
  /// Bytes that the system holds for a reader: the less, the fresher is what a slow one sees.
  package var sendBufferBytes: Int32 = 256 << 10

  /// Makes the defaults.
  package init() {}
}
