// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Imaging
import LivePipeline
import TestSupport
import Testing
import WireFormat

@Suite struct SidecarFileTests {
  private func read(_ text: String) throws -> Sidecar {
    let folder = try TemporaryFolder()
    let path = folder.file("sidecar.yaml")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let message = try SidecarFile.message(path)
    #expect(message.count == 2 && message[0].array() == Array("sidecar".utf8))
    return try Sidecar(json: message[1])
  }

  @Test func yamlAndJSONSayTheSame() throws {
    let yaml = try read(
      """
      tomogram_id: "158"   # a text, because it is quoted
      tilt_count: 3
      placements:
        - {scan: NS_180101001, rotation_angle_deg: -80.5}
        - scan: NS_180101002
          rotation_angle_deg: -79
      scans:
        - name: a
          energy_eV: 7.082e2
          exposure_s: [0.02, 0.2]
          grid: {rows: 2, columns: 3, step_m: 70e-9}
      """
    )
    let json = try read(
      """
      {"tomogram_id": "158", "tilt_count": 3, "placements": [
        {"scan": "NS_180101001", "rotation_angle_deg": -80.5},
        {"scan": "NS_180101002", "rotation_angle_deg": -79}],
       "scans": [{"name": "a", "energy_eV": 708.2, "exposure_s": [0.02, 0.2],
         "grid": {"rows": 2, "columns": 3, "step_m": 70e-9}}]}
      """
    )
    #expect(yaml.tomogram == "158" && yaml.tomogram == json.tomogram)
    #expect(yaml.placements == json.placements && yaml.placements.count == 2)
    #expect(yaml.scans == json.scans && yaml.scans[0].positions.count == 6)
    #expect(yaml.placements["NS_180101001"]?.tilt?.degrees == -80.5)
  }

  @Test(arguments: [
    ("", "empty"), ("scans: [", "YAML"), ("scanz: []", "scanz"), ("- 1", "mapping"),
    ("placements: [{scan: a, tilt: 3}]", "rotation_angle_deg"), ("{\"scans\": 3}", "list"),
  ])
  func whatCannotBeUsedIsRefusedInWords(text: String, word: String) {
    let error = #expect(throws: PipelineError.self) { try read(text) }
    #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("sidecar.yaml") == true)
  }

  @Test func aFileThatIsNotThereIsNamed() {
    let error = #expect(throws: PipelineError.self) { try SidecarFile.message("/nowhere/s.yaml") }
    #expect(error?.kind == .input && error?.description.contains("/nowhere/s.yaml") == true)
  }
}
