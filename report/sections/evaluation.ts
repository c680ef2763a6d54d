/** How the policy fares: speed held against speed asked, by band, and which body it falls on. */
import { barChart, speedChart } from '../chart.ts';
import { type Content, html } from '../html.ts';
import { grouped, percent, plusMinus, shown } from '../numbers.ts';
import { figure, table } from '../page.ts';
import type { EvaluationTold, HeldOutEvaluation, RunRead } from '../read-run.ts';

/** So many bodies have a bar: the others together are few falls. */
const MOST_BARS = 8;

export function evaluationOf({
  evaluation,
  heldOut,
  policy,
}: Pick<RunRead, 'evaluation' | 'heldOut' | 'policy'>): Content {
  const parts = [evaluation && played(evaluation, policy), heldOutTable(heldOut)].filter(Boolean);
  return parts.length > 0 && parts;
}

function played(evaluation: EvaluationTold, policy: string | undefined): Content {
  const { episodes, world, deterministic, seed, reward, reward_ci95, falls_share, bands, fallen } = evaluation;
  const actions = deterministic ? 'mean' : 'sampled';
  const seedText = seed === undefined ? '' : `, seed ${seed}`;
  return [
    html`<p>${episodes} episodes in the world <code>${world}</code>, ${actions} actions${seedText}: reward <strong>${plusMinus(reward, reward_ci95)}</strong>, falls in ${percent(falls_share)} of episodes.</p>`,
    evaluation.sha256 !== policy &&
      html`<p class="unsure">That was another policy than the one that lies in the run now (${evaluation.policy}).</p>`,
    html`<div class="charts">${speedFigure(bands)}${fallFigure(fallen, episodes)}</div>`,
    bandTable(bands),
  ];
}

function speedFigure(bands: EvaluationTold['bands']): Content {
  const told = bands.flatMap(({ speed: [from, to], mean_speed }) =>
    typeof mean_speed === 'number' ? [{ from, to, held: mean_speed }] : [],
  );
  if (told.length === 0) return '';
  const words = told.map(({ from, to, held }) => `asked ${from} to ${to}, held ${held.toFixed(2)} m/s`);
  const caption =
    'A bar for each band of target speeds, at the speed that was held there. The dashed line is who does as told.';
  return figure(
    speedChart(`Speed held against speed asked: ${words.join('; ')}.`, told),
    'Speed held against speed asked',
    caption,
  );
}

function fallFigure(fallen: EvaluationTold['fallen'], episodes: number): Content {
  const all = Object.entries(fallen)
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => b.value - a.value);
  if (all.length === 0) return html`<p>No episode ended by a body that touched the ground.</p>`;
  const rest = all.slice(MOST_BARS).reduce((sum, { value }) => sum + value, 0);
  const bars = [...all.slice(0, MOST_BARS), ...(rest > 0 ? [{ name: 'others', value: rest }] : [])];
  const words = bars.map(({ name, value }) => `${name} ${value}`).join(', ');
  return figure(
    barChart(`Falls by body: ${words}.`, 'episodes', bars),
    'Why it fell',
    `The body whose touch of the ground ended the episode, of ${episodes} episodes.`,
  );
}

function bandTable(bands: EvaluationTold['bands']): Content {
  if (bands.length === 0) return '';
  const columns = [
    'asked, m/s',
    'held, m/s',
    'under way, m/s',
    'off by, m/s',
    'episodes',
    'falls',
    'reward',
    'work, J/m',
    'physics steps a fall',
  ];
  const rows = bands.map((band) => [
    band.speed.join(' - '),
    band.mean_speed?.toFixed(2) ?? '-',
    band.speed_under_way?.toFixed(2) ?? '-',
    band.speed_error?.toFixed(2) ?? '-',
    band.episodes,
    percent(band.falls_share),
    plusMinus(band.reward, band.reward_ci95),
    shown(band.energy_per_metre),
    band.steps_per_fall === null ? 'no fall' : shown(band.steps_per_fall),
    Object.entries(band.fallen)
      .slice(0, 2)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || '-',
  ]);
  return table(
    'Evaluation by target speed',
    [...columns.map((name) => ({ name, kind: 'number' as const })), { name: 'fell on' }],
    rows,
  );
}

/** The last of the training, band by band, under the first. */
function heldOutTable(heldOut: readonly HeldOutEvaluation[]): Content {
  if (heldOut.length === 0) return '';
  const names = heldOut.at(-1)!.conditions?.map(({ name }) => name) ?? [];
  const columns = ['decisions', 'reward', 'falls', ...names.map((name) => name.replace('target speed ', ''))];
  const rows = sampled(heldOut).map(({ step, reward, rewardInterval, fallShare, conditions = [] }) => [
    grouped(step),
    plusMinus(reward, rewardInterval),
    percent(fallShare),
    ...names.map((name) => shown(conditions.find((each) => each.name === name)?.reward)),
  ]);
  return html`<h3>Held-out evaluations of the training</h3>
${table(
  'Held-out evaluations',
  columns.map((name) => ({ name, kind: 'number' as const })),
  rows,
)}`;
}

/** Twelve rows are read; more of them evenly chosen, the first and the last among them. */
function sampled<Row>(rows: readonly Row[], most = 12): readonly Row[] {
  if (rows.length <= most) return rows;
  return Array.from({ length: most }, (_, at) => rows[Math.round((at * (rows.length - 1)) / (most - 1))]!);
}
