// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// Surfaces in space, which a page lets its reader turn.
public struct SurfaceScene: Sendable {
  /// One surface.
  public struct Surface: Sendable {
    /// What it encloses, for the legend.
    public var name: String
    /// Its triangles, in voxels from 0.
    public var mesh: SurfaceMesh
    /// Its colour.
    public var color: RGBColor
    /// How much it hides of what lies behind, 0 to 1.
    public var opacity: Double
    /// Whether it is shown at first; a click on the legend shows it.
    public var isShown: Bool

    /// Makes a surface.
    public init(
      name: String,
      mesh: SurfaceMesh,
      color: RGBColor,
      opacity: Double = 1,
      isShown: Bool = true
    ) {
      self.name = name
      self.mesh = mesh
      self.color = color
      self.opacity = opacity
      self.isShown = isShown
    }
  }

  /// What stands above it.
  public var title: String
  /// The surfaces.
  public var surfaces: [Surface]
  /// The extents of the volume, voxels (x, y, z).
  public var extents: SIMD3<Int>
  /// The size of a voxel.
  public var voxelSize: Length

  /// Makes a scene.
  public init(
    title: String = "",
    surfaces: [Surface],
    extents: SIMD3<Int>,
    voxelSize: Length
  ) {
    self.title = title
    self.surfaces = surfaces
    self.extents = extents
    self.voxelSize = voxelSize
  }

  /// The number of all triangles.
  public var triangleCount: Int { surfaces.reduce(0) { $0 + $1.mesh.triangles.count } }
}

extension SurfaceScene {
  /// The scene as a page shows it: z, along the beam, to the back, and y, the axis, down.
  var pagePanel: PagePanel {
    let voxel = voxelSize.nanometers
    let middle = SIMD3<Float>(
      Float(extents.x - 1) / 2,
      Float(extents.y - 1) / 2,
      Float(extents.z - 1) / 2
    )
    let traces: [PlotValue] = surfaces.filter { !$0.mesh.triangles.isEmpty }.map { surface in
      let places = surface.mesh.vertices.map { ($0 - middle) * Float(voxel) }
      let corners = surface.mesh.triangles
      return [
        "type": "mesh3d", "name": .text(surface.name), "showlegend": true,
        "visible": surface.isShown ? true : "legendonly",
        "x": .floats(places.map(\.x)), "y": .floats(places.map(\.z)), "z": .floats(places.map(\.y)),
        "i": .integers(corners.map(\.x)), "j": .integers(corners.map(\.y)),
        "k": .integers(corners.map(\.z)),
        "color": .text(surface.color.hexadecimal), "opacity": .number(surface.opacity),
        "flatshading": false,
        "lighting": [
          "ambient": 0.62, "diffuse": 0.75, "specular": 0.1, "roughness": 0.6, "fresnel": 0.1,
          "facenormalsepsilon": 0, "vertexnormalsepsilon": 0,
        ],
        "hovertemplate":
          "\(LinePlot.plainText(surface.name))<br>x %{x:.0f}, y %{z:.0f}, z %{y:.0f} nm<extra></extra>",
      ]
    }
    func axis(_ name: String, _ count: Int, reversed: Bool = false) -> PlotValue {
      let half = Double(count) * voxel / 2
      let ends = reversed ? [half, -half] : [-half, half]
      return [
        "title": ["text": .text("\(name) (nm)")], "range": .list(ends.map(PlotValue.number)),
        "showbackground": false, "gridcolor": "--grid", "zerolinecolor": "--grid",
        "linecolor": "--muted", "nticks": 5,
      ]
    }
    let largest = Double(max(extents.x, extents.y, extents.z))
    return PagePanel(
      title: title,
      data: .list(traces),
      layout: [
        "scene": [
          "xaxis": axis("x", extents.x), "yaxis": axis("z", extents.z),
          "zaxis": axis("y", extents.y, reversed: true), "aspectmode": "manual",
          "aspectratio": [
            "x": .number(Double(extents.x) / largest), "y": .number(Double(extents.z) / largest),
            "z": .number(Double(extents.y) / largest),
          ],
          "camera": [
            "eye": ["x": 1.0, "y": -1.45, "z": 0.66], "center": ["x": 0, "y": 0, "z": -0.11],
            "projection": ["type": "perspective"],
          ],
        ],
        "margin": ["l": 0, "r": 0, "t": 0, "b": 0],
        "legend": ["orientation": "h", "x": 0, "y": 1, "font": ["size": 13]],
      ],
      height: .fixed(640),
      isWide: true
    )
  }
}
