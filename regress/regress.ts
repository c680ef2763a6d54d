/** Judges a policy file against a baseline, and makes baselines. */

import { UserError } from '../base/failure/user-error.ts';
import { sha256 } from '../base/files/hash.ts';
import { checkParameters } from '../envs/walker/parameters.ts';
import { meanOf } from '../evaluate/estimate.ts';
import { type Playing, type PlayWatch, withPlayers } from '../evaluate/players.ts';
import type { PolicyFile } from '../evaluate/policy-file.ts';
import { checkWalkerPolicy } from '../evaluate/policy-graph.ts';
import { hasFallen, rewardOf } from '../evaluate/report.ts';
import type { Subject } from '../evaluate/subject.ts';
import { subjectOf } from '../evaluate/subject-of.ts';
import { decodeModel } from '../onnx/decode.ts';
import type { Model } from '../onnx/model.ts';
import type { Baseline, BaselineSettings } from './baseline.ts';
import { requestOf } from './behaviour.ts';
import { type Candidate, type CheckResult, runChecks } from './checks.ts';
import { contractFindings } from './contract-check.ts';
import { checkGolden, makeGolden } from './golden.ts';
import type { Verdict } from './rule.ts';
import { worldDigest } from './world-digest.ts';

export interface RegressOptions
  extends Playing,
    Pick<Candidate, 'margin' | 'same' | 'maxKilobytes' | 'maxMilliseconds'> {
  readonly policy: PolicyFile;
  readonly baseline: Baseline;
}

/** Names are those of the JSON. What belongs to the behaviour is null where it did not come to that. */
export interface RegressReport {
  readonly verdict: Verdict;
  readonly policy: string;
  readonly sha256: string;
  readonly baseline: { readonly policy: string; readonly sha256: string; readonly settings: BaselineSettings };
  readonly margin: number;
  readonly checks: readonly CheckResult[];
  /** Episodes that both have played, and the looks that they were looked at in. */
  readonly pairs: number | null;
  readonly looks: number | null;
  /** Of the two returns of a pair. */
  readonly correlation: number | null;
  /** Of the candidate's return less what the margin leaves of the baseline's. */
  readonly deviation: number | null;
  /** What so many pairs show in 80 of 100 cases, and how the mean changed: shares of the baseline's mean. */
  readonly detectable: number | null;
  readonly change: number | null;
  /** Pairs that would decide, where these did not. */
  readonly needed: number | null;
  readonly falls: { readonly onlyBaseline: number; readonly onlyCandidate: number; readonly p: number } | null;
  readonly bands: readonly RegressBand[];
}

/** Mean returns by target speed, m/s, of the pairs that were played. */
export interface RegressBand {
  readonly speed: readonly [number, number];
  readonly pairs: number;
  readonly baseline: number;
  readonly candidate: number;
}

/**
 * @throws UserError where the file is no policy of whom the baseline is about, or the baseline is of another world than there is now.
 */
export async function regress(options: RegressOptions, watch: PlayWatch = {}): Promise<RegressReport> {
  const { policy, baseline, margin } = options;
  const subject = await subjectOf(baseline.settings.character);
  const { behavior } = subject.task;
  const model = modelOf(policy, subject);
  checkParameters(baseline.settings.parameters, undefined, subject.task.parameters);
  checkGolden(baseline.golden, behavior, `the baseline of ${baseline.policy}`);
  await refuseOtherWorld(baseline, subject);
  const { checks, behaviour } = await withPlayers(options, (players) =>
    runChecks({ ...options, model, behavior, players, watch }),
  );
  const worst = (['fail', 'undecided'] as const).find((each) => checks.some(({ verdict }) => verdict === each));
  return {
    verdict: worst ?? 'pass',
    policy: policy.name,
    sha256: sha256(policy.bytes),
    baseline: { policy: baseline.policy, sha256: baseline.sha256, settings: baseline.settings },
    margin,
    checks,
    pairs: behaviour?.pairs ?? null,
    looks: behaviour?.looks ?? null,
    correlation: behaviour?.correlation ?? null,
    deviation: behaviour?.deviation ?? null,
    detectable: behaviour?.detectable ?? null,
    change: behaviour?.change ?? null,
    needed: behaviour?.needed ?? null,
    falls: behaviour?.falls ?? null,
    bands: behaviour ? bandsOf(baseline, behaviour.returns) : [],
  };
}

/** What a new baseline is made by: all that the old one says, but for what is told here. */
export interface BaselineOptions extends Playing {
  readonly policy: PolicyFile;
  readonly reason: string;
  readonly episodes: number;
  readonly settings: BaselineSettings;
  readonly replaces?: Baseline | undefined;
}

/** @throws UserError where the file is no policy of whom the settings name, or earns nothing that a margin could be a share of. */
export async function makeBaseline(options: BaselineOptions, watch: PlayWatch = {}): Promise<Baseline> {
  const { policy, reason, episodes, settings, replaces } = options;
  const { seed, speeds, parameters, world, character } = settings;
  const subject = await subjectOf(character);
  const model = modelOf(policy, subject);
  subject.worldNamed(world);
  checkParameters(parameters, undefined, subject.task.parameters);
  const played = await withPlayers(options, (players) =>
    players.play({ ...requestOf(policy, settings), from: 0, to: episodes }, watch),
  );
  const reward = meanOf(played.map(rewardOf));
  if (!(reward > 0)) {
    throw new UserError({
      what: 'this policy earns nothing, so no other one could be worse by a share of it',
      where: policy.name,
      value: reward,
      expected: 'a mean return above 0',
    });
  }
  const hash = sha256(policy.bytes);
  return {
    gaitsmith_baseline: 1,
    policy: policy.name,
    sha256: hash,
    history: [{ reason, sha256: hash, reward }, ...(replaces?.history ?? [])],
    world_sha256: await worldDigest(world, subject),
    settings,
    findings: contractFindings(policy.bytes, policy.name, subject.task.behavior),
    bytes: policy.bytes.length,
    episodes: {
      speeds: played.map(({ targetSpeed }) => targetSpeed),
      returns: played.map(rewardOf),
      fell: played.map((episode) => (hasFallen(episode) ? 1 : 0)),
    },
    golden: await makeGolden(model, policy.name, { seed, speeds, parameters }, world, subject),
  };
}

/** @throws UserError where it is no policy of the subject; whether engines take it is a matter of the checks. */
function modelOf({ bytes, name }: PolicyFile, { task: { behavior } }: Subject): Model {
  const model = decodeModel(bytes, name);
  checkWalkerPolicy(model, name, undefined, behavior);
  return model;
}

async function refuseOtherWorld(
  { world_sha256, settings: { world, character } }: Baseline,
  subject: Subject,
): Promise<void> {
  const now = await worldDigest(world, subject);
  if (now === world_sha256) return;
  throw new UserError({
    what: `the world ${world}${character === undefined ? '' : ` of ${character}`} is another one than that of the baseline, so its returns say nothing any more`,
    value: now.slice(0, 12),
    expected: world_sha256.slice(0, 12),
    mend: 'make the baseline anew with the policy that it was made of: --update-baseline --reason "another world"',
  });
}

/** So many at most: a picture has room for them, and each has some pairs. */
const BANDS = 5;

/** Of the same width, over the speeds that there are. */
function bandsOf({ episodes: { speeds, returns } }: Baseline, candidate: readonly number[]): RegressBand[] {
  const played = speeds.slice(0, candidate.length);
  const [low, high] = [Math.min(...played), Math.max(...played)];
  const width = (high - low) / BANDS;
  if (width === 0) return [{ ...meansOf(played.map((_, index) => index)), speed: [low, high] }];
  return Array.from({ length: BANDS }, (_, band) => {
    const inside = played.flatMap((speed, index) =>
      Math.min(BANDS - 1, Math.floor((speed - low) / width)) === band ? [index] : [],
    );
    return { speed: [low + band * width, low + (band + 1) * width] as const, ...meansOf(inside) };
  }).filter(({ pairs }) => pairs > 0);

  function meansOf(indices: readonly number[]) {
    return {
      pairs: indices.length,
      baseline: meanOf(indices.map((index) => returns[index]!)),
      candidate: meanOf(indices.map((index) => candidate[index]!)),
    };
  }
}
