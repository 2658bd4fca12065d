// swift-tools-version: 6.2
// SPDX-License-Identifier: BSD-3-Clause

import PackageDescription

// C libraries. Each is imported by exactly one Swift module (DESIGN.md, section 2).
let cLibraries: [Target] = [
  .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
  .systemLibrary(name: "CFFTW3", pkgConfig: "fftw3f", providers: [.apt(["libfftw3-dev"])]),
  .systemLibrary(name: "CHDF5", pkgConfig: "hdf5-serial", providers: [.apt(["libhdf5-dev"])]),
  .systemLibrary(name: "CLinuxFiles"),
  .systemLibrary(name: "CTiff", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"])]),
  .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
  .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
]

// Our own loops that need wide instructions (Docs/Decisions/0007-kernels-in-c.md).
let kernels: [Target] = [.target(name: "CKernels")]

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser",
  package: "swift-argument-parser"
)
let flyingFox: Target.Dependency = .product(name: "FlyingFox", package: "FlyingFox")
let flyingSocks: Target.Dependency = .product(name: "FlyingSocks", package: "FlyingFox")
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

// The import table: values, wrappers, stages (siblings), pipeline, programs.
// Tests/EndToEndTests/ImportTableTests.swift holds the sources to the same table.
let modules: [Target] = [
  .target(name: "Imaging"),
  .target(name: "AcquisitionModel", dependencies: ["Imaging"]),

  .target(name: "FourierTransform", dependencies: ["CFFTW3", "Imaging"]),
  .target(name: "Messaging", dependencies: ["CZeroMQ", "Imaging"]),
  .target(
    name: "HDF5Storage",
    dependencies: ["CHDF5", "CLinuxFiles", "CTiff", "CZlib", "Imaging", "AcquisitionModel"]
  ),
  .target(name: "WireFormat", dependencies: ["Imaging", "AcquisitionModel"]),

  .target(name: "ResolutionMetrics", dependencies: ["Imaging", "FourierTransform"]),
  .target(
    name: "Preprocessing",
    dependencies: ["Imaging", "AcquisitionModel", "FourierTransform"]
  ),
  .target(
    name: "Ptychography",
    dependencies: [
      "CKernels", "Imaging", "AcquisitionModel", "FourierTransform", "ResolutionMetrics",
    ]
  ),
  .target(
    name: "Registration",
    dependencies: ["Imaging", "AcquisitionModel", "FourierTransform"]
  ),
  .target(name: "Tomography", dependencies: ["CKernels", "Imaging", "AcquisitionModel"]),
  .target(name: "ChemicalMapping", dependencies: ["Imaging", "AcquisitionModel"]),
  .target(name: "ParticleAnalysis", dependencies: ["Imaging", "AcquisitionModel"]),

  .target(name: "Reporting", dependencies: ["CCairo", "Imaging", "AcquisitionModel"]),
  .target(
    name: "LivePipeline",
    dependencies: [
      "Imaging", "AcquisitionModel", "FourierTransform", "Messaging", "HDF5Storage", "WireFormat",
      "ResolutionMetrics", "Preprocessing", "Ptychography", "Registration", "Tomography",
      "ChemicalMapping", "ParticleAnalysis", "Reporting", histogram, logging, yams,
    ]
  ),
  .target(
    name: "Dashboard",
    dependencies: ["Imaging", "AcquisitionModel", "WireFormat", flyingFox, flyingSocks],
    resources: [.copy("Page")]
  ),
  .executableTarget(
    name: "tiltfold",
    dependencies: [
      "Imaging", "AcquisitionModel", "FourierTransform", "HDF5Storage", "WireFormat",
      "LivePipeline", "Dashboard", "Reporting", "ChemicalMapping", argumentParser, logging,
    ]
  ),

  .target(
    name: "DetectorSimulator",
    dependencies: ["Imaging", "AcquisitionModel", "FourierTransform", "Messaging", "WireFormat"],
    path: "Simulator/DetectorSimulator"
  ),
  .executableTarget(
    name: "detector-simulator",
    dependencies: [
      "DetectorSimulator", "Imaging", "AcquisitionModel", "HDF5Storage", "ResolutionMetrics",
      argumentParser, logging,
    ],
    path: "Simulator/detector-simulator"
  ),
]

func suite(
  _ module: String,
  also dependencies: [Target.Dependency] = [],
  exclude: [String] = []
) -> Target {
  .testTarget(
    name: "\(module)Tests",
    dependencies: ["Imaging", "AcquisitionModel", "TestSupport"]
      + (["Imaging", "AcquisitionModel"].contains(module) ? [] : [.byName(name: module)])
      + dependencies,
    exclude: exclude
  )
}

let tests: [Target] = [
  .target(
    name: "TestSupport",
    dependencies: ["Imaging", "AcquisitionModel"],
    path: "Tests/TestSupport"
  ),
  suite("Imaging"),
  suite("AcquisitionModel"),
  suite("FourierTransform"),
  suite("Messaging"),
  suite("HDF5Storage"),
  suite("WireFormat", also: ["Messaging"], exclude: ["Fixtures"]),
  suite("ResolutionMetrics", also: ["FourierTransform"]),
  suite("Preprocessing", also: ["DetectorSimulator"]),
  suite("Ptychography", also: ["FourierTransform", "ResolutionMetrics", "HDF5Storage"]),
  suite("Registration", also: ["FourierTransform"]),
  suite("Tomography"),
  suite("ChemicalMapping"),
  suite("ParticleAnalysis", also: ["DetectorSimulator"]),
  suite("Reporting"),
  suite(
    "LivePipeline",
    also: [
      "FourierTransform", "HDF5Storage", "ResolutionMetrics", "ChemicalMapping", "Registration",
      "Tomography",
    ]
  ),
  suite("Dashboard", also: ["WireFormat", "LivePipeline"]),
  suite("DetectorSimulator", also: ["WireFormat", "FourierTransform"]),
  .testTarget(
    name: "EndToEndTests",
    dependencies: [
      "Imaging", "AcquisitionModel", "FourierTransform", "Messaging", "HDF5Storage", "WireFormat",
      "Preprocessing", "Ptychography", "Registration", "Tomography", "ChemicalMapping",
      "LivePipeline", "Dashboard", "ResolutionMetrics", "DetectorSimulator", "TestSupport",
      "tiltfold",
    ]
  ),
  .executableTarget(
    name: "tiltfold-bench",
    dependencies: [
      "Imaging", "AcquisitionModel", "FourierTransform", "Ptychography", "Tomography",
      "Preprocessing", "DetectorSimulator", "HDF5Storage", "LivePipeline", "Messaging",
      "WireFormat", "ChemicalMapping", "ParticleAnalysis", "Dashboard", "TestSupport",
    ],
    path: "Tests/Benchmarks"
  ),
]

let package = Package(
  name: "TiltFold",
  products: [
    .executable(name: "tiltfold", targets: ["tiltfold"]),
    .executable(name: "detector-simulator", targets: ["detector-simulator"]),
    .executable(name: "tiltfold-bench", targets: ["tiltfold-bench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", exact: "0.27.1"),
  ],
  targets: cLibraries + kernels + modules + tests
)

for target in package.targets where target.type != .system {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableExperimentalFeature("Lifetimes"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
  ]
}
