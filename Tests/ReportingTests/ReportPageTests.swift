// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Imaging
import Reporting
import Testing

@Suite struct ReportPageTests {
  /// A name that breaks out of whatever does not keep it in.
  static let hostile = #"</script><img src=x onerror="alert('1')"> & <!-- \u2028 --ink "quoted""#

  private let image: Image = {
    var image = Image(shape: Shape2D(rows: 3, columns: 4))
    for i in image.values.indices { image.values[i] = Float(i) / 7 }
    image.values[5] = .nan
    return image
  }()

  private func page(_ name: String = "sample") -> ReportPage {
    var plot = LinePlot(
      title: name,
      horizontal: .init(name, unit: "nm"),
      vertical: .init("height", unit: "OD", isLogarithmic: true),
      curves: [
        .init(label: name, x: [1, 2, 3], y: [0.1, 0.25, .nan], style: .bars),
        .init(label: "line", x: [1, 3], y: [1, 2], color: RGBColor(gray: 0.5)),
      ],
      thresholds: [.init(label: name, value: 0.5)],
      markers: [.init(label: name, value: 2)]
    )
    plot.bands = [.init(label: name, range: 1...2, color: RGBColor(red: 1, green: 0, blue: 0))]
    plot.backdrop = .init(image, horizontal: 0...4, vertical: 0...3, quantity: name)
    var picture = ImagePicture(
      image,
      title: name,
      pixelSize: Length(nanometers: 5),
      quantity: name,
      unit: "OD",
      range: .given(0...1)
    )
    picture.axes = PictureAxes(horizontal: name, vertical: "y")
    var colors = ColorPicture(
      shape: Shape2D(rows: 1, columns: 2),
      colors: [RGBColor(gray: 0), RGBColor(gray: 1)],
      title: name
    )
    colors.key = [ColorKey(name, RGBColor(gray: 1))]
    let sheet = PictureSheet(
      title: name,
      panels: [
        .plot(plot), .image(picture), .color(colors),
        .chemistry(ChemicalPicture(lithiated: image, delithiated: image, title: name)),
      ]
    )
    var block = Volume(sizeX: 4, sizeZ: 4, sizeY: 4)
    block[x: 1, z: 1, y: 1] = 1
    let scene = SurfaceScene(
      title: name,
      surfaces: [
        .init(name: name, mesh: SurfaceMesh(of: block, level: 0.5), color: RGBColor(gray: 0.5))
      ],
      extents: SIMD3(4, 4, 4),
      voxelSize: Length(nanometers: 5)
    )
    func figure(_ label: String, _ content: ReportFigure.Content) -> ReportFigure {
      ReportFigure(label, paper: name, caption: name, alternative: name, content: content)
    }
    return ReportPage(
      title: name,
      subtitle: name,
      sections: [
        ReportSection(
          id: "first",
          title: name,
          blocks: [
            .text(name), .missing(name), .warning(name), .heading(name),
            .table(ReportTable(caption: name, columns: [.init(name)], rows: [[name]])),
            .table(
              ReportTable(caption: name, columns: [.init(name)], rows: [[name]], isLong: true)
            ),
            .folded(title: name, text: name),
          ]
        ),
        ReportSection(
          id: "second",
          title: "second",
          blocks: [.figure(figure("a", .sheet(sheet))), .figure(figure("b", .surfaces(scene)))]
        ),
      ],
      footer: name
    )
  }

  @Test(arguments: ["sample", hostile])
  func everyTagIsClosedInItsPlace(name: String) throws {
    let text = try page(name).html(plotly: "/* plotly.js */ const a = \"</script>\", b = '<!--';")
    let tags = PageTags(text)
    #expect(tags.problems == [])
    #expect(tags.ids.contains("first") && tags.ids.contains("second"))
    #expect(tags.ids.count == Set(tags.ids).count, "a name stands twice: \(tags.ids)")
    // Scripts: two of the page's and one for each of five plots.
    #expect(tags.names.count { $0 == "script" } == 2 + 5)
    #expect(tags.names.count { $0 == "section" } == 2)
    #expect(tags.names.count { $0 == "figure" } == 2)
    #expect(!tags.names.contains("img"))
  }

  @Test func everyLinkLeadsIntoThePageAndNothingIsLoaded() throws {
    let text = try page(Self.hostile).html(plotly: "")
    let tags = PageTags(text)
    for (name, value) in tags.attributes where ["src", "href", "data", "srcset"].contains(name) {
      #expect(value.hasPrefix("#") && tags.ids.contains(String(value.dropFirst())), "\(value)")
    }
    #expect(!tags.attributes.contains { $0.name.hasPrefix("on") })
    #expect(!text.contains("http://") && !text.contains("https://") && !text.contains("url("))
    #expect(text.contains("default-src 'none'"))
  }

  @Test func plotsHoldTheValuesThatTheyWereGiven() throws {
    let plots = try PageTags(page().html(plotly: "")).specifications()
    #expect(plots.count == 5)
    let line = try #require(plots[0]["data"] as? [[String: Any]])
    // The backdrop, then the curves.
    #expect(line.map { $0["type"] as? String } == ["heatmap", "bar", "scatter"])
    #expect(try doubles(line[1]["x"]) == [1, 2, 3])
    let heights = try doubles(line[1]["y"])
    #expect(heights[0] == 0.1 && heights[1] == 0.25 && heights[2].isNaN)
    let layout = try #require(plots[0]["layout"] as? [String: Any])
    let axis = try #require(layout["yaxis"] as? [String: Any])
    #expect(axis["type"] as? String == "log")
    #expect((axis["title"] as? [String: Any])?["text"] as? String == "height (OD)")

    let heat = try #require(plots[1]["data"] as? [[String: Any]])
    let values = try floats(heat[0]["z"])
    #expect(values.count == 12)
    for (value, given) in zip(values, image.values) {
      #expect(value == given || value.isNaN && given.isNaN)
    }
    #expect((heat[0]["z"] as? [String: Any])?["shape"] as? String == "3, 4")
    // Pixels of 5 nm about the middle.
    #expect(heat[0]["x0"] as? Double == -7.5 && heat[0]["dx"] as? Double == 5)
    #expect(heat[0]["y0"] as? Double == -5)

    let picture = try #require((plots[2]["data"] as? [[String: Any]])?[0]["source"] as? String)
    let encoded = try #require(picture.split(separator: ",").last)
    let bytes = try #require(Data(base64Encoded: String(encoded)))
    #expect(bytes.prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]))
    let mesh = try #require((plots[4]["data"] as? [[String: Any]])?[0])
    #expect(mesh["type"] as? String == "mesh3d")
    // Voxel 1 of 0...3 of 5 nm lies 2.5 nm below the middle; a vertex on each side of it.
    let x = try floats(mesh["x"])
    #expect(abs(x.reduce(0, +) / Float(x.count) + 2.5) < 1e-4)
  }

  @Test func largeImagesAreAveragedAndKeepTheirPlace() throws {
    let large = ImagePicture(
      Image(shape: Shape2D(rows: 900, columns: 900), filledWith: 2),
      pixelSize: Length(nanometers: 1)
    )
    let figure = ReportFigure(
      "large",
      caption: "",
      alternative: "",
      content: .sheet(PictureSheet(panels: [.image(large)]))
    )
    let page = ReportPage(
      title: "",
      subtitle: "",
      sections: [ReportSection(id: "s", title: "", blocks: [.figure(figure)])]
    )
    let plots = try PageTags(page.html(plotly: "")).specifications()
    let heat = try #require((plots[0]["data"] as? [[String: Any]])?[0])
    #expect((heat["z"] as? [String: Any])?["shape"] as? String == "300, 300")
    let (step, start) = (heat["dx"] as? Double ?? 0, heat["x0"] as? Double ?? 0)
    #expect(abs(step - 3) < 1e-9 && abs(start + 448.5) < 1e-9)
    #expect(try floats(heat["z"]).allSatisfy { $0 == 2 })
  }

  private func bytes(_ value: Any?, _ type: String) throws -> Data {
    let array = try #require(value as? [String: Any])
    #expect(array["dtype"] as? String == type)
    return try #require((array["bdata"] as? String).flatMap { Data(base64Encoded: $0) })
  }

  private func floats(_ value: Any?) throws -> [Float] {
    let bytes = Array(try bytes(value, "f4"))
    return stride(from: 0, to: bytes.count, by: 4).map { place in
      Float(
        bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
      )
    }
  }

  private func doubles(_ value: Any?) throws -> [Double] {
    let bytes = Array(try bytes(value, "f8"))
    return stride(from: 0, to: bytes.count, by: 8).map { place in
      Double(
        bitPattern: (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[place + $1]) << (8 * UInt64($1)) }
      )
    }
  }
}
