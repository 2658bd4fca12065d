// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import HDF5Storage
import Imaging
import TestSupport
import Testing

@Suite struct StorageFileTests {
  let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  func roundTrip<Element: StorageElement & Equatable>(
    _ values: [Element],
    layout: DatasetLayout = DatasetLayout()
  ) throws {
    let path = scratch.file("\(Element.self).h5")
    let file = try StorageFile(creating: path)
    try file.write(values, shape: [2, 3], at: "/deep/down/data", unit: "1", layout: layout)
    try file.close()
    let back = try StorageFile(reading: path)
    let array = try back.read(Element.self, at: "/deep/down/data")
    #expect(array.shape == [2, 3])
    #expect(array.values == values)
    #expect(try back.summary(of: "/deep/down/data").type == Element.storageType)
    let second = try back.read(Element.self, at: "/deep/down/data", leading: 1..<2)
    #expect(second.shape == [1, 3])
    #expect(second.values == Array(values[3...]))
  }

  @Test func everyElementTypeComesBackExactly() throws {
    try roundTrip([Int8]([-128, 0, 1, 2, 3, 127]))
    try roundTrip([UInt8]([0, 1, 2, 3, 254, 255]))
    try roundTrip([Int16]([-32768, 0, 1, 2, 3, 32767]))
    try roundTrip([UInt16]([0, 1, 2, 3, 57343, 65535]))
    try roundTrip([Int32]([.min, 0, 1, 2, 3, .max]))
    try roundTrip([UInt32]([0, 1, 2, 3, 4, .max]))
    try roundTrip([Int64]([.min, 0, 1, 2, 3, .max]))
    try roundTrip([UInt64]([0, 1, 2, 3, 4, .max]))
    try roundTrip([Float]([-1.5, 0, 1e-30, 3.25, 1e30, .infinity]))
    try roundTrip([Double]([-1.5, 0, 1e-300, .pi, 1e300, .infinity]))
    try roundTrip((0..<6).map { Complex64(Float($0), -Float($0) / 3) })
  }

  @Test func compressedChunksComeBackExactly() throws {
    try roundTrip([Float]([1, 2, 3, 4, 5, 6]), layout: DatasetLayout(chunk: [1, 3], deflate: 4))
  }

  @Test func numbersAreReadAsTheElementAskedFor() throws {
    let path = scratch.file("numbers.h5")
    let file = try StorageFile(creating: path)
    try file.write([UInt16]([0, 7, 65535]), shape: [3], at: "/words")
    try file.write(value: 2.5, at: "/number", unit: "m")
    try file.close()
    let back = try StorageFile(reading: path)
    #expect(try back.read(Float.self, at: "/words").values == [0, 7, 65535])
    #expect(try back.read(Int64.self, at: "/words").values == [0, 7, 65535])
    #expect(try back.readValue(Float.self, at: "/number") == 2.5)
    #expect(back.attributeText("units", of: "/number") == "m")
  }

  @Test func textsAttributesLinksAndListsComeBack() throws {
    let path = scratch.file("texts.h5")
    let file = try StorageFile(creating: path)
    try file.write(text: "µm – LiFePO₄", at: "/entry/title")
    try file.write(text: "", at: "/entry/nothing")
    try file.makeGroup("/entry", nexusClass: "NXentry")
    try file.setAttribute("axes", of: "/entry", to: ["x", "z", "y"])
    try file.setAttribute("version", of: "/entry", to: Int32(7))
    try file.setAttribute("version", of: "/entry", to: Int32(8))
    try file.setAttribute("corner", of: "/entry", to: [1.5, 2.5])
    try file.link("/latest", to: "/entry/title")
    try file.link("/nowhere", to: "/entry/missing")
    try file.close()
    let back = try StorageFile(reading: path)
    #expect(try back.readText(at: "/latest") == "µm – LiFePO₄")
    #expect(try back.readText(at: "/entry/nothing") == "")
    #expect(back.attributeText("NX_class", of: "/entry") == "NXentry")
    #expect(back.attributeNumbers("version", of: "/entry") == [8])
    #expect(back.attributeNumbers("corner", of: "/entry") == [1.5, 2.5])
    #expect(back.attributeText("absent", of: "/entry") == nil)
    #expect(back.exists("/nowhere") == false)
    #expect(try back.children(of: "/") == ["entry", "latest", "nowhere"])
    #expect(try back.children(of: "/entry") == ["nothing", "title"])
  }

  @Test func aFileHasItsNameOnlyWhenItIsWhole() throws {
    let path = scratch.file("whole.h5")
    do {
      let file = try StorageFile(creating: path)
      try file.write(value: 1.0, at: "/x")
      #expect(scratch.names == [".whole.h5.partial"])
    }
    #expect(scratch.names == [])
    let file = try StorageFile(creating: path)
    try file.write(value: 1.0, at: "/x")
    try file.close()
    #expect(scratch.names == ["whole.h5"])
  }

  @Test func whatIsMissingIsNamedInTheError() throws {
    let path = scratch.file("errors.h5")
    let file = try StorageFile(creating: path)
    try file.write(value: 1.0, at: "/a/b")
    try file.write(text: "words", at: "/words")
    try file.close()
    let back = try StorageFile(reading: path)
    #expect {
      try back.read(Float.self, at: "/a/c/d")
    } throws: { error in
      "\(error)" == "\(path): there is no dataset at /a/c/d"
    }
    #expect {
      try back.read(Float.self, at: "/words")
    } throws: { error in
      "\(error)" == "\(path): numbers were expected at /words"
    }
    #expect {
      try back.read(Float.self, at: "/a")
    } throws: { error in
      "\(error)".hasPrefix("\(path): this is no dataset at /a (")
    }
    #expect {
      try back.read(Complex64.self, at: "/a/b")
    } throws: { error in
      "\(error)".contains("not complex numbers")
    }
  }

  @Test func filesThatCannotBeOpenedSayWhy() throws {
    let missing = scratch.file("missing.h5")
    #expect {
      _ = try StorageFile(reading: missing)
    } throws: { error in
      "\(error)" == "\(missing): there is no such file"
    }
    let text = scratch.file("text.h5")
    try "not HDF5".write(toFile: text, atomically: true, encoding: .utf8)
    #expect {
      _ = try StorageFile(reading: text)
    } throws: { error in
      "\(error)".hasPrefix("\(text): cannot open the file (")
    }
    #expect {
      _ = try StorageFile(creating: scratch.file("no/such/folder.h5"))
    } throws: { error in
      "\(error)".contains("cannot create the file (unable to")
    }
  }

  @Test(.enabled(if: PythonInterpreter.hasH5py, "python3 with h5py is not installed"))
  func h5pyReadsComplexNumbersTextsAndUnits() throws {
    let path = scratch.file("python.h5")
    let file = try StorageFile(creating: path)
    try file.write([Complex64(1, 2), Complex64(3, -4)], shape: [2], at: "/z", unit: "1")
    try file.write(text: "Si₃N₄", at: "/t")
    try file.setAttribute("axes", of: "/", to: ["y", "x"])
    try file.close()
    let printed = try PythonInterpreter.run(
      """
      import h5py, sys
      f = h5py.File(sys.argv[1])
      print(f['z'].dtype, f['z'][1], f['z'].attrs['units'], f['t'].asstr()[()], list(f.attrs['axes']))
      """,
      path
    )
    #expect(printed == "complex64 (3-4j) 1 Si₃N₄ ['y', 'x']\n")
  }
}
