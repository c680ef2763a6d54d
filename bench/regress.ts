/** How often regress catches a damaged file, how often it accuses a sound one, and how long it takes. */
import { RandomStream } from '../base/random/stream.ts';
import { type PlayWatch, withPlayers } from '../evaluate/players.ts';
import { type PolicyFile, readPolicyFile } from '../evaluate/policy-file.ts';
import { decodeModel } from '../onnx/decode.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Model } from '../onnx/model.ts';
import type { Baseline } from '../regress/baseline.ts';
import { type Behaviour, playAgainst } from '../regress/behaviour.ts';
import { contractFindings } from '../regress/contract-check.ts';
import { answersOf, GOLDEN_TOLERANCE, largestDifference } from '../regress/golden.ts';
import { makeBaseline } from '../regress/regress.ts';
import { damages, reExported } from './damages.ts';

export interface RegressBenchOptions {
  /** The sound one. */
  readonly policy: string;
  /** Another one, such as an older checkpoint, judged as if it took its place. */
  readonly older?: string | undefined;
  readonly episodes: number;
  readonly margin: number;
  /** Files of each damage, */
  readonly seeds: number;
  /** and sound ones, exported again. */
  readonly reExports: number;
  readonly maxSteps?: number | undefined;
  /** Only kinds of files whose names have this in them. */
  readonly only?: string | undefined;
  readonly workers?: number | undefined;
}

/** What came of the files of one kind. */
export interface PowerRow {
  readonly name: string;
  readonly files: number;
  /** How many the check before playing found: */
  readonly contract: number;
  readonly golden: number;
  /** and the verdicts of the behaviour, whatever was found before. */
  readonly pass: number;
  readonly fail: number;
  readonly undecided: number;
  /** Files that cost the margin or more, by the episodes that were played, and how many of those did not pass. */
  readonly costly: number;
  readonly costlyCaught: number;
  /** Mean change of the reward, a share of the baseline's, by the episodes that were played. */
  readonly change: number;
  /** Mean correlation of the pairs, and episodes and seconds that a file took. */
  readonly correlation: number;
  readonly pairs: number;
  readonly seconds: number;
}

export interface PowerTable {
  readonly policy: string;
  readonly margin: number;
  readonly episodes: number;
  readonly reward: number;
  readonly rows: readonly PowerRow[];
}

interface Tried {
  readonly contract: boolean;
  readonly golden: boolean;
  readonly behaviour: Behaviour | undefined;
  readonly seconds: number;
}

export async function regressPower(
  options: RegressBenchOptions,
  watch: Pick<PlayWatch, 'signal'> & { readonly told?: (row: PowerRow) => void },
): Promise<PowerTable> {
  const { episodes, margin, seeds, reExports, workers } = options;
  const policy = readPolicyFile(options.policy);
  const sound = decodeModel(policy.bytes, policy.name);
  const parameters = options.maxSteps === undefined ? {} : { max_steps: options.maxSteps };
  const settings = { seed: 1, speeds: 'grid', deterministic: false, world: 'unity', parameters } as const;
  const baseline = await makeBaseline({ policy, reason: 'bench', episodes, settings, workers }, watch);

  const kinds: [name: string, files: (() => PolicyFile)[]][] = [
    ['sound, exported again', times(reExports, (seed) => fileOf(reExported(sound, new RandomStream(seed, 0x5e))))],
    ...damages.map(({ name, plant, isOne }): [string, (() => PolicyFile)[]] => [
      name,
      times(isOne ? 1 : seeds, (seed) => fileOf(plant(sound, new RandomStream(seed, 0xda)))),
    ]),
    ...(options.older === undefined
      ? []
      : [[options.older, [() => readPolicyFile(options.older!)]] satisfies [string, (() => PolicyFile)[]]]),
  ];
  const rows: PowerRow[] = [];
  for (const [name, files] of kinds) {
    if (!name.includes(options.only ?? '')) continue;
    const tried: Tried[] = [];
    for (const file of files) tried.push(await tryOut(file(), baseline, margin, watch, workers));
    if (tried.length === 0) continue;
    rows.push(rowOf(name, tried, margin));
    watch.told?.(rows.at(-1)!);
  }
  return { policy: policy.name, margin, episodes, reward: baseline.history[0]!.reward, rows };
}

async function tryOut(
  policy: PolicyFile,
  baseline: Baseline,
  margin: number,
  watch: PlayWatch,
  workers: number | undefined,
): Promise<Tried> {
  const start = performance.now();
  const contract = contractFindings(policy.bytes, policy.name).some((each) => !baseline.findings.includes(each));
  try {
    const { mean, sampled } = await answersOf(
      decodeModel(policy.bytes, policy.name),
      policy.name,
      baseline.golden.observations,
    );
    const off = Math.max(
      largestDifference(mean, baseline.golden.mean),
      largestDifference(sampled, baseline.golden.sampled),
    );
    const behaviour = await withPlayers(workers, (players) =>
      playAgainst({ policy, baseline, players, watch: { signal: watch.signal }, margin }),
    );
    return { contract, golden: off > GOLDEN_TOLERANCE, behaviour, seconds: (performance.now() - start) / 1000 };
  } catch (error) {
    watch.signal?.throwIfAborted();
    if (!contract) throw error;
    // onnxruntime does not take it either.
    return { contract, golden: true, behaviour: undefined, seconds: (performance.now() - start) / 1000 };
  }
}

function rowOf(name: string, tried: readonly Tried[], margin: number): PowerRow {
  const played = tried.flatMap(({ behaviour }) => (behaviour ? [behaviour] : []));
  const count = (verdict: string) => played.filter((each) => each.verdict === verdict).length;
  const costly = played.filter(({ change }) => change <= -margin);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    name,
    files: tried.length,
    contract: tried.filter(({ contract }) => contract).length,
    golden: tried.filter(({ golden }) => golden).length,
    pass: count('pass'),
    fail: count('fail'),
    undecided: count('undecided'),
    costly: costly.length,
    costlyCaught: costly.filter(({ verdict }) => verdict !== 'pass').length,
    change: mean(played.map(({ change }) => change)),
    correlation: mean(played.map(({ correlation }) => correlation ?? 1)),
    pairs: mean(played.map(({ pairs }) => pairs)),
    seconds: mean(tried.map(({ seconds }) => seconds)),
  };
}

function times(count: number, make: (seed: number) => PolicyFile): (() => PolicyFile)[] {
  return Array.from({ length: count }, (_, seed) => () => make(seed));
}

function fileOf(model: Model): PolicyFile {
  return { name: 'damaged.onnx', bytes: encodeModel(model) };
}

/** A row of the table that is printed. */
export function powerLine({ name, files, contract, golden, ...row }: PowerRow): string {
  const change = Number.isNaN(row.change) ? 'none' : `${(100 * row.change).toFixed(0)} %`;
  return (
    `${name.padEnd(60)} files ${files}  contract ${contract}  golden ${golden}  ` +
    `behaviour: fail ${row.fail} undecided ${row.undecided} pass ${row.pass} (of ${row.costly} that cost the margin, caught ${row.costlyCaught})  reward ${change}  ` +
    `r ${row.correlation.toFixed(2)}  pairs ${row.pairs.toFixed(0)}  ${row.seconds.toFixed(0)} s`
  );
}
