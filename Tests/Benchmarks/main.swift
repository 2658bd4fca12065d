// SPDX-License-Identifier: BSD-3-Clause

import Foundation

// Every module's cases, one line each. JSON lines alone on standard output, words on standard
// error; ONLY=pattern in the environment chooses by name (README.md, `make bench`).
let environment = ProcessInfo.processInfo.environment
var cases: [BenchmarkCase] = []
cases += artBenchmarks()
cases += chemicalUpdateBenchmarks()
cases += particleBenchmarks()
cases += tomogramMemoryBenchmarks()
cases += raarBenchmarks()
cases += solverBenchmarks()
cases += preprocessingBenchmarks(python: environment["PEERS_PYTHON"])
cases += compressionBenchmarks()
cases += ingestBenchmarks(environment: environment)
cases += previewCostBenchmarks(environment: environment)
cases += newcomerBenchmarks(environment: environment)
cases += paintBenchmarks()
cases += latencyBenchmarks(environment: environment)
cases += PeerBenchmark(environment: environment)?.cases() ?? []
exit(runBenchmarks(cases, only: environment["ONLY"] ?? "") ? 0 : 1)
