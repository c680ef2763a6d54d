/** How often regress catches a damaged file, how often it accuses a sound one, and how long it takes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../base/files/hash.ts';
import { writeAtomically } from '../base/files/write-atomically.ts';
import { type PlaysEpisodes, withPlayers } from '../evaluate/players.ts';
import { type PolicyFile, readPolicyFile } from '../evaluate/policy-file.ts';
import { walkerSubject } from '../evaluate/subject.ts';
import { decodeModel } from '../onnx/decode.ts';
import { type Baseline, baselineText, readBaseline } from '../regress/baseline.ts';
import { playAgainst } from '../regress/behaviour.ts';
import { contractFindings } from '../regress/contract-check.ts';
import { answersOf, GOLDEN_TOLERANCE, largestDifference } from '../regress/golden.ts';
import { makeBaseline } from '../regress/regress.ts';
import { worldDigest } from '../regress/world-digest.ts';
import { addTried, filesToTry, readTried, type Tried, type TriedFile } from './regress-files.ts';
import { type PowerTable, powerTable } from './regress-table.ts';

export interface RegressBenchOptions {
  /** The sound one. */
  readonly policy: string;
  /** Other policies, such as an older checkpoint, judged as if they took its place. */
  readonly others: readonly string[];
  readonly episodes: number;
  readonly margin: number;
  /** Files of each damage, */
  readonly seeds: number;
  /** and sound ones, exported again. */
  readonly reExports: number;
  readonly maxSteps?: number | undefined;
  /** Only kinds of files whose names have this in them. */
  readonly only?: string | undefined;
  /** Where the baseline and the line of each file are kept: what is there already is not played again. */
  readonly folder: string;
  /** Plays nothing, and tells what the folder holds. */
  readonly told: boolean;
  readonly workers?: number | undefined;
}

export interface RegressBenchWatch {
  readonly signal: AbortSignal;
  /** Told after each file. */
  readonly progress: (done: number, total: number) => void;
}

/** Once aborted, it ends with the files that were done. */
export async function regressPower(options: RegressBenchOptions, watch: RegressBenchWatch): Promise<PowerTable> {
  const { margin, seeds, reExports, workers, folder } = options;
  const policy = readPolicyFile(options.policy);
  const baseline = await baselineOf(policy, options, watch);
  const of = { baseline: sha256(baselineText(baseline)), margin };
  const ledger = join(folder, 'files.jsonl');
  const files = filesToTry(decodeModel(policy.bytes, policy.name), seeds, reExports, options.others).filter(
    ({ kind }) => kind.includes(options.only ?? ''),
  );
  const known = readTried(ledger).filter((each) => each.baseline === of.baseline && each.margin === margin);
  const done: Tried[] = [];
  await withPlayers({ workers }, async (players) => {
    for (const file of files) {
      let tried = known.find(({ kind, seed }) => kind === file.kind && seed === file.seed);
      if (!tried && !options.told && !watch.signal.aborted) {
        const found = await untilAborted(watch.signal, () => tryOut(file, baseline, margin, players, watch.signal));
        if (found) {
          tried = { ...of, ...found };
          addTried(ledger, tried);
        }
      }
      if (tried) done.push(tried);
      watch.progress(done.length, files.length);
    }
  });
  return powerTable(baseline, margin, done);
}

async function untilAborted<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Played once; it stands in the folder under the name of all that it depends on. */
async function baselineOf(policy: PolicyFile, options: RegressBenchOptions, watch: RegressBenchWatch) {
  const { episodes, maxSteps, workers, folder } = options;
  const parameters = maxSteps === undefined ? {} : { max_steps: maxSteps };
  const settings = { seed: 1, speeds: 'grid', deterministic: false, world: 'unity', parameters } as const;
  const world = await worldDigest(settings.world, walkerSubject);
  const name = sha256(JSON.stringify([sha256(policy.bytes), world, settings, episodes])).slice(0, 12);
  const path = join(folder, `${name}.baseline.json`);
  if (!existsSync(path)) {
    const made = await makeBaseline({ policy, reason: 'bench', episodes, settings, workers }, { signal: watch.signal });
    writeAtomically(path, baselineText(made));
  }
  return readBaseline(path, policy.name);
}

async function tryOut(
  { kind, seed, make }: TriedFile,
  baseline: Baseline,
  margin: number,
  players: PlaysEpisodes,
  signal: AbortSignal,
): Promise<Omit<Tried, 'baseline' | 'margin'>> {
  const policy = make();
  const start = performance.now();
  const before = process.cpuUsage();
  const taken = () => {
    const { user, system } = process.cpuUsage(before);
    const seconds = (performance.now() - start) / 1000;
    return { seconds, cpu_seconds: (user + system) / 1e6, at: new Date().toISOString() };
  };
  const { behavior } = walkerSubject.task;
  const contract = contractFindings(policy.bytes, policy.name, behavior).some(
    (each) => !baseline.findings.includes(each),
  );
  try {
    const { observations, ...expected } = baseline.golden;
    const { mean, sampled } = await answersOf(
      decodeModel(policy.bytes, policy.name),
      policy.name,
      observations,
      behavior,
    );
    const off = Math.max(largestDifference(mean, expected.mean), largestDifference(sampled, expected.sampled));
    const played = await playAgainst({ policy, baseline, players, watch: { signal }, margin });
    const { verdict, change, detectable, correlation, pairs } = played;
    const behaviour = { verdict, change, detectable, correlation, pairs };
    return { kind, seed, contract, golden: off > GOLDEN_TOLERANCE, behaviour, ...taken() };
  } catch (error) {
    signal.throwIfAborted();
    if (!contract) throw error;
    // onnxruntime does not take it either.
    return { kind, seed, contract, golden: false, behaviour: null, ...taken() };
  }
}
