/** The learning curves: every diagram of the table that there is something to show of. */
import { type Dot, type Line, lineChart } from '../chart.ts';
import { type Curve, curveGroups } from '../curves.ts';
import { type Content, type Html, html } from '../html.ts';
import { grouped, percent, shown } from '../numbers.ts';
import { figure } from '../page.ts';
import type { HeldOutEvaluation, RunRead } from '../read-run.ts';
import { type Iteration, overSeeds, type Point, pointsOf, thinned } from '../series.ts';

/** Of one run. */
export function curvesOf({ iterations, heldOut }: Pick<RunRead, 'iterations' | 'heldOut'>): Content {
  return groupsOf((curve) => [
    {
      curve,
      lines: linesOf(curve, iterations).map(({ name, points }) => ({ name, points: thinned(points) })),
      dots: curve.withEvaluations ? heldOut.map(dotOf) : [],
    },
  ]);
}

/** Runs that are drawn as one line: those of a configuration, with several seeds. */
export interface Family {
  readonly name: string;
  readonly runs: readonly Pick<RunRead, 'iterations'>[];
}

/** Of several families, a line each; and a diagram for each number, for several numbers of several families could not be told apart. */
export function comparedCurves(families: readonly Family[]): Content {
  return groupsOf((curve) => {
    const names = Object.keys(curve.lines);
    return names.map((name, which) => ({
      curve: names.length === 1 ? curve : { ...curve, title: `${curve.title}: ${name}`, stacked: false },
      lines: families.map((family) => ({
        name: family.name,
        points: overSeeds(family.runs.map(({ iterations }) => linesOf(curve, iterations)[which]!.points)),
      })),
      dots: [],
    }));
  });
}

/** What a diagram shows. */
interface Drawn {
  readonly curve: Curve;
  readonly lines: readonly Line[];
  readonly dots: readonly Dot[];
}

/** All lines of a curve, also those without a point; parts of a whole as shares of it. */
export function linesOf({ lines, stacked }: Curve, iterations: readonly Iteration[]): Line[] {
  const told = Object.entries(lines).map(([name, path]) => ({ name, points: pointsOf(iterations, path) }));
  return stacked ? asShares(told) : told;
}

function asShares(lines: readonly Line[]): Line[] {
  const wholes = new Map<number, number>();
  for (const { x, y } of lines.flatMap(({ points }) => points)) wholes.set(x, (wholes.get(x) ?? 0) + y);
  return lines.map(({ name, points }) => ({
    name,
    points: points.flatMap(({ x, y }) => (wholes.get(x)! > 0 ? [{ x, y: y / wholes.get(x)! }] : [])),
  }));
}

function groupsOf(drawnOf: (curve: Curve) => readonly Drawn[]): Content {
  return curveGroups.map(({ title, curves }) => {
    const figures = curves.flatMap(drawnOf).flatMap(figureOf);
    return figures.length === 0 ? '' : html`<h3>${title}</h3><div class="charts">${figures}</div>`;
  });
}

/** None where there is nothing to show. */
function figureOf({ curve, lines, dots }: Drawn): Html[] {
  const told = lines.filter(({ points }) => points.length > 0);
  if (told.length === 0 && dots.length === 0) return [];
  const { title, reading, unit, fromZero, percent: isShare, stacked } = curve;
  const alternative = alternativeOf(curve, told, dots);
  const chart = lineChart({ alternative, unit, lines: told, dots, fromZero, percent: isShare, stacked });
  const judged = dots.length > 0 && ' Dots are held-out evaluations with their 95 % intervals.';
  const caption = html`${reading}${judged} ${endText(curve, told)}`;
  return [figure(chart, title, caption, { names: told.map(({ name }) => name), areas: stacked })];
}

function dotOf({ step, reward, rewardInterval }: HeldOutEvaluation) {
  return { x: step, y: reward, plusMinus: rewardInterval };
}

function valueText({ percent: isShare, unit }: Curve, value: number): string {
  if (isShare) return percent(value);
  return unit ? `${shown(value)} ${unit}` : shown(value);
}

/** What is seen first, in words, for everybody: where it ends. */
function endText(curve: Curve, lines: readonly Line[]): string {
  if (lines.length === 0) return '';
  const ends = lines.map(({ name, points }) => {
    const text = valueText(curve, points.at(-1)!.y);
    return lines.length === 1 ? text : `${name} ${text}`;
  });
  return `Last: ${ends.join(', ')}.`;
}

function alternativeOf(curve: Curve, lines: readonly Line[], dots: readonly Dot[]): string {
  const each = lines.map(({ name, points }) => `${name}: ${courseText(curve, points)}`);
  const first = dots[0];
  const last = dots.at(-1);
  const judged =
    first && last
      ? [
          `held-out evaluations: from ${valueText(curve, first.y)} at ${grouped(first.x)} to ${valueText(curve, last.y)} at ${grouped(last.x)} decisions`,
        ]
      : [];
  return `${curve.title} over decisions. ${[...each, ...judged].join('; ')}.`;
}

function courseText(curve: Curve, points: readonly Point[]): string {
  const values = points.map(({ y }) => y);
  const [first, last] = [points[0]!, points.at(-1)!];
  return (
    `from ${valueText(curve, first.y)} at ${grouped(first.x)} to ${valueText(curve, last.y)} at ${grouped(last.x)}, ` +
    `lowest ${valueText(curve, Math.min(...values))}, highest ${valueText(curve, Math.max(...values))}`
  );
}
