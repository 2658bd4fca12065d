// SPDX-License-Identifier: BSD-3-Clause

import Testing

/// Holds every `import` to the layout: values, wrappers, stages that do not know one another, the
/// pipeline that alone knows their order, programs (Docs/Decisions/0001-layout.md).
@Suite struct ImportTableTests {
  private static let values: Set = ["Imaging", "AcquisitionModel"]
  private static let stages: Set = [
    "Preprocessing", "Ptychography", "Registration", "Tomography", "ChemicalMapping",
    "ParticleAnalysis",
  ]
  private static let foundation: Set = ["Foundation", "FoundationEssentials", "Glibc", "Musl"]

  /// What each module may import, the standard library's `Synchronization` aside.
  private static let table: [String: Set<String>] = [
    "Imaging": ["Glibc"],  // its square roots and exponentials, for stages that import neither
    "AcquisitionModel": ["Imaging"],

    "FourierTransform": values.union(["CFFTW3"]).union(foundation),
    "Messaging": values.union(["CZeroMQ"]).union(foundation),
    "HDF5Storage": values.union(["CHDF5", "CLinuxFiles", "CTiff", "CZlib"]).union(foundation),
    "WireFormat": values.union(["FoundationEssentials", "Foundation"]),

    "ResolutionMetrics": ["Imaging", "FourierTransform"],
    "Preprocessing": values.union(["FourierTransform"]),
    "Ptychography": values.union(["CKernels", "FourierTransform", "ResolutionMetrics"]),
    "Registration": values.union(["FourierTransform", "ResolutionMetrics"]),
    "Tomography": values.union(["CKernels", "ResolutionMetrics"]),
    "ChemicalMapping": values.union(["ResolutionMetrics"]),
    "ParticleAnalysis": values,

    "Reporting": values.union(["CCairo"]).union(foundation),
    "LivePipeline": values.union(stages).union(foundation).union([
      "FourierTransform", "Messaging", "HDF5Storage", "WireFormat", "ResolutionMetrics",
      "Reporting", "Histogram", "Logging", "Yams",
    ]),
    // It shows what the pipeline publishes, and knows nothing of the pipeline.
    "Dashboard": values.union(foundation).union([
      "WireFormat", "FlyingFox", "FlyingSocks", "Dispatch",
    ]),
    "tiltfold": values.union(foundation).union([
      "FourierTransform", "HDF5Storage", "WireFormat", "LivePipeline", "Dashboard", "Reporting",
      "Ptychography", "ChemicalMapping", "ArgumentParser", "Logging", "Dispatch",
    ]),

    // A mistake that simulator and solver share would cancel: no stage here.
    "DetectorSimulator": values.union(foundation).union([
      "FourierTransform", "Messaging", "WireFormat",
    ]),
    "detector-simulator": values.union(foundation).union([
      "DetectorSimulator", "HDF5Storage", "ResolutionMetrics", "ArgumentParser", "Logging",
      "Dispatch",
    ]),
  ]

  /// The one module that may import each C library; our own loops in C belong to two stages.
  private static let wrappers: [String: Set<String>] = [
    "CFFTW3": ["FourierTransform"], "CZeroMQ": ["Messaging"], "CHDF5": ["HDF5Storage"],
    "CKernels": ["Ptychography", "Tomography"],
    "CCairo": ["Reporting"], "CLinuxFiles": ["HDF5Storage"],
    "CTiff": ["HDF5Storage"], "CZlib": ["HDF5Storage"],
  ]

  /// The modules imported by each Swift source, [module: [file: imports]].
  private static let imports: [String: [String: Set<String>]] = {
    var found: [String: [String: Set<String>]] = [:]
    for path in Repository.files(under: ["Sources", "Simulator"], suffix: ".swift") {
      let parts = path.split(separator: "/")
      guard parts.count > 2, let text = Repository.text(of: path) else { continue }
      found[String(parts[1]), default: [:]][path] = Self.imports(of: text)
    }
    return found
  }()

  /// The modules that a source imports, whatever stands before the word or behind the module.
  private static func imports(of text: String) -> Set<String> {
    let pattern =
      /^\s*(?:@[\w()]+\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/
      .anchorsMatchLineEndings()
    return Set(text.matches(of: pattern).map { String($0.output.1) })
  }

  @Test func theSourcesAreFound() {
    #expect(Self.imports.count > 10)
    #expect(Self.imports["Tomography"]?.values.contains { $0.contains("Imaging") } == true)
  }

  @Test func importsAreRecognisedInEveryForm() {
    let text = """
      public import Imaging
      @testable import A
      @preconcurrency internal import B
      import struct C.D
      // import E
      let important = "import F"
        import G
      """
    #expect(Self.imports(of: text) == ["Imaging", "A", "B", "C", "G"])
  }

  @Test(arguments: table.keys.sorted())
  func aModuleImportsOnlyWhatTheTableAllows(module: String) throws {
    let allowed = try #require(Self.table[module]).union(["Synchronization"])
    for (path, imports) in Self.imports[module] ?? [:] {
      let strange = imports.subtracting(allowed)
      #expect(strange.isEmpty, "\(path) imports \(strange.sorted())")
    }
  }

  @Test func everyModuleStandsInTheTable() {
    let strange = Set(Self.imports.keys).subtracting(Self.table.keys)
    #expect(strange.isEmpty, "\(strange.sorted()) are not in the table")
  }

  @Test func noStageKnowsAnotherOrTheWorldOutside() {
    let outside: Set = [
      "Messaging", "HDF5Storage", "WireFormat", "Logging", "Yams", "ArgumentParser", "Dispatch",
      "Histogram",
    ]
    let forbidden = Self.stages.union(outside).union(Self.foundation)
    for stage in Self.stages.union(["ResolutionMetrics"]) {
      for (path, imports) in Self.imports[stage] ?? [:] {
        #expect(imports.isDisjoint(with: forbidden), "\(path)")
      }
    }
  }

  @Test func everyCLibraryHasOneImporter() {
    for (library, wrappers) in Self.wrappers {
      let importers = Self.imports.filter { module in
        module.value.values.contains { $0.contains(library) }
      }
      #expect(Set(importers.keys).subtracting(wrappers).isEmpty, "\(library)")
    }
  }

  @Test func theSimulatorUsesNoSolver() {
    let solvers = Self.stages.union(["ResolutionMetrics", "LivePipeline"])
    for module in ["DetectorSimulator", "detector-simulator"] {
      // What scores a result compares it with the truth shell by shell; that solves nothing.
      let solvers =
        module == "DetectorSimulator" ? solvers : solvers.subtracting(["ResolutionMetrics"])
      for (path, imports) in Self.imports[module] ?? [:] {
        #expect(imports.isDisjoint(with: solvers), "\(path)")
      }
    }
  }

  @Test func noModuleHoldsATypeOfItsOwnName() throws {
    for (module, files) in Self.imports {
      for path in files.keys {
        let declaration = try Regex("(struct|class|enum|actor|protocol) \(module)[ :<]")
        let declares = Repository.text(of: path)?.firstMatch(of: declaration)
        #expect(declares == nil, "\(path)")
      }
    }
  }
}
