/** Plots as SVG text: bars and lines, with the few marks that they need. They bring their own background, light or dark. */

export const WIDTH = 720;
const STYLE = `
.back{fill:#fff}.text{fill:#1f2328;font:12px sans-serif}.title{font-weight:bold;font-size:13px}.small{font-size:11px}
.grid{stroke:#d1d9e0;stroke-width:1}.ours{fill:#0969da}.peer{fill:#8c959f}.limit{fill:#bf8700}
.line{fill:none;stroke-width:2}.c0{stroke:#0969da;fill:#0969da}.c1{stroke:#bf8700;fill:#bf8700}.c2{stroke:#1a7f37;fill:#1a7f37}
.c3{stroke:#8250df;fill:#8250df}.line{fill:none}
@media (prefers-color-scheme:dark){.back{fill:#0d1117}.text{fill:#e6edf3}.grid{stroke:#30363d}.ours{fill:#4493f8}
.peer{fill:#6e7681}.limit{fill:#d29922}.c0{stroke:#4493f8;fill:#4493f8}.c1{stroke:#d29922;fill:#d29922}
.c2{stroke:#3fb950;fill:#3fb950}.c3{stroke:#a371f7;fill:#a371f7}.line{fill:none}}`.trim();

export function drawing(title: string, height: number, marks: readonly string[]): string {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`;
  const back = `<rect class="back" width="${WIDTH}" height="${height}" rx="6"/>`;
  return [
    head,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    back,
    text(12, 22, title, "text title"),
    ...marks,
    "</svg>\n",
  ].join("\n");
}

export function text(x: number, y: number, content: string, kind = "text", anchor = "start"): string {
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

export function bar(x: number, y: number, width: number, height: number, kind: string): string {
  return `<rect class="${kind}" x="${round(x)}" y="${round(y)}" width="${round(Math.max(width, 1))}" height="${height}" rx="2"/>`;
}

export function line(points: readonly (readonly [number, number])[], kind: string): string {
  const path = points.map(([x, y]) => `${round(x)},${round(y)}`).join(" ");
  const dots = points.map(([x, y]) => `<circle class="${kind}" cx="${round(x)}" cy="${round(y)}" r="3.5"/>`);
  return [`<polyline class="${kind} line" points="${path}"/>`, ...dots].join("\n");
}

export function rule(x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="grid" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;
}

/** 0 to 1; on a log scale from the power of ten below the least value. */
export function scaleOf(values: readonly number[]): {
  readonly log: boolean;
  at(value: number): number;
  readonly ticks: number[];
} {
  const positive = values.filter((value) => value > 0);
  const most = Math.max(...positive, Number.MIN_VALUE);
  const least = Math.min(...positive, most);
  if (most / least <= 20) return { log: false, at: (value) => value / most, ticks: [0, most / 2, most] };
  // A whole decade of room, or the least would have no bar.
  const from = Math.floor(Math.log10(least) - 0.3);
  const decades = Math.ceil(Math.log10(most)) - from;
  const at = (value: number): number => Math.max(0, (Math.log10(Math.max(value, 1e-12)) - from) / decades);
  return { log: true, at, ticks: Array.from({ length: decades + 1 }, (_, index) => 10 ** (from + index)) };
}

/** As people read it: 1.2 M, 34 k, 0.56. */
export function brief(value: number): string {
  for (const [size, unit] of [
    [1e6, " M"],
    [1e3, " k"],
  ] as const) {
    if (Math.abs(value) >= size) return `${digits(value / size)}${unit}`;
  }
  return digits(value);
}

function digits(value: number): string {
  return String(Number(value.toPrecision(value >= 100 ? 3 : 2)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
