/** From the lines of metrics.jsonl to what a chart draws: points, thinned where there are many, and a band over seeds. */

/** A line of metrics.jsonl that tells of an iteration, by the names it was written with. */
export interface Iteration {
  readonly step: number;
  readonly [name: string]: unknown;
}

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Of several runs that are drawn as one: the lowest and the highest. */
  readonly low?: number;
  readonly high?: number;
}

/** As many as a chart of this size can show; more would only make the file large. */
const MOST_POINTS = 200;

/**
 * A metric over the decisions of a run; what is no number (no episode ended, not in use) is left out.
 *
 * @param path its name; of a record the name and the key, as in `seconds.physics`.
 */
export function pointsOf(iterations: readonly Iteration[], path: string): Point[] {
  const [name = '', key] = path.split('.');
  return iterations.flatMap((iteration) => {
    const value = iteration[name];
    const y = key === undefined ? value : (value as Readonly<Record<string, unknown>> | null | undefined)?.[key];
    return typeof y === 'number' && Number.isFinite(y) ? [{ x: iteration.step, y }] : [];
  });
}

/** Means of neighbours, so that no more than `most` are left. */
export function thinned(points: readonly Point[], most = MOST_POINTS): readonly Point[] {
  if (points.length <= most) return points;
  return Array.from({ length: most }, (_, bin) => {
    const from = Math.floor((bin * points.length) / most);
    return centreOf(points.slice(from, Math.floor(((bin + 1) * points.length) / most)));
  });
}

/**
 * Several runs as one line: the mean of those that have come so far, and the lowest and highest of them.
 *
 * Runs of one configuration tell of the same steps. Those of another buffer size don't, so each is cut into the same stretches of
 * decisions first, as many as the run with the fewest points has.
 *
 * @param runs of one run or more; those without a point are left out.
 */
export function overSeeds(runs: readonly (readonly Point[])[]): Point[] {
  const told = runs.filter(({ length }) => length > 0);
  if (told.length === 0) return [];
  const bins = Math.min(MOST_POINTS, ...told.map(({ length }) => length));
  const end = Math.max(...told.map((points) => points.at(-1)!.x));
  const width = Math.max(end / bins, Number.MIN_VALUE);
  return Array.from({ length: bins }, (_, bin): Point[] => {
    const inside = ({ x }: Point) => Math.min(bins - 1, Math.ceil(x / width) - 1) === bin || (x <= 0 && bin === 0);
    const means = told.flatMap((points) => {
      const own = points.filter(inside);
      return own.length === 0 ? [] : [centreOf(own)];
    });
    if (means.length === 0) return [];
    const values = means.map(({ y }) => y);
    const centre = centreOf(means);
    return [means.length === 1 ? centre : { ...centre, low: Math.min(...values), high: Math.max(...values) }];
  }).flat();
}

function centreOf(points: readonly Point[]): Point {
  const mean = (of: (point: Point) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  return { x: mean(({ x }) => x), y: mean(({ y }) => y) };
}

/** What runs with several seeds were called together: `walk-seed3` is one of `walk` (`npm run train -- --seeds N`). */
export function familyOf(runId: string): string {
  return runId.replace(/-seed\d+$/, '');
}
