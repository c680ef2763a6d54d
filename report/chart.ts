/**
 * Draws charts as SVG text. The only file that knows the library (Observable Plot) and the document that it draws into (linkedom, which
 * needs no browser).
 *
 * Colours are CSS variables (`--line-1`, ...) and `currentColor`, so a page in light, in dark and on paper has each its own.
 */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { Html } from './html.ts';
import type { Point } from './series.ts';

export interface Line {
  readonly name: string;
  readonly points: readonly Point[];
}

/** A held-out evaluation. */
export interface Dot {
  readonly x: number;
  readonly y: number;
  /** Half of its interval. */
  readonly plusMinus?: number | undefined;
}

export interface LineChart {
  /** In words what is to be seen, for who does not see it. */
  readonly alternative: string;
  readonly unit: string;
  readonly lines: readonly Line[];
  readonly dots?: readonly Dot[];
  readonly fromZero?: boolean | undefined;
  readonly percent?: boolean | undefined;
  /** Parts of a whole on one another; every line then has the same x. */
  readonly stacked?: boolean | undefined;
}

/** Colours that there are, in the style sheet. */
export const COLOURS = 8;
/** Told apart without colours, too: on paper, and by eyes that see fewer of them. */
const DASHES = ['', '6 3', '2 2', '8 3 2 3', '1 4', '10 4', '4 2 1 2', '3 5'];

export function colourOf(index: number): string {
  return `var(--line-${(index % COLOURS) + 1})`;
}

export function dashOf(index: number): string {
  return DASHES[index % DASHES.length]!;
}

const SIZE = { width: 460, height: 230, marginLeft: 58, marginRight: 12, marginTop: 24, marginBottom: 34 };
const TEXT = { fontSize: '12px', fontFamily: 'inherit' };

/** Curves over the decisions of a run. */
export function lineChart({ alternative, unit, lines, dots = [], fromZero, percent, stacked }: LineChart): Html {
  const marks: Plot.Markish[] = [Plot.ruleY([0], { strokeOpacity: fromZero ? 0.5 : 0 })];
  if (stacked) {
    const parts = lines.flatMap(({ points }, index) => points.map((point) => ({ ...point, index })));
    // What is rounded goes beyond the whole by a hair, which would have an axis up to 120 %.
    marks.push(Plot.areaY(parts, Plot.stackY({ x: 'x', y: 'y', z: 'index', fill: ({ index }) => colourOf(index) })));
  }
  lines.forEach(({ points }, index) => {
    if (stacked) return;
    const stroke = colourOf(index);
    const banded = points.filter(({ low }) => low !== undefined);
    marks.push(Plot.areaY(banded, { x: 'x', y1: 'low', y2: 'high', fill: stroke, fillOpacity: 0.18 }));
    marks.push(Plot.lineY(points, { x: 'x', y: 'y', stroke, strokeWidth: 1.8, strokeDasharray: dashOf(index) }));
    if (points.length === 1) marks.push(Plot.dot(points, { x: 'x', y: 'y', fill: stroke, r: 3 }));
  });
  const spread = dots.filter(({ plusMinus }) => plusMinus !== undefined);
  const colour = colourOf(lines.length);
  marks.push(
    Plot.ruleX(spread, {
      x: 'x',
      y1: ({ y, plusMinus }: Dot) => y - plusMinus!,
      y2: ({ y, plusMinus }: Dot) => y + plusMinus!,
      stroke: colour,
      strokeWidth: 1.5,
    }),
    Plot.dot(dots, { x: 'x', y: 'y', fill: colour, r: 3.5 }),
  );
  const end = Math.max(...lines.flatMap(({ points }) => points.map(({ x }) => x)), ...dots.map(({ x }) => x));
  return drawn(alternative, {
    x: { ...axis('decisions', end), domain: [0, Math.max(end, 1)], tickFormat: decisions },
    y: {
      ...axis(unit),
      grid: true,
      nice: !stacked,
      ...(stacked ? { domain: [0, 1] } : {}),
      ...(fromZero && !stacked ? { zero: true } : {}),
      tickFormat: percent ? inPercent : short,
    },
    marks: fromZero || stacked ? marks : marks.slice(1),
  });
}

export interface Bar {
  readonly name: string;
  readonly value: number;
}

/** Counts by name, the first on top. */
export function barChart(alternative: string, unit: string, bars: readonly Bar[]): Html {
  return drawn(alternative, {
    height: 44 + 24 * bars.length,
    marginLeft: 84,
    marginRight: 44,
    x: { ...axis(unit), grid: true, zero: true, ticks: 5, tickFormat: short },
    y: { domain: bars.map(({ name }) => name), label: null, tickSize: 0 },
    marks: [
      Plot.barX(bars, { x: 'value', y: 'name', fill: colourOf(0), insetTop: 3, insetBottom: 3 }),
      Plot.text(bars, { x: 'value', y: 'name', text: ({ value }: Bar) => short(value), dx: 6, textAnchor: 'start' }),
    ],
  });
}

/** Speed held by the episodes that were asked for speeds from .. to, m/s. */
export interface HeldSpeed {
  readonly from: number;
  readonly to: number;
  readonly held: number;
}

/** Speed held against speed asked: who does as told lies on the dashed line. */
export function speedChart(alternative: string, bands: readonly HeldSpeed[]): Html {
  const most = Math.max(...bands.map(({ to }) => to));
  const asAsked = [
    { x: 0, y: 0 },
    { x: most, y: most },
  ];
  return drawn(alternative, {
    height: 300,
    x: { ...axis('speed asked, m/s'), domain: [0, most] },
    y: { ...axis('speed held, m/s'), grid: true, domain: [0, most], nice: true },
    marks: [
      Plot.line(asAsked, { x: 'x', y: 'y', stroke: 'currentColor', strokeOpacity: 0.6, strokeDasharray: '5 4' }),
      Plot.ruleY([0], { strokeOpacity: 0.5 }),
      Plot.link(bands, { x1: 'from', x2: 'to', y1: 'held', y2: 'held', stroke: colourOf(0), strokeWidth: 5 }),
      Plot.text(bands, {
        x: ({ from, to }: HeldSpeed) => (from + to) / 2,
        y: 'held',
        text: ({ held }: HeldSpeed) => held.toFixed(2),
        dy: -12,
      }),
    ],
  });
}

/** Something at a place: a number, or a word where places are words. */
export interface Spot {
  readonly x: number | string;
  readonly y: number;
  /** Drawn so that it is seen first. */
  readonly stands: boolean;
}

/** What one number has to do with another. @param log whether the horizontal axis is logarithmic. */
export function spotChart(
  alternative: string,
  label: string,
  unit: string,
  spots: readonly Spot[],
  log: boolean,
): Html {
  const isWords = spots.some(({ x }) => typeof x === 'string');
  const marks = [false, true].map((stands) =>
    Plot.dot(
      spots.filter((spot) => spot.stands === stands),
      { x: 'x', y: 'y', r: stands ? 6 : 3.5, fill: colourOf(stands ? 1 : 0), fillOpacity: stands ? 1 : 0.75 },
    ),
  );
  return drawn(alternative, {
    x: isWords
      ? { ...axis(label), type: 'point' as const }
      : { ...axis(label, 1), nice: true, tickFormat: short, ...(log ? { type: 'log' as const } : {}) },
    y: { ...axis(unit), grid: true, nice: true, tickFormat: short },
    marks,
  });
}

function axis(label: string, end?: number) {
  return {
    label: label || null,
    labelArrow: 'none' as const,
    labelAnchor: 'center' as const,
    ...(end ? { ticks: 5 } : {}),
  };
}

function drawn(alternative: string, options: Plot.PlotOptions): Html {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const y = { ...options.y, labelAnchor: 'top' as const };
  const svg = Plot.plot({ ...SIZE, style: TEXT, ...options, y, document });
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', alternative);
  // Its parts are told by the whole's alternative.
  for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  return new Html(svg.outerHTML);
}

/** 20,000 -> 20k; 1,500,000 -> 1.5M. */
function decisions(value: number): string {
  return value === 0 ? '0' : short(value);
}

/** 0.025 -> 2.5%. */
function inPercent(share: number): string {
  return `${Number((100 * share).toPrecision(3))}%`;
}

function short(value: number): string {
  const size = Math.abs(value);
  const [unit, letter] = size >= 1e6 ? [1e6, 'M'] : size >= 1e4 ? [1e3, 'k'] : [1, ''];
  if (size !== 0 && size < 1e-3) return value.toExponential(1).replace('.0e', 'e');
  return `${Number((value / unit).toPrecision(4))}${letter}`;
}
