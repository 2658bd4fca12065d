// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Foundation
import Imaging
import Testing

@Suite struct WisdomTests {
  @Test func whatWasSavedCanBeLoaded() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "wisdom-\(UUID())/deep")
    defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
    _ = FourierPlan2D(shape: Shape2D(square: 16), effort: .measure)
    let path = folder.appending(path: "fftw").path()
    try Wisdom.save(to: path)
    #expect(Wisdom.load(from: path))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()) == ["fftw"])
  }

  @Test func aMissingFileIsNoError() {
    #expect(!Wisdom.load(from: "/nonexistent/wisdom"))
  }

  @Test func aFileThatCannotBeWrittenIsSaidInWords() {
    let error = #expect(throws: WisdomError.self) { try Wisdom.save(to: "/proc/no/wisdom") }
    #expect(error?.description.contains("/proc/no/wisdom") == true)
  }
}
