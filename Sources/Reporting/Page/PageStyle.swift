// SPDX-License-Identifier: BSD-3-Clause

/// The look of a report's page: light, dark and on paper.
enum PageStyle {
  /// The style sheet.
  ///
  /// Curves have the colours of Okabe and Ito, lighter ones on dark ground.
  static let text = #"""
    :root {
      --paper: #ffffff; --raised: #f6f7f9; --ink: #1d2129; --muted: #5b6472; --line: #d9dde3;
      --grid: #e3e6eb; --link: #0b5cad; --warn: #fff3d6; --warn-line: #d99a00;
      --c1: #0072b2; --c2: #d55e00; --c3: #009e73; --c4: #cc79a7; --c5: #56b4e9; --c6: #e69f00;
      --font: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
    }
    :root[data-theme="dark"] {
      --paper: #14171c; --raised: #1d2128; --ink: #e6e9ee; --muted: #a3acb9; --line: #363c46;
      --grid: #2b313a; --link: #7db8ff; --warn: #3a2e10; --warn-line: #e0a92e;
      --c1: #56a9e8; --c2: #f58a4b; --c3: #2cc69a; --c4: #e39bc5; --c5: #9ad4f7; --c6: #f3c04a;
    }
    * { box-sizing: border-box; }
    html { background: var(--paper); color: var(--ink); scroll-behavior: smooth; }
    body { font: 16px/1.5 var(--font); max-width: 1280px; margin: 0 auto; padding: 0 24px 48px; }
    header { position: relative; padding: 32px 110px 8px 0; }
    h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 4px; overflow-wrap: anywhere; }
    h2 { font-size: 1.35rem; margin: 48px 0 8px; border-bottom: 1px solid var(--line); padding-bottom: 6px; }
    h3 { font-size: 1.08rem; margin: 28px 0 6px; }
    h2 a, h3 a { color: inherit; text-decoration: none; }
    h2 a:hover::after, h3 a:hover::after { content: " #"; color: var(--muted); }
    section { scroll-margin-top: 56px; }
    p { max-width: 78ch; margin: 8px 0; }
    a { color: var(--link); }
    .subtitle { color: var(--muted); margin: 0; }
    #theme { position: absolute; right: 0; top: 36px; font: inherit; font-size: .85rem; color: var(--ink);
      background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: 4px 12px; cursor: pointer; }
    nav { position: sticky; top: 0; z-index: 20; background: var(--paper); border-bottom: 1px solid var(--line);
      display: flex; flex-wrap: wrap; gap: 2px 16px; padding: 8px 0; font-size: .86rem; }
    nav a { text-decoration: none; white-space: nowrap; }
    nav a.none { color: var(--muted); }
    .missing { color: var(--muted); border-left: 4px solid var(--line); padding: 4px 12px; }
    .warning { background: var(--warn); border-left: 4px solid var(--warn-line); padding: 6px 12px; }
    figure { margin: 20px 0 28px; break-inside: avoid; }
    .grid { display: grid; gap: 12px 20px; grid-template-columns: repeat(var(--columns), minmax(0, 1fr)); }
    .panel { min-width: 0; }
    .title { font-weight: 600; font-size: .92rem; text-align: center; margin: 4px 0; }
    .plot { width: 100%; min-height: 120px; }
    .plot .modebar { opacity: 0; transition: opacity .15s; }
    .plot:hover .modebar { opacity: 1; }
    .plot .modebar-group { background: var(--paper) !important; }
    .plot svg text { font-variant-numeric: tabular-nums; }
    figcaption { color: var(--ink); font-size: .92rem; max-width: 100ch; margin-top: 8px; }
    .paper { color: var(--muted); white-space: nowrap; }
    .legend { display: flex; flex-wrap: wrap; gap: 8px 28px; justify-content: center; align-items: flex-start;
      font-size: .82rem; margin: 6px 0; }
    .bar { display: flex; flex-wrap: wrap; gap: 2px 12px; align-items: flex-start; max-width: 100%; }
    .bar > div { width: 260px; max-width: calc(100% - 24px); margin: 0 12px; }
    .bar-label { line-height: 14px; }
    .bar-colors { height: 14px; border: 1px solid var(--muted); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    .bar-ticks { position: relative; height: 20px; }
    .bar-ticks span { position: absolute; transform: translateX(-50%); padding-top: 5px; line-height: 14px; }
    .bar-ticks span::before { content: ""; position: absolute; top: 0; left: 50%; height: 4px; border-left: 1px solid var(--muted); }
    .swatches { display: flex; flex-wrap: wrap; gap: 4px 18px; }
    .swatches span { display: inline-flex; align-items: center; gap: 7px; }
    .swatches i { width: 14px; height: 14px; border: 1px solid var(--muted); display: inline-block;
      print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    .square { display: grid; grid-template-columns: auto 150px; gap: 2px 8px; }
    .square-y { display: flex; flex-direction: column; justify-content: space-between; text-align: right; height: 90px; line-height: 1; }
    .square-colors { width: 150px; height: 90px; border: 1px solid var(--muted); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    .square-x, .square-ends { grid-column: 2; display: flex; justify-content: space-between; line-height: 1.3; }
    .square-ends { margin: 0 -28px; }
    .square-name { grid-column: 2; text-align: center; line-height: 1.3; margin: 0 -60px; }
    .fp { color: #2a54ff; } .lfp { color: #e0261f; }
    :root[data-theme="dark"] .fp { color: #86a2ff; } :root[data-theme="dark"] .lfp { color: #ff7a74; }
    .table { overflow-x: auto; margin: 10px 0; }
    table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
    caption { text-align: left; color: var(--muted); padding-bottom: 4px; }
    th, td { padding: 4px 14px 4px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
    th { font-weight: 600; border-bottom: 2px solid var(--line); }
    th.number, td.number { text-align: right; }
    td.number { white-space: nowrap; }
    details { margin: 10px 0; } summary { cursor: pointer; color: var(--link); }
    pre { background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: 12px; overflow-x: auto;
      font: 12.5px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
    footer { margin-top: 48px; color: var(--muted); font-size: .85rem; border-top: 1px solid var(--line); padding-top: 12px; }
    @media screen and (max-width: 800px) { .grid { grid-template-columns: minmax(0, 1fr); } body { padding: 0 12px 32px; } }
    /* On paper the page is as wide as plots are drawn for it, and made smaller as a whole. */
    :root.printing body { width: 1060px; max-width: none; padding: 0; }
    :root.printing .grid { grid-template-columns: repeat(var(--columns), minmax(0, 1fr)) !important; }
    .panel { break-inside: avoid; }
    @media print {
      body { zoom: .66; width: 1060px; max-width: none; padding: 0; } nav, #theme { display: none; }
      h2 { break-after: avoid; } .table { overflow: visible; } tr { break-inside: avoid; }
    }
    """#
}
