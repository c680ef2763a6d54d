/** What the regress bench found, as a table: kinds of files down, what caught them across. */
import { availableParallelism, cpus } from 'node:os';
import { meanOf } from '../evaluate/estimate.ts';
import { SEEN_STANDARD_ERRORS } from '../evaluate/paired.ts';
import type { Baseline } from '../regress/baseline.ts';
import { SOUND, type Tried } from './regress-files.ts';

/** What came of the files of one kind. */
export interface PowerRow {
  readonly name: string;
  readonly files: number;
  /** How many the checks before playing found: */
  readonly contract: number;
  readonly golden: number;
  /** and the verdicts of the behaviour, whatever was found before. */
  readonly pass: number;
  readonly fail: number;
  readonly undecided: number;
  /** Files that cost 10 % of the reward or more, by the episodes that were played, and how many of those did not pass. */
  readonly costly: number;
  readonly costlyCaught: number;
  /** Mean change of the reward, a share of the baseline's, by the episodes that were played; null where none were. */
  readonly change: number | null;
  /** Mean correlation of the pairs, and episodes and seconds that a file took. */
  readonly correlation: number | null;
  readonly pairs: number;
  readonly seconds: number;
  readonly cpu_seconds: number;
}

export interface PowerTable {
  readonly policy: string;
  readonly sha256: string;
  readonly machine: string;
  /** When the first and the last file was done. */
  readonly dates: readonly string[];
  readonly margin: number;
  readonly episodes: number;
  readonly reward: number;
  readonly rows: readonly PowerRow[];
  /** Over all damaged files: those that cost 10 % or more, and those of them that did not pass every check. */
  readonly costly: number;
  readonly costlyCaught: number;
  /** Sound files, and those of them that failed, or that no verdict could be had of. */
  readonly sound: number;
  readonly accused: number;
  readonly unsure: number;
  /** Longest of a file: by the clock, and of all cores together. */
  readonly longest_seconds: number;
  readonly longest_cpu_seconds: number;
  /** Pairs of sound files that a margin of 10 % and of 5 % takes, by their deviation, and how long those are played. */
  readonly margins: readonly { readonly margin: number; readonly pairs: number; readonly cpu_seconds: number }[];
}

/** A damage that costs so much is to be caught. */
const COSTLY = -0.1;

export function powerTable(baseline: Baseline, margin: number, tried: readonly Tried[]): PowerTable {
  const kinds = [...new Set(tried.map(({ kind }) => kind))];
  const rows = kinds.map((kind) =>
    rowOf(
      kind,
      tried.filter((each) => each.kind === kind),
    ),
  );
  const damaged = rows.filter(({ name }) => name !== SOUND);
  const sound = rows.find(({ name }) => name === SOUND);
  const sum = (of: (row: PowerRow) => number) => damaged.reduce((total, row) => total + of(row), 0);
  const dates = tried.map(({ at }) => at).sort();
  return {
    policy: baseline.policy,
    sha256: baseline.sha256,
    machine: `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores`,
    dates: [dates[0], dates.at(-1)].flatMap((date) => date ?? []),
    margin,
    episodes: baseline.episodes.returns.length,
    reward: baseline.history[0]!.reward,
    rows,
    costly: sum((row) => row.costly),
    costlyCaught: sum((row) => row.costlyCaught),
    sound: sound?.files ?? 0,
    accused: sound?.fail ?? 0,
    unsure: sound?.undecided ?? 0,
    longest_seconds: Math.max(0, ...tried.map(({ seconds }) => seconds)),
    longest_cpu_seconds: Math.max(0, ...tried.map(({ cpu_seconds }) => cpu_seconds)),
    margins: marginsOf(tried.filter(({ kind }) => kind === SOUND)),
  };
}

function rowOf(name: string, tried: readonly Tried[]): PowerRow {
  const played = tried.flatMap(({ behaviour }) => behaviour ?? []);
  const count = (verdict: string) => played.filter((each) => each.verdict === verdict).length;
  const costly = tried.filter(({ behaviour }) => behaviour && behaviour.change <= COSTLY);
  return {
    name,
    files: tried.length,
    contract: tried.filter(({ contract }) => contract).length,
    golden: tried.filter(({ golden }) => golden).length,
    pass: count('pass'),
    fail: count('fail'),
    undecided: count('undecided'),
    costly: costly.length,
    costlyCaught: costly.filter(({ contract, behaviour }) => contract || behaviour!.verdict !== 'pass').length,
    change: played.length > 0 ? meanOf(played.map(({ change }) => change)) : null,
    correlation: played.length > 0 ? meanOf(played.map(({ correlation }) => correlation ?? 1)) : null,
    pairs: played.length > 0 ? meanOf(played.map(({ pairs }) => pairs)) : 0,
    seconds: meanOf(tried.map(({ seconds }) => seconds)),
    cpu_seconds: meanOf(tried.map((each) => each.cpu_seconds)),
  };
}

/** n = (standard errors x deviation / margin)^2, as docs/regress.md has it; the deviation is what the pairs showed. */
function marginsOf(sound: readonly Tried[]): PowerTable['margins'] {
  const played = sound.flatMap(({ behaviour, cpu_seconds }) => (behaviour ? [{ ...behaviour, cpu_seconds }] : []));
  if (played.length === 0) return [];
  const variance = meanOf(
    played.map(({ detectable, pairs }) => ((detectable * Math.sqrt(pairs)) / SEEN_STANDARD_ERRORS) ** 2),
  );
  const secondsOfPair = meanOf(played.map(({ cpu_seconds, pairs }) => cpu_seconds / pairs));
  return [0.1, 0.05].map((margin) => {
    const pairs = Math.ceil((SEEN_STANDARD_ERRORS ** 2 * variance) / margin ** 2);
    return { margin, pairs, cpu_seconds: pairs * secondsOfPair };
  });
}

/** Markdown, as README and docs/regress.md have it. */
export function powerText(table: PowerTable): string {
  const percent = (share: number | null) =>
    share === null ? '' : `${share > 0 ? '+' : ''}${(100 * share).toFixed(0)} %`;
  const head = ['damage', 'files', 'contract', 'golden pairs', 'behaviour: fail / undecided / pass', 'reward', 'pairs'];
  const body = table.rows.map((row) => [
    row.name,
    row.files,
    row.contract,
    row.change === null ? '' : row.golden,
    row.change === null ? 'onnxruntime does not take it' : `${row.fail} / ${row.undecided} / ${row.pass}`,
    percent(row.change),
    row.change === null ? '' : row.pairs.toFixed(0),
  ]);
  const lines = [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`);
  const of = (part: number, all: number) =>
    `${part} of ${all}${all > 0 ? ` (${((100 * part) / all).toFixed(1)} %)` : ''}`;
  const files = table.rows.reduce((sum, row) => sum + row.files, 0);
  const means = (key: 'seconds' | 'cpu_seconds') =>
    (table.rows.reduce((sum, row) => sum + row.files * row[key], 0) / files).toFixed(0);
  return [
    ...lines,
    '',
    `${table.machine}; ${table.policy} (SHA-256 ${table.sha256.slice(0, 12)}), ${table.reward.toFixed(0)} in ${table.episodes} episodes; margin ${100 * table.margin} %; ${table.dates.join(' to ')}`,
    `damages that cost 10 % or more: ${of(table.costlyCaught, table.costly)} caught`,
    `sound files: ${of(table.accused, table.sound)} accused, ${table.unsure} undecided`,
    ...(files > 0
      ? [
          `a file took ${means('seconds')} s by the clock and ${means('cpu_seconds')} s of CPU, ${table.longest_seconds.toFixed(0)} and ${table.longest_cpu_seconds.toFixed(0)} at most`,
        ]
      : []),
    ...table.margins.map(
      ({ margin, pairs, cpu_seconds }) =>
        `a margin of ${100 * margin} % takes ${pairs} pairs, ${cpu_seconds.toFixed(0)} s of CPU`,
    ),
  ].join('\n');
}
