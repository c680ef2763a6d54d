/** The page of a sweep: who did best, the curves of all trials, and what each setting had to do with it. */
import { type Line, lineChart, spotChart } from '../report/chart.ts';
import { type Content, html } from '../report/html.ts';
import { grouped, shown } from '../report/numbers.ts';
import { figure, page, table, verdictOf } from '../report/page.ts';
import { parseMetrics } from '../report/read-run.ts';
import { comparedCurves, type Family } from '../report/sections/curves.ts';
import type { Best } from './best.ts';
import { metricsOf } from './best.ts';
import { type Candidate, courseOf, decisionsOf, freshOf } from './outcome.ts';
import type { History } from './plan/plan.ts';
import { valuesOf } from './plan/population.ts';
import type { ReadSweep } from './read-sweep.ts';
import type { Domain } from './schema.ts';
import { shortName, toldValues } from './settings.ts';
import type { SweepFolder } from './sweep-folder.ts';
import { heldOutText, leadText, verdictText } from './told.ts';

/** More lines than that in every diagram of training could not be told apart. */
const MOST_CURVES = 8;

export interface SweepTold {
  readonly read: ReadSweep;
  readonly folder: SweepFolder;
  readonly history: History;
  readonly candidates: readonly Candidate[];
  readonly best: Best | undefined;
}

/** @param digest of what it was made from. */
export function sweepPage(told: SweepTold, digest: string): string {
  const { read, history, candidates, best } = told;
  const { kind, settings, seeds } = read.sweep;
  const winner = candidates.find(({ verdict }) => verdict === 'best');
  const count = (verdict: Candidate['verdict']) => candidates.filter((each) => each.verdict === verdict).length;
  return page({
    title: `Sweep: ${read.path}`,
    lead: html`${candidates.length} candidates of ${Object.keys(settings).length} settings (${kind}), each trained with ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}, from <code>${read.base.path}</code>.`,
    tiles: [
      {
        name: 'Best',
        value: winner?.name ?? '-',
        detail: winner ? toldValues(valuesOf(winner.outcome)) : 'every candidate failed',
      },
      { name: 'Held-out reward', value: shown(winner?.score), detail: freshText(winner) },
      {
        name: 'Decisions',
        value: grouped(decisionsOf(history)),
        detail: `${grouped(read.sweep.decisions)} a training at most`,
      },
      {
        name: 'Stopped early',
        value: count('stopped'),
        detail: count('failed') > 0 ? `${count('failed')} failed` : undefined,
      },
    ],
    sections: [
      { id: 'result', title: 'What came of it', content: [leadOf(candidates), resultTable(told)] },
      { id: 'best', title: 'The best configuration', content: best && winner && bestText(best, winner) },
      { id: 'course', title: 'Held-out reward', content: courses(told) },
      { id: 'settings', title: 'What each setting had to do with it', content: settingCharts(told) },
      { id: 'curves', title: 'Learning', content: learning(told) },
    ],
    digest,
  });
}

function freshText(winner: Candidate | undefined): string | undefined {
  const fresh = winner && freshOf(winner);
  return fresh === undefined ? undefined : `${shown(fresh)} on fresh episodes`;
}

function leadOf(candidates: readonly Candidate[]): Content {
  const text = leadText(candidates);
  return text && html`<p>${text}</p>`;
}

function resultTable({ read, candidates }: SweepTold): Content {
  const paths = Object.keys(read.sweep.settings);
  const number = (name: string) => ({ name, kind: 'number' as const });
  const columns = [
    { name: 'candidate' },
    ...paths.map((path) => number(shortName(path, paths))),
    number('decisions'),
    number('held-out'),
    number('fresh'),
    { name: 'verdict' },
  ];
  const rows = candidates.map((candidate) => {
    const values = valuesOf(candidate.outcome);
    return [
      candidate.name,
      ...paths.map((path) => JSON.stringify(values[path])),
      grouped(candidate.outcome.leg.until),
      heldOutText(candidate),
      shown(freshOf(candidate)),
      candidate.verdict === 'failed' ? html`${verdictOf('failed')} ${verdictText(candidate)}` : verdictText(candidate),
    ];
  });
  return table('Candidates', columns, rows);
}

function bestText({ config, train, export: exported }: Best, { outcome }: Candidate): Content {
  const { stages } = outcome.leg;
  return html`<p><code>${config}</code> has all its settings. To train by it:</p><pre>${train}</pre>
<p>The policy of this sweep lies there already. To export it:</p><pre>${exported}</pre>
${
  stages.length > 1 &&
  table(
    'Settings of the best as they changed',
    [{ name: 'from decisions', kind: 'number' }, { name: 'settings' }],
    stages.map(({ from, values }) => [grouped(from), toldValues(values)]),
  )
}`;
}

/** A line for each candidate; of a population along the way that its training took. */
function courses({ history, candidates }: SweepTold): Content {
  const lines: Line[] = candidates.map((each) => ({ name: each.name, points: courseOf(history, each) }));
  const drawn = lines.filter(({ points }) => points.length > 0);
  if (drawn.length === 0) return '';
  const ends = drawn.map(({ name, points }) => `${name} ${shown(points.at(-1)!.y)}`).join(', ');
  const chart = lineChart({
    alternative: `Held-out reward over decisions. At the end: ${ends}.`,
    unit: 'reward',
    lines: drawn,
  });
  return html`<div class="charts">${figure(chart, 'Reward of held-out episodes', 'After each round; all policies play the same episodes. Mean over seeds.', { names: drawn.map(({ name }) => name) })}</div>`;
}

/** The best policy of each candidate against the value of each setting. */
function settingCharts({ read, candidates }: SweepTold): Content {
  const paths = Object.keys(read.sweep.settings);
  const charts = paths.flatMap((path) => {
    const spots = candidates.flatMap(({ outcome, score, verdict }) => {
      const value = valuesOf(outcome)[path];
      if (score === undefined) return [];
      return [{ x: typeof value === 'number' ? value : JSON.stringify(value), y: score, stands: verdict === 'best' }];
    });
    if (spots.length < 2) return [];
    const name = shortName(path, paths);
    const alternative = `Held-out reward of the best policies against ${name}: ${spots.map(({ x, y }) => `${x}: ${shown(y)}`).join('; ')}.`;
    const words = spots.some(({ x }) => typeof x === 'string');
    const shownSpots = words ? spots.map((spot) => ({ ...spot, x: String(spot.x) })) : spots;
    const chart = spotChart(
      alternative,
      name,
      'reward',
      shownSpots,
      !words && isLogarithmic(read.sweep.settings[path]!),
    );
    return [
      figure(
        chart,
        name,
        html`<code>${path}</code>. The large one is the best. Those that were stopped had fewer decisions.`,
      ),
    ];
  });
  return charts.length === 0 ? '' : html`<div class="charts">${charts}</div>`;
}

function isLogarithmic(domain: Domain): boolean {
  return !Array.isArray(domain) && 'log_uniform' in domain;
}

function learning({ read, folder, history, candidates }: SweepTold): Content {
  const shownOnes = candidates.slice(0, MOST_CURVES);
  const families: Family[] = shownOnes.map((candidate) => ({
    name: candidate.name,
    runs: candidate.outcome.seeds.map((_, index) => parseMetrics(metricsOf(folder, history, candidate, index + 1))),
  }));
  const left = candidates.length - shownOnes.length;
  return html`<p>${left > 0 ? `The ${MOST_CURVES} best of ${candidates.length}; ` : ''}${read.sweep.seeds > 1 ? 'lines are means over seeds, bands reach from the lowest to the highest; ' : ''}a training that copied another one's checkpoint begins with that one's curve.</p>${comparedCurves(families)}`;
}
