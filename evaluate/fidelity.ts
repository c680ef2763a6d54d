/**
 * How faithful is the world? Runs an ML-Agents Walker policy, best one that was trained inside Unity, and tells how well it
 * fares here, by target speed, and how far its observations are from those that its normaliser saw in Unity.
 */
import { sha256 } from '../base/files/hash.ts';
import { RandomStream } from '../base/random/stream.ts';
import type { ParameterValues } from '../envs/env.ts';
import { behavior } from '../envs/walker/behavior.ts';
import { worldNamed } from '../envs/walker/dialects.ts';
import { openWorlds } from '../envs/walker/open-worlds.ts';
import { checkParameters, drawParameters, walkerParameters } from '../envs/walker/parameters.ts';
import { walkerRig } from '../envs/walker/rig.ts';
import { decideTogether, type Outcome, Walker } from '../envs/walker/walker.ts';
import type { Worlds } from '../envs/walker/world.ts';
import { type Estimate, estimate } from './estimate.ts';
import { isOff, type ObservationDifference, ObservationStatistics, tolerance } from './observation-statistics.ts';
import { normalizerOf, openWalkerPolicy, readPolicy } from './walker-policy.ts';

export interface FidelityOptions {
  /** Path of the .onnx file. */
  readonly policy: string;
  /** Default 300, which a verdict needs. */
  readonly episodes?: number;
  /** Default 0. */
  readonly seed?: number;
  /** The mean action instead of a sampled one; default false, as in Unity's scene. */
  readonly deterministic?: boolean;
  /** Which of the Walker's worlds, by name; default unity. */
  readonly world?: string | undefined;
  /** Environment parameters, such as target_speed_max; samplers draw for every episode. */
  readonly parameters?: ParameterValues;
}

export interface Band {
  /** Target speeds from .. to, m/s. */
  readonly speed: readonly [number, number];
  readonly episodes: number;
  readonly falls: number;
  /** Physics steps in all over falls; null where nobody fell. */
  readonly steps_per_fall: number | null;
  readonly falls_share: number;
  /** Mean reward of an episode, */
  readonly reward: number;
  /** the half-width of its 95 % confidence interval, */
  readonly reward_ci95: number;
  /** and of a physics step. */
  readonly reward_per_step: number;
  /** Along the goal, m/s. */
  readonly mean_speed: number;
  /** Share of episodes that lasted to the cap. */
  readonly capped_share: number;
  /** How often each body's touch of the ground ended an episode. */
  readonly fallen: Readonly<Record<string, number>>;
}

/** Also what `npm run ship` wants to know of a policy. */
export interface FidelityReport {
  readonly policy: string;
  /** Of the file. */
  readonly sha256: string;
  /** The world that it was judged in. */
  readonly world: string;
  readonly deterministic: boolean;
  readonly episodes: number;
  readonly seed: number;
  /** Environment parameters other than Unity's scene. */
  readonly parameters: ParameterValues;
  readonly falls: number;
  /** Physics steps in all over falls; null where nobody fell. */
  readonly steps_per_fall: number | null;
  /** Share of the episodes that ended in a fall. */
  readonly falls_share: number;
  /** Mean reward of an episode, */
  readonly reward: number;
  /** and the half-width of its 95 % confidence interval. */
  readonly reward_ci95: number;
  /** Mean length of an episode in physics steps. */
  readonly steps: Estimate;
  /** Share of episodes that lasted to the cap. */
  readonly capped_share: number;
  readonly blow_ups: number;
  readonly targets_touched: number;
  /** Those that an episode had its target speed in. */
  readonly bands: readonly Band[];
  /** How often each body's touch of the ground ended an episode. */
  readonly fallen: Readonly<Record<string, number>>;
  /** Observations against the file's normaliser, worst first; absent where the file has none. */
  readonly observations?: readonly ObservationDifference[];
}

/** Unity's scene has targets up to 10 m/s; what is above has one band for all. */
const bandEdges = [0, 2, 4, 6, 8, 10, walkerParameters.target_speed_max.high] as const;

/** Walkers that decide in one batch. */
const walkersInBatch = 32;

const { observationSize } = behavior;

/** Streams of the policy's noise, of the episodes and of their parameters are told apart by their last number. */
const purpose = { episode: 0x3a1, parameters: 0x3a2, noise: 0xf1d };

interface Run {
  readonly targetSpeed: number;
  readonly meanSpeed: number;
  readonly steps: number;
  readonly reward: number;
  readonly outcome: Outcome;
  readonly fallenBody: number;
  readonly targetsTouched: number;
}

/** Runs the policy for some episodes with target speeds drawn uniformly. */
export async function fidelity(options: FidelityOptions): Promise<FidelityReport> {
  const { policy: path, episodes = 300, seed = 0, deterministic = false, parameters = {} } = options;
  const world = worldNamed(options.world);
  checkParameters(parameters, world);
  const { bytes, model } = readPolicy(path);
  const statistics = new ObservationStatistics();
  const policy = await openWalkerPolicy(model, path, deterministic);
  const runs: Run[] = [];
  let worlds: Worlds | undefined;
  try {
    const count = Math.min(walkersInBatch, episodes);
    const opened = await openWorlds(world, count);
    worlds = opened;

    let started = 0;
    const lanes = opened.each.map((each) => new Lane(new Walker(each, walkerRig, drawParameters(parameters, seed))));
    const walkers = lanes.map(({ walker }) => walker);
    /** Lets a walker begin the next episode, if there is one. */
    const startNext = (lane: Lane) => {
      const episode = started++;
      lane.isBusy = episode < episodes;
      if (!lane.isBusy) return;
      const drawn = drawParameters(parameters, seed, episode, purpose.parameters);
      lane.walker.start(new RandomStream(seed, episode, purpose.episode), drawn);
      Object.assign(lane, { episode, reward: 0, noise: new RandomStream(seed, episode, purpose.noise) });
    };
    lanes.forEach(startNext);
    const observations = new Float32Array(count * observationSize);
    while (lanes.some(({ isBusy }) => isBusy)) {
      lanes.forEach(({ walker, isBusy }, row) => {
        if (!isBusy) return;
        const at = row * observationSize;
        walker.observe(observations, at);
        statistics.add(walker.targetSpeed, observations.subarray(at, at + observationSize));
      });
      const actions = await policy.act(
        observations,
        lanes.map(({ noise }) => noise),
      );
      decideTogether(
        opened,
        walkers,
        actions,
        Uint8Array.from(lanes, ({ isBusy }) => (isBusy ? 0 : 1)),
        (which, outcome) => {
          lanes[which]!.outcome = outcome;
        },
      );
      for (const lane of lanes) {
        if (!lane.isBusy) continue;
        lane.reward += lane.walker.reward;
        if (lane.outcome === 'goes on') continue;
        runs[lane.episode] = runOf(lane, lane.outcome);
        startNext(lane);
      }
    }
  } finally {
    worlds?.close();
    await policy.close();
  }

  const normalizer = normalizerOf(model);
  return {
    policy: path,
    sha256: sha256(bytes),
    world,
    deterministic,
    seed,
    parameters,
    ...summary(runs),
    ...(normalizer ? { observations: statistics.differencesFrom(normalizer) } : {}),
  };
}

/** A walker and the episode that it is in. */
class Lane {
  readonly walker: Walker;
  isBusy = false;
  episode = 0;
  noise = new RandomStream();
  reward = 0;
  /** How it stands after its last decision. */
  outcome: Outcome = 'goes on';

  constructor(walker: Walker) {
    this.walker = walker;
  }
}

function runOf({ walker, reward }: Lane, outcome: Outcome): Run {
  const { targetSpeed, meanSpeed, physicsSteps: steps, fallenBody, targetsTouched } = walker;
  return { targetSpeed, meanSpeed, steps, reward, outcome, fallenBody, targetsTouched };
}

function summary(runs: readonly Run[]) {
  const rewards = estimate(runs.map(({ reward }) => reward));
  const bands = bandEdges.slice(1).flatMap((high, which): Band[] => {
    const low = bandEdges[which]!;
    const inside = runs.filter(({ targetSpeed }) => targetSpeed > low && targetSpeed <= high);
    if (inside.length === 0) return [];
    const rewards = estimate(inside.map(({ reward }) => reward));
    const steps = total(inside, ({ steps }) => steps);
    const band = {
      speed: [low, high] as const,
      episodes: inside.length,
      falls: fallsIn(inside),
      falls_share: fallsIn(inside) / inside.length,
      reward: rewards.mean,
      reward_ci95: rewards.plusMinus,
      steps_per_fall: stepsPerFall(inside),
      reward_per_step: total(inside, ({ reward }) => reward) / steps,
      mean_speed: total(inside, ({ meanSpeed, steps }) => meanSpeed * steps) / steps,
      capped_share: cappedShare(inside),
      fallen: fallenIn(inside),
    };
    return [band];
  });
  return {
    episodes: runs.length,
    falls: fallsIn(runs),
    falls_share: fallsIn(runs) / runs.length,
    steps_per_fall: stepsPerFall(runs),
    reward: rewards.mean,
    reward_ci95: rewards.plusMinus,
    steps: estimate(runs.map(({ steps }) => steps)),
    capped_share: cappedShare(runs),
    blow_ups: runs.filter(({ outcome }) => outcome === 'blew up').length,
    targets_touched: total(runs, ({ targetsTouched }) => targetsTouched),
    bands,
    fallen: fallenIn(runs),
  };
}

/** Episodes by the body that fell, most often first. */
function fallenIn(runs: readonly Run[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { fallenBody } of runs) {
    if (fallenBody < 0) continue;
    const { name } = walkerRig.bodies[fallenBody]!;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).sort(([, a], [, b]) => b - a));
}

function cappedShare(runs: readonly Run[]): number {
  return runs.filter(({ outcome }) => outcome === 'cut off').length / runs.length;
}

function fallsIn(runs: readonly Run[]): number {
  return runs.filter(({ outcome }) => outcome === 'fell').length;
}

function stepsPerFall(runs: readonly Run[]): number | null {
  const falls = fallsIn(runs);
  return falls === 0 ? null : total(runs, ({ steps }) => steps) / falls;
}

function total<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}

/** The report as text: the whole, the bands, who fell, and the worst observations. */
export function printFidelity(report: FidelityReport, worst = 12): string {
  const { bands, fallen, observations } = report;
  const lines = [
    `${report.policy} in the world ${report.world}: ${report.episodes} episodes, ${report.deterministic ? 'mean' : 'sampled'} actions, seed ${report.seed}`,
    `steps per fall ${shown(report.steps_per_fall)}, episode ${shown(report.steps.mean)} +- ${shown(report.steps.plusMinus)} steps, ` +
      `reward ${shown(report.reward)} +- ${shown(report.reward_ci95)}, to the cap ${Math.round(report.capped_share * 100)} %, ` +
      `targets touched ${report.targets_touched}, blow-ups ${report.blow_ups}`,
    '',
    ...table(
      ['target m/s', 'episodes', 'falls', 'steps/fall', 'to the cap', 'reward', '/step', 'mean m/s', 'fell on'],
      bands.map(({ speed, episodes, falls, steps_per_fall, capped_share, fallen, ...band }) => [
        speed.join('-'),
        String(episodes),
        String(falls),
        // Falls come one by one at some rate: the rate's relative error is about 1/sqrt(falls).
        `${shown(steps_per_fall)}${falls > 0 ? ` +-${Math.round(196 / Math.sqrt(falls))}%` : ''}`,
        `${Math.round(capped_share * 100)} %`,
        `${shown(band.reward)} +- ${shown(band.reward_ci95)}`,
        band.reward_per_step.toFixed(3),
        band.mean_speed.toFixed(2),
        listed(fallen, 2),
      ]),
    ),
    '',
    `fell on: ${listed(fallen)}`,
  ];
  if (observations) {
    lines.push(
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
    );
  }
  return lines.join('\n');
}

function listed(counts: Readonly<Record<string, number>>, most = 16): string {
  const entries = Object.entries(counts).slice(0, most);
  return entries.map(([name, count]) => `${name} ${count}`).join(', ');
}

function shown(value: number | null): string {
  return value === null ? 'no fall' : value.toFixed(value < 10 ? 2 : 0);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
