/** An evaluation as text: the whole, the bands, how it walks, who fell, the comparison, and the worst observations. */
import type { EvaluationReport } from './evaluate.ts';
import { isOff, type ObservationDifference, tolerance } from './observation-statistics.ts';
import type { Band, Fared } from './report.ts';

/** @param worst how many observations to list, where they were compared. */
export function reportText(report: EvaluationReport, worst = 12): string {
  const { bands, fallen, observations, foot_contact: feet } = report;
  const energy =
    report.energy_per_metre === null
      ? 'no way made'
      : `${shown(report.energy_per_metre)} J/m (cost of transport ${shown(report.cost_of_transport)})`;
  const lines = [
    `${report.policy} in the world ${report.world}: ${report.episodes} episodes, ${report.deterministic ? 'mean' : 'sampled'} actions, seed ${report.seed}, ${speedsText(report)}`,
    `reward ${shown(report.reward)} +- ${shown(report.reward_ci95)}, falls in ${percent(report.falls_share)} of episodes, ` +
      `steps per fall ${shown(report.steps_per_fall)}, episode ${shown(report.steps.mean)} +- ${shown(report.steps.plusMinus)} steps, ` +
      `to the cap ${percent(report.capped_share)}, targets touched ${report.targets_touched}, blow-ups ${report.blow_ups}`,
    `speed held ${report.mean_speed.toFixed(2)} m/s (${underWay(report)} under way), off by ${report.speed_error.toFixed(2)} m/s, joint work ${energy}, ` +
      `actions change by ${report.action_change.toFixed(3)} a decision, sway ${report.sway.toFixed(2)} m/s` +
      (report.character === undefined
        ? `, on the ground: left foot ${percent(feet.left)}, right ${percent(feet.right)}, both ${percent(feet.both)}, none ${percent(feet.none)}`
        : ''),
    '',
    ...table(bandHead, bands.map(bandRow)),
    '',
    `fell on: ${listed(fallen) || 'nothing'}`,
    ...comparisonLines(report),
    ...webLines(report),
    ...(observations ? observationLines(observations, worst) : []),
  ];
  return lines.join('\n');
}

function webLines({ web }: EvaluationReport): string[] {
  if (!web) return [];
  const { browser, agents, decisions, partsAt, node, web: there } = web;
  const played = `${agents} walkers over ${decisions} decisions in Node and in ${browser}`;
  if (partsAt === null) return [`${played}: the same to the last bit (${node.slice(0, 12)})`];
  return [`${played}: they part at decision ${partsAt} (${node.slice(0, 12)}, ${there.slice(0, 12)})`];
}

function speedsText({ speeds }: EvaluationReport): string {
  if (speeds === 'grid') return 'target speeds on a grid';
  return speeds === 'drawn' ? 'target speeds drawn' : `target speeds ${speeds.join(', ')} m/s`;
}

const bandHead = [
  'target m/s',
  'episodes',
  'falls',
  'steps/fall',
  'to the cap',
  'reward',
  '/step',
  'mean m/s',
  'under way',
  'off by',
  'J/m',
  'fell on',
];

function bandRow(band: Band): string[] {
  const { speed, episodes, falls } = band;
  return [
    speed.join('-'),
    String(episodes),
    String(falls),
    // Falls come one by one at some rate: the rate's relative error is about 1/sqrt(falls).
    `${shown(band.steps_per_fall)}${falls > 0 ? ` +-${Math.round(196 / Math.sqrt(falls))}%` : ''}`,
    percent(band.capped_share),
    `${shown(band.reward)} +- ${shown(band.reward_ci95)}`,
    band.reward_per_step.toFixed(3),
    band.mean_speed.toFixed(2),
    underWay(band),
    band.speed_error.toFixed(2),
    band.energy_per_metre === null ? '-' : shown(band.energy_per_metre),
    listed(band.fallen, 2),
  ];
}

function underWay({ speed_under_way: speed }: Fared): string {
  return speed === null ? '-' : speed.toFixed(2);
}

function comparisonLines(report: EvaluationReport): string[] {
  const {
    compared_with: other,
    difference = 0,
    difference_ci95 = 0,
    detectable = 0,
    correlation,
    paired_falls: falls,
  } = report;
  if (!other || !falls) return [];
  return [
    '',
    `${other.policy} on the same episodes: reward ${shown(other.reward)} +- ${shown(other.reward_ci95)}, falls in ${percent(other.falls_share)}`,
    `paired difference ${signed(difference)} +- ${shown(difference_ci95)} (correlation ${correlation?.toFixed(2) ?? 'none'}); ` +
      `one of ${shown(detectable)} would have been seen`,
    `fell alone in ${falls.onlySecond} episodes, the other in ${falls.onlyFirst}; were both as safe, it would do so as often in ${percent(falls.p)} of cases`,
  ];
}

function observationLines(observations: readonly ObservationDifference[], worst: number): string[] {
  if (observations.length === 0) return ['', 'the file has no normaliser to compare observations with'];
  return [
    '',
    `${observations.filter(isOff).length} of ${observations.length} observations are off by more than ${tolerance.shift} ` +
      `of the normaliser's deviation, or wider or narrower by more than ${tolerance.deviation * 100} %; the worst:`,
    ...table(
      ['observation', 'mean here', 'there', 'deviation here', 'there'],
      observations
        .slice(0, worst)
        .map((row) => [
          row.name,
          ...[row.mean, row.unity_mean, row.deviation, row.unity_deviation].map((value) => value.toFixed(4)),
        ]),
    ),
  ];
}

function listed(counts: Readonly<Record<string, number>>, most = 16): string {
  const entries = Object.entries(counts).slice(0, most);
  return entries.map(([name, count]) => `${name} ${count}`).join(', ');
}

function shown(value: number | null): string {
  if (value === null) return 'no fall';
  return value.toFixed(Math.abs(value) < 10 ? 2 : 0);
}

function signed(value: number): string {
  return value < 0 ? shown(value) : `+${shown(value)}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line);
}
