/**
 * The checks of a candidate, in the order of their cost: a table that `runChecks` walks. The first that fails ends it, for
 * those behind it cost more and would change nothing.
 */

import { UserError } from '../base/failure/user-error.ts';
import type { BehaviorSpec } from '../envs/env.ts';
import type { PlaysEpisodes, PlayWatch } from '../evaluate/players.ts';
import type { PolicyFile } from '../evaluate/policy-file.ts';
import { openWalkerPolicy } from '../evaluate/walker-policy.ts';
import type { Model } from '../onnx/model.ts';
import type { Baseline } from './baseline.ts';
import { type Behaviour, playAgainst } from './behaviour.ts';
import { contractFindings } from './contract-check.ts';
import { answersOf, GOLDEN_TOLERANCE, largestDifference } from './golden.ts';
import { latencies } from './timing.ts';

export type CheckVerdict = 'pass' | 'fail' | 'undecided' | 'told' | 'skipped';

export interface CheckResult {
  readonly name: string;
  /** `told`: a number that is not judged. `skipped`: a cheaper check has failed. */
  readonly verdict: CheckVerdict;
  /** What was found, and what was allowed; null where there is nothing of the kind. */
  readonly value: number | string | null;
  readonly limit: number | string | null;
  /** In words. */
  readonly message: string;
}

export interface Candidate {
  readonly policy: PolicyFile;
  readonly model: Model;
  /** Whose policy it is to be. */
  readonly behavior: BehaviorSpec;
  readonly baseline: Baseline;
  readonly players: PlaysEpisodes;
  readonly watch: PlayWatch;
  /** How much of the baseline's mean return may be lost, a share. */
  readonly margin: number;
  /** Whether it has to be the very policy of the baseline, such as one that was exported again. */
  readonly same: boolean;
  readonly maxKilobytes?: number | undefined;
  /** Of one decision of ten agents, 99 of 100. */
  readonly maxMilliseconds?: number | undefined;
}

type Found = Omit<CheckResult, 'name'> & { readonly behaviour?: Behaviour };

interface Check {
  readonly name: string;
  run(candidate: Candidate): Found | Promise<Found>;
}

const checks: readonly Check[] = [
  { name: 'contract', run: contract },
  { name: 'size', run: size },
  { name: 'finite', run: finite },
  { name: 'golden', run: golden },
  { name: 'latency', run: latency },
  { name: 'behaviour', run: behaviour },
];

export interface Checked {
  readonly checks: readonly CheckResult[];
  /** Where it came to that. */
  readonly behaviour?: Behaviour | undefined;
}

export async function runChecks(candidate: Candidate): Promise<Checked> {
  const results: CheckResult[] = [];
  let behaviour: Behaviour | undefined;
  for (const { name, run } of checks) {
    const failed = results.find(({ verdict }) => verdict === 'fail');
    if (failed) {
      results.push({ name, verdict: 'skipped', value: null, limit: null, message: `${failed.name} has failed` });
      continue;
    }
    const { behaviour: played, ...found } = await run(candidate);
    behaviour ??= played;
    results.push({ name, ...found });
  }
  return { checks: results, behaviour };
}

/** What ML-Agents or its engines may stumble over, and did not in the baseline's file; and whether onnxruntime takes it. */
async function contract({ policy, model, behavior, baseline }: Candidate): Promise<Found> {
  const found = contractFindings(policy.bytes, policy.name, behavior).filter(
    (each) => !baseline.findings.includes(each),
  );
  found.push(...(await refusalOf(model, policy.name, behavior)));
  const message = found.length === 0 ? 'ML-Agents takes it as it took the baseline' : found.join('; ');
  return { verdict: found.length === 0 ? 'pass' : 'fail', value: found.length, limit: 0, message };
}

async function refusalOf(model: Model, name: string, behavior: BehaviorSpec): Promise<string[]> {
  try {
    for (const deterministic of [false, true]) {
      await (await openWalkerPolicy(model, name, deterministic, behavior)).close();
    }
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [error.message];
  }
}

function size({ policy, baseline, maxKilobytes }: Candidate): Found {
  const kilobytes = Math.round(policy.bytes.length / 1024);
  const message = `${kilobytes} KiB, the baseline ${Math.round(baseline.bytes / 1024)} KiB`;
  return { verdict: judged(kilobytes, maxKilobytes), value: kilobytes, limit: maxKilobytes ?? null, message };
}

/** Whether its answers are actions at all, on real observations and on absurd ones. */
async function finite({ model, policy, behavior, baseline }: Candidate): Promise<Found> {
  const { mean, sampled } = await answersOf(model, policy.name, baseline.golden.observations, behavior);
  const { actionSize: rowSize } = behavior;
  const wrong = [...mean, ...sampled].filter((action) => !(Math.abs(action) <= 1 + 1e-6)).length;
  const rows = baseline.golden.mean.length / rowSize;
  const still = new Set(
    Array.from({ length: rows }, (_, row) => mean.slice(row * rowSize, (row + 1) * rowSize).join()),
  );
  const message =
    wrong > 0
      ? `${wrong} of ${mean.length + sampled.length} actions are no numbers from -1 to 1`
      : still.size === 1
        ? 'it acts alike whatever it observes'
        : `all ${mean.length + sampled.length} actions are numbers from -1 to 1`;
  return { verdict: wrong > 0 || still.size === 1 ? 'fail' : 'pass', value: wrong, limit: 0, message };
}

/** Whether it is the baseline's policy, by what it answers. Another one is no fault: then its behaviour counts. */
async function golden({ model, policy, behavior, baseline: { golden: pairs }, same }: Candidate): Promise<Found> {
  const { mean, sampled } = await answersOf(model, policy.name, pairs.observations, behavior);
  const value = Math.max(largestDifference(mean, pairs.mean), largestDifference(sampled, pairs.sampled));
  const isSame = value <= GOLDEN_TOLERANCE;
  const message = isSame
    ? `it answers as the baseline does in ${pairs.mean.length / behavior.actionSize} observations`
    : `it is another policy than the baseline: an action is off by ${value.toPrecision(2)}`;
  return { verdict: isSame ? 'pass' : same ? 'fail' : 'told', value, limit: GOLDEN_TOLERANCE, message };
}

async function latency({ policy, behavior, maxMilliseconds }: Candidate): Promise<Found> {
  const measured = await latencies(policy.bytes, behavior);
  const value = Number(measured.at(-1)!.p99.toFixed(3));
  const message = measured
    .map(
      ({ batch, p50, p99 }) =>
        `${p50.toFixed(3)} ms (p99 ${p99.toFixed(3)} ms) for ${batch === 1 ? 'an agent' : `${batch} agents`}`,
    )
    .join(', ');
  return { verdict: judged(value, maxMilliseconds), value, limit: maxMilliseconds ?? null, message };
}

/** Whether it still walks. */
async function behaviour(candidate: Candidate): Promise<Found> {
  const played = await playAgainst(candidate);
  const { verdict, why, change, pairs, detectable, needed, blowUps } = played;
  const cause = blowUps > 0 ? `physics broke down in ${blowUps} episodes` : why;
  const hint = needed === null ? '' : `; about ${needed} episodes would tell, which takes a baseline of as many`;
  const message = `${cause}: ${percent(change)} in ${pairs} pairs, which show ${percent(detectable, false)} in 80 of 100 cases${hint}`;
  return { verdict, value: change, limit: -candidate.margin, message, behaviour: played };
}

function judged(value: number, limit: number | undefined): CheckVerdict {
  if (limit === undefined) return 'told';
  return value <= limit ? 'pass' : 'fail';
}

function percent(share: number, signed = true): string {
  const text = `${(100 * share).toFixed(1)} %`;
  return signed && share >= 0 ? `+${text}` : text;
}
