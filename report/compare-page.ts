/** Several runs on one page: their curves overlaid, those of several seeds as one line with a band, and what they differ in. */
import { html } from './html.ts';
import { grouped, plusMinus, shown } from './numbers.ts';
import { listOfMissing, page, table, verdictOf } from './page.ts';
import type { RunRead } from './read-run.ts';
import { comparedCurves, type Family } from './sections/curves.ts';
import { machineText } from './sections/origin.ts';
import { familyOf } from './series.ts';

interface RunFamily extends Family {
  readonly runs: readonly RunRead[];
}

export function comparePage(runs: readonly RunRead[], digest: string): string {
  const families = familiesOf(runs);
  const names = families.map(({ name }) => name);
  const seeds = families.some(({ runs: own }) => own.length > 1);
  return page({
    title: names.length > 3 ? `${names.length} runs compared` : names.join(', '),
    lead: html`${runs.length} training runs of Gaitsmith${seeds ? ': lines are means over seeds, bands reach from the lowest to the highest' : ''}.`,
    tiles: families.map((family) => tileOf(family)),
    sections: [
      { id: 'curves', title: 'Learning', content: comparedCurves(families) },
      { id: 'runs', title: 'The runs', content: runTable(runs) },
      { id: 'settings', title: 'What they differ in', content: differences(families) },
      { id: 'missing', title: 'What is missing', content: listOfMissing(runs.flatMap(missingTraining)) },
    ],
    digest,
  });
}

/** Runs of one configuration with several seeds are one family, by their names: walk-seed1, walk-seed2, ... */
export function familiesOf(runs: readonly RunRead[]): RunFamily[] {
  const names = [...new Set(runs.map(({ files }) => familyOf(files.id)))];
  return names.map((name) => ({ name, runs: runs.filter(({ files }) => familyOf(files.id) === name) }));
}

function missingTraining({ files, iterations }: RunRead) {
  return iterations.length > 0 ? [] : [{ what: `${files.id}: no training has told of itself.` }];
}

function tileOf({ name, runs }: RunFamily) {
  const scores = runs.flatMap((run) => scoreOf(run)?.reward ?? []);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const spread = scores.length > 1 ? `, ${shown(Math.min(...scores))} to ${shown(Math.max(...scores))}` : '';
  return {
    name,
    value: scores.length > 0 ? shown(mean) : '-',
    detail: runs.length > 1 ? `last reward, mean of ${runs.length} seeds${spread}` : 'last reward',
  };
}

/** Of its last held-out evaluation, else of the last episodes that it was trained by. */
function scoreOf({
  heldOut,
  iterations,
}: RunRead): { readonly reward: number; readonly plusMinus?: number | undefined } | undefined {
  const judged = heldOut.at(-1);
  if (judged) return { reward: judged.reward, plusMinus: judged.rewardInterval };
  const last = iterations.findLast(({ reward }) => typeof reward === 'number');
  return last && { reward: last['reward'] as number };
}

function runTable(runs: readonly RunRead[]) {
  const rows = runs.map((run) => {
    const { files, stages, iterations, validation } = run;
    const score = scoreOf(run);
    const train = stages['train'];
    return [
      files.id,
      train ? verdictOf(train.status) : '-',
      grouped(iterations.at(-1)?.step ?? 0),
      score ? plusMinus(score.reward, score.plusMinus) : '-',
      shown(iterations.at(-1)?.['decisionsPerSecond'] as number | undefined),
      validation ? verdictOf(validation.passed ? 'pass' : 'fail') : '-',
      train ? machineText(train) : '-',
    ];
  });
  const number = (name: string) => ({ name, kind: 'number' as const });
  const columns = [
    { name: 'run' },
    { name: 'training' },
    number('decisions'),
    number('last reward'),
    number('decisions/s'),
    { name: 'validation' },
    { name: 'machine' },
  ];
  return table('The runs', columns, rows);
}

/** Settings that not all families have alike; of a family the first run tells, for seeds share a configuration. */
function differences(families: readonly RunFamily[]) {
  const settings = families.map(
    ({ runs }) => new Map(runs[0]!.settings?.settings.map(({ name, value }) => [name, value])),
  );
  const names = [...new Set(settings.flatMap((own) => [...own.keys()]))];
  const rows = names
    .map((name) => [name, ...settings.map((own) => own.get(name) ?? '-')])
    .filter(([, ...values]) => new Set(values).size > 1);
  if (families.length < 2) return false;
  if (rows.length === 0) return html`<p>Nothing in their settings but seeds.</p>`;
  return table(
    'Settings that differ',
    [{ name: 'setting', kind: 'path' }, ...families.map(({ name }) => ({ name, kind: 'path' as const }))],
    rows.map(([name, ...values]) => [html`<code>${name}</code>`, ...values]),
  );
}
