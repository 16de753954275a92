// Charts by ECharts in the place of those drawn by the server, from the tables beside them. A page
// without this script, or without ECharts, keeps what was drawn.
(() => {
  "use strict";
  const shown = new Map();
  const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const valueOf = (cell) => (cell.dataset.value === undefined ? null : Number(cell.dataset.value));
  const monthOf = (day) => String(day).slice(0, 7);

  const rowsOf = (table) => [...table.tBodies[0].rows].map((row) => ({
    name: row.cells[0].textContent.trim(),
    values: [...row.cells].slice(1).map(valueOf),
  }));
  const headsOf = (table) => [...table.tHead.rows[0].cells].slice(1).map((c) => c.textContent.trim());
  const said = (value) => value.toLocaleString("en-US", { maximumFractionDigits: 2 });
  const axis = () => ({
    axisLabel: { color: ink("--ink-2"), fontSize: 12, formatter: (v) => (typeof v === "number" ? said(v) : v) },
    axisLine: { lineStyle: { color: ink("--line-strong") } },
    splitLine: { lineStyle: { color: ink("--line") } },
  });

  // Filled, and hatched on paper: told apart without colour, as the server draws them.
  const filled = () => ({ color: ink("--act") });
  const hatched = () => ({
    color: ink("--paper"), borderColor: ink("--act"),
    decal: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: Math.PI / 4, color: ink("--act") },
  });
  const bars = (table) => {
    const rows = rowsOf(table), heads = headsOf(table).slice(0, 2);
    return {
      xAxis: { type: "category", data: rows.map((row) => String(Number(row.name.slice(5)))), ...axis(), splitLine: { show: false } },
      yAxis: { type: "value", ...axis() },
      series: heads.map((name, at) => ({
        name, type: "bar", barMaxWidth: 28, itemStyle: at === 0 ? filled() : hatched(),
        data: rows.map((row) => row.values[at]),
      })),
    };
  };

  const step = (table) => {
    const rows = rowsOf(table);
    const points = rows.map((row) => [row.name, row.values[0]]);
    points.push([table.dataset.last, points[points.length - 1][1]]);
    return {
      xAxis: { type: "time", ...axis(), axisLabel: { ...axis().axisLabel, formatter: (at) => monthOf(new Date(at).toISOString()), hideOverlap: true }, splitLine: { show: false } },
      yAxis: { type: "value", min: Number(table.dataset.bottom), minInterval: 1, ...axis() },
      series: [
        {
          name: headsOf(table)[0], type: "line", step: "end", symbol: "none", data: points,
          lineStyle: { color: ink("--act"), width: 2 }, itemStyle: { color: ink("--act") },
          endLabel: { show: true, color: ink("--ink"), fontWeight: 600, formatter: (at) => said(at.value[1]) },
        },
        {
          type: "line", data: JSON.parse(table.dataset.marks), symbol: "circle", symbolSize: 9,
          lineStyle: { width: 0 },
          itemStyle: { color: ink("--paper"), borderColor: ink("--act"), borderWidth: 2 },
          label: { show: true, position: "bottom", color: ink("--ink"), fontWeight: 600, formatter: (at) => said(at.value[1]) },
        },
      ],
    };
  };

  const draw = (figure) => {
    const table = figure.parentElement.querySelector("details.twin table");
    if (!table) return;
    if (shown.has(figure)) { shown.get(figure).dispose(); figure.querySelector(".drawn").remove(); }
    const drawn = [...figure.querySelectorAll("svg")];
    drawn.forEach((each) => each.removeAttribute("hidden"));
    const at = drawn.find((each) => each.getBoundingClientRect().width > 0);
    if (!at) return;
    const box = at.getBoundingClientRect(), place = document.createElement("div");
    place.className = "drawn";
    figure.append(place);
    const chart = window.echarts.init(place, null, { width: box.width, height: box.height });
    const made = figure.dataset.chart === "bars" ? bars(table) : step(table);
    chart.setOption({
      ...made,
      animation: false,
      textStyle: { fontFamily: ink("--sans") },
      grid: { left: 8, right: 44, top: 16, bottom: 8, containLabel: true },
      aria: { enabled: true, label: { description: at.getAttribute("aria-label") } },
    });
    drawn.forEach((each) => each.setAttribute("hidden", ""));
    shown.set(figure, chart);
  };

  const all = () => document.querySelectorAll("figure.chart[data-chart]").forEach(draw);
  if (!window.echarts) return;
  all();
  let later = 0;
  window.addEventListener("resize", () => { clearTimeout(later); later = setTimeout(all, 150); });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
})();
