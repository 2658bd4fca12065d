// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import LivePipeline
import Ptychography
import Registration
import Testing
import Tomography

/// A tomogram into which nothing could be folded says why, and what to do.
@Suite(.serialized) struct EmptyTomogramTests {
  private static func error(_ change: (inout PipelineConfiguration) -> Void) throws -> String {
    var run = SimulatedRun()
    run.parameters.tiltCount = 1
    run.configuration.ptychography.iterations = 10
    change(&run.configuration)
    let outcome = try run.run()
    let errors = outcome.events.filter { $0.severity == .error }
    #expect(errors.count == 1, "\(errors)")
    #expect(outcome.summary.tomograms.first?.tilts == 0)
    return errors.first?.message ?? ""
  }

  @Test func voxelsOfAnotherSizeThanPixels() throws {
    let error = try Self.error { $0.tomography.voxelSize = Length(nanometers: 10) }
    #expect(error.contains("none of its projections could be folded"))
    #expect(error.contains("its pixels are 0.67 times the size of voxels"))
    #expect(error.contains("Set tomography.voxel_size_m to the objects' pixel size, 6.7 nm"))
  }

  @Test func aVolumeThatIsMuchLargerThanTheScan() throws {
    let error = try Self.error { configuration in
      configuration.tomography.volumeSide = 256
      configuration.tomography.volumeHeight = 256
      configuration.registration.minimumCoverage = 0.9
    }
    #expect(error.contains("of the volume's view is lit"))
    #expect(error.contains("lower registration.minimum_coverage"))
  }
}
