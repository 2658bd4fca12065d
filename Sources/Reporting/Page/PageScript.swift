// SPDX-License-Identifier: BSD-3-Clause

/// What a report's page does: draws each plot when it comes near, in the colours of the page.
enum PageScript {
  /// The script.
  ///
  /// A string that is the name of one of the page's variables (`--ink`) stands for its
  /// value, so that plots follow a change between light and dark. `data-drawn` of the document says how
  /// many plots are drawn, `data-failed` how many could not be.
  static let text = #"""
    (() => {
      "use strict";
      const root = document.documentElement;
      const names = new Set(["--paper", "--raised", "--ink", "--muted", "--line", "--grid", "--link", "--font",
        "--c1", "--c2", "--c3", "--c4", "--c5", "--c6"]);
      const plots = [...document.querySelectorAll(".plot")];
      const drawn = new Set();
      let failed = 0;
      const isDark = () => root.dataset.theme === "dark";
      const resolved = (value, style) => {
        if (typeof value === "string") {
          return names.has(value) ? style.getPropertyValue(value).trim() : value;
        }
        if (Array.isArray(value)) return value.map(item => resolved(item, style));
        if (value && typeof value === "object") {
          return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, style)]));
        }
        return value;
      };
      const height = (plot, layout) => {
        if (plot.dataset.height) return Number(plot.dataset.height);
        const margin = layout.margin;
        const inner = plot.clientWidth - margin.l - margin.r;
        return Math.round(Math.max(120, inner * Number(plot.dataset.ratio)) + margin.t + margin.b);
      };
      const figure = plot => {
        const source = document.querySelector(`script[data-for="${plot.id}"]`);
        const spec = resolved(JSON.parse(source.textContent), getComputedStyle(root));
        const style = getComputedStyle(root);
        const color = name => style.getPropertyValue(name).trim();
        const layout = Object.assign({
          modebar: { bgcolor: "rgba(0,0,0,0)", color: color("--muted"), activecolor: color("--ink") },
          paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", autosize: false,
          font: { family: color("--font"), size: 13, color: color("--ink") },
          hoverlabel: { bgcolor: color("--raised"), bordercolor: color("--line"), font: { color: color("--ink") } },
        }, spec.layout);
        for (const key of Object.keys(layout)) {
          if (!/^[xy]axis\d*$/.test(key)) continue;
          layout[key] = Object.assign({
            gridcolor: color("--grid"), linecolor: color("--muted"), zerolinecolor: color("--grid"),
            showline: true, ticks: "outside", ticklen: 4, tickcolor: color("--muted"),
          }, layout[key]);
        }
        layout.width = plot.clientWidth;
        layout.height = height(plot, layout);
        return { data: spec.data, layout };
      };
      const options = plot => ({
        displaylogo: false, responsive: false, displayModeBar: "hover", plotlyServerURL: "",
        toImageButtonOptions: { format: "svg", filename: plot.dataset.name },
        modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d", "zoomIn2d", "zoomOut2d",
          "sendChartToCloud", "sendDataToCloud", "resetCameraLastSave3d", "tableRotation", "hoverClosest3d"],
      });
      const draw = plot => {
        const { data, layout } = figure(plot);
        plot.style.height = `${layout.height}px`;
        return Plotly.react(plot, data, layout, options(plot)).then(() => {
          drawn.add(plot);
          root.dataset.drawn = drawn.size;
        }).catch(error => {
          failed += 1;
          root.dataset.failed = failed;
          plot.textContent = `This plot could not be drawn: ${error.message}`;
          console.error(plot.id, error);
        });
      };
      // Each plot has its height before it is drawn, so that nothing jumps.
      for (const plot of plots) {
        if (plot.dataset.height) plot.style.height = `${plot.dataset.height}px`;
        else plot.style.height = `${Math.round((plot.clientWidth - 68) * Number(plot.dataset.ratio)) + 54}px`;
      }
      const button = document.getElementById("theme");
      const setTheme = name => {
        root.dataset.theme = name;
        button.textContent = name === "dark" ? "light" : "dark";
        for (const plot of drawn) draw(plot);
      };
      const preference = matchMedia("(prefers-color-scheme: dark)");
      setTheme(preference.matches ? "dark" : "light");
      preference.addEventListener("change", () => setTheme(preference.matches ? "dark" : "light"));
      button.addEventListener("click", () => setTheme(isDark() ? "light" : "dark"));
      root.dataset.plots = plots.length;
      root.dataset.drawn = 0;
      root.dataset.failed = 0;
      // The plots in view first, the others when nothing else is to be done.
      const waiting = new Set(plots);
      const take = plot => { if (waiting.delete(plot)) return draw(plot); };
      const observer = new IntersectionObserver(entries => {
        for (const entry of entries) {
          if (!entry.isIntersecting) continue;
          observer.unobserve(entry.target);
          take(entry.target);
        }
      }, { rootMargin: "400px" });
      for (const plot of plots) observer.observe(plot);
      const rest = () => {
        const [plot] = waiting;
        if (plot) Promise.resolve(take(plot)).then(() => setTimeout(rest, 30));
      };
      setTimeout(rest, 600);
      let themeBefore = null;
      addEventListener("beforeprint", () => {
        themeBefore = root.dataset.theme;
        root.classList.add("printing");
        setTheme("light");
        for (const plot of [...waiting]) take(plot);
      });
      addEventListener("afterprint", () => {
        root.classList.remove("printing");
        if (themeBefore) setTheme(themeBefore);
      });
      let width = innerWidth;
      let timer = 0;
      addEventListener("resize", () => {
        if (innerWidth === width) return;
        width = innerWidth;
        clearTimeout(timer);
        timer = setTimeout(() => { for (const plot of drawn) draw(plot); }, 150);
      });
    })();
    """#
}
