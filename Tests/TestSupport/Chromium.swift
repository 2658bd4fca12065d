// SPDX-License-Identifier: BSD-3-Clause

/// The browser that tests show pages in, where there is one.
public enum Chromium {
  /// Where it is, as Tests/Clients/page/devtools.py finds it: CHROMIUM, or one of the usual names.
  public static let path: String? = {
    let script = """
      import sys
      sys.path.insert(0, sys.argv[1])
      import devtools
      print(devtools.find_browser() or "")
      """
    let found = try? PythonInterpreter.run(script, PythonInterpreter.pageScripts)
    return found?.split(separator: "\n").first.map(String.init)
  }()
}
