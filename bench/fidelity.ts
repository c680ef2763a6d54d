/**
 * How faithful is the world? Runs an ML-Agents Walker policy, best one that was trained inside Unity, and tells how well it
 * fares here, by target speed, and how far its observations are from those that its normaliser saw in Unity.
 *
 * Unity's example scene samples actions (`continuous_actions`), and so does this. Such a file draws its noise inside the
 * graph, without a seed; here the node that draws it is replaced by an input, which is fed from a seeded stream.
 */
import { readFileSync } from 'node:fs';
import { type DenseTensor, Session } from '../compile/onnxruntime.ts';
import type { ParameterValues } from '../envs/env.ts';
import { observationNames } from '../envs/walker/observation.ts';
import { checkParameters, drawParameters } from '../envs/walker/parameters.ts';
import { type PhysicsSettings, unityPhysics } from '../envs/walker/physics-settings.ts';
import { loadPhysX } from '../envs/walker/physx.ts';
import { walkerRig } from '../envs/walker/rig.ts';
import { type Outcome, Walker } from '../envs/walker/walker.ts';
import { UserError } from '../failure/user-error.ts';
import { decodeModel } from '../onnx/decode.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Model, Tensor } from '../onnx/model.ts';
import { RandomStream } from '../random/stream.ts';

export interface FidelityOptions {
  /** Path of the .onnx file. */
  readonly policy: string;
  /** Default 100. */
  readonly episodes?: number;
  /** Default 0. */
  readonly seed?: number;
  /** The mean action instead of a sampled one; default false, as in Unity's scene. */
  readonly deterministic?: boolean;
  /** Environment parameters, such as target_speed_max; samplers draw for every episode. */
  readonly parameters?: ParameterValues;
  /** Other physics, to measure what a setting does. */
  readonly physics?: Partial<PhysicsSettings>;
}

/** A mean over episodes with the half-width of its 95 % confidence interval. */
export interface Estimate {
  readonly mean: number;
  readonly plusMinus: number;
}

export interface Band {
  /** Target speeds from .. to, m/s. */
  readonly speed: readonly [number, number];
  readonly episodes: number;
  readonly falls: number;
  /** Physics steps in all over falls; null where nobody fell. */
  readonly steps_per_fall: number | null;
  readonly reward_per_step: number;
  /** Along the goal, m/s. */
  readonly mean_speed: number;
}

export interface FidelityReport {
  readonly policy: string;
  readonly deterministic: boolean;
  readonly episodes: number;
  readonly seed: number;
  /** Environment parameters other than Unity's scene. */
  readonly parameters: ParameterValues;
  readonly falls: number;
  /** Physics steps in all over falls; null where nobody fell. */
  readonly steps_per_fall: number | null;
  /** Mean reward of an episode. */
  readonly reward: number;
  readonly reward_interval: number;
  /** Mean length of an episode in physics steps. */
  readonly steps: Estimate;
  /** Share of episodes that lasted to the cap. */
  readonly capped_share: number;
  readonly blow_ups: number;
  readonly targets_touched: number;
  readonly bands: readonly Band[];
  /** How often each body's touch of the ground ended an episode. */
  readonly fallen: Readonly<Record<string, number>>;
  /** Observations against the file's normaliser, worst first; absent where the file has none. */
  readonly observations?: readonly ObservationDifference[];
}

export interface ObservationDifference {
  readonly name: string;
  readonly mean: number;
  readonly unity_mean: number;
  readonly deviation: number;
  readonly unity_deviation: number;
  /** Difference of the means in Unity's standard deviations. */
  readonly shift: number;
}

const bandEdges = [0, 2, 4, 6, 8, 10] as const;

/** Walkers that decide in one batch. */
const lanes = 25;

const observationSize = observationNames(walkerRig).length;

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
  const { policy: path, episodes = 100, seed = 0, deterministic = false, parameters = {} } = options;
  checkParameters(parameters);
  const model = decodeModel(new Uint8Array(readFileSync(path)), path);
  const statistics = new RunningStatistics(observationSize);
  const policy = await openPolicy(model, path, deterministic);
  const physx = await loadPhysX();
  const settings = { ...unityPhysics, ...options.physics };

  const runs: Run[] = [];
  let started = 0;
  const startNext = (walker: Walker): Lane | undefined => {
    if (started >= episodes) return undefined;
    const episode = started++;
    const drawn = drawParameters(parameters, seed, episode, purpose.parameters);
    walker.start(new RandomStream(seed, episode, purpose.episode), drawn);
    return { walker, episode, reward: 0, noise: new RandomStream(seed, episode, purpose.noise) };
  };
  const walkers = Array.from(
    { length: Math.min(lanes, episodes) },
    () => new Walker(physx, walkerRig, drawParameters(parameters, seed), settings),
  );
  let busy = walkers.map(startNext).filter((lane) => lane !== undefined);
  while (busy.length > 0) {
    const observations = new Float32Array(busy.length * observationSize);
    busy.forEach(({ walker }, row) => {
      walker.observe(observations, row * observationSize);
    });
    statistics.add(observations);
    const actions = await policy.act(
      observations,
      busy.map(({ noise }) => noise),
    );
    busy = busy.flatMap((lane, row) => {
      const outcome = lane.walker.decide(actions, row * policy.actionSize);
      lane.reward += lane.walker.reward;
      if (outcome === 'goes on') return [lane];
      runs[lane.episode] = runOf(lane, outcome);
      return startNext(lane.walker) ?? [];
    });
  }
  for (const walker of walkers) walker.close();
  await policy.close();

  const normalizer = normalizerOf(model);
  return {
    ...summary(path, deterministic, seed, runs),
    parameters,
    ...(normalizer ? { observations: differences(statistics, normalizer) } : {}),
  };
}

interface Lane {
  readonly walker: Walker;
  readonly episode: number;
  readonly noise: RandomStream;
  reward: number;
}

function runOf({ walker, reward }: Lane, outcome: Outcome): Run {
  const { targetSpeed, meanSpeed, physicsSteps: steps, fallenBody, targetsTouched } = walker;
  return { targetSpeed, meanSpeed, steps, reward, outcome, fallenBody, targetsTouched };
}

function summary(policy: string, deterministic: boolean, seed: number, runs: readonly Run[]) {
  const rewards = estimate(runs.map(({ reward }) => reward));
  const fallen: Record<string, number> = {};
  for (const { fallenBody } of runs) {
    if (fallenBody < 0) continue;
    const name = walkerRig.bodies[fallenBody]!.name;
    fallen[name] = (fallen[name] ?? 0) + 1;
  }
  const bands = bandEdges.slice(1).map((high, which): Band => {
    const low = bandEdges[which]!;
    const inside = runs.filter(({ targetSpeed }) => targetSpeed >= low && targetSpeed < high);
    const steps = total(inside, ({ steps }) => steps);
    return {
      speed: [low, high],
      episodes: inside.length,
      falls: fallsIn(inside),
      steps_per_fall: stepsPerFall(inside),
      reward_per_step: total(inside, ({ reward }) => reward) / steps,
      mean_speed: total(inside, ({ meanSpeed, steps }) => meanSpeed * steps) / steps,
    };
  });
  return {
    policy,
    deterministic,
    episodes: runs.length,
    seed,
    falls: fallsIn(runs),
    steps_per_fall: stepsPerFall(runs),
    reward: rewards.mean,
    reward_interval: rewards.plusMinus,
    steps: estimate(runs.map(({ steps }) => steps)),
    capped_share: runs.filter(({ outcome }) => outcome === 'cut off').length / runs.length,
    blow_ups: runs.filter(({ outcome }) => outcome === 'blew up').length,
    targets_touched: total(runs, ({ targetsTouched }) => targetsTouched),
    bands,
    fallen: Object.fromEntries(Object.entries(fallen).sort(([, a], [, b]) => b - a)),
  };
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

function estimate(values: readonly number[]): Estimate {
  const mean = total(values, (value) => value) / values.length;
  const variance = total(values, (value) => (value - mean) ** 2) / Math.max(1, values.length - 1);
  return { mean, plusMinus: 1.96 * Math.sqrt(variance / values.length) };
}

/** Mean and deviation of each of some numbers that come in rows (Welford). */
class RunningStatistics {
  readonly mean: Float64Array;
  readonly #squares: Float64Array;
  #rows = 0;

  constructor(size: number) {
    this.mean = new Float64Array(size);
    this.#squares = new Float64Array(size);
  }

  add(rows: Float32Array): void {
    const size = this.mean.length;
    for (let row = 0; row < rows.length; row += size) {
      this.#rows += 1;
      for (let which = 0; which < size; which++) {
        const value = rows[row + which]!;
        const before = value - this.mean[which]!;
        this.mean[which]! += before / this.#rows;
        this.#squares[which]! += before * (value - this.mean[which]!);
      }
    }
  }

  deviation(which: number): number {
    return Math.sqrt(this.#squares[which]! / Math.max(1, this.#rows - 1));
  }
}

interface Policy {
  readonly actionSize: number;
  /** [batch, observations] and one stream of noise a row to [batch, actions]. */
  act(observations: Float32Array, noise: readonly RandomStream[]): Promise<Float32Array>;
  close(): Promise<void>;
}

async function openPolicy(model: Model, path: string, deterministic: boolean): Promise<Policy> {
  const wanted = deterministic ? 'deterministic_continuous_actions' : 'continuous_actions';
  const output = model.graph.outputs.find(({ name }) => name === wanted);
  if (!output || !model.graph.inputs.some(({ name }) => name === 'obs_0')) {
    throw new UserError({
      what: 'this is no ML-Agents policy',
      where: path,
      expected: `an input obs_0 and an output ${wanted}`,
    });
  }
  const { model: open, inputs } = deterministic ? { model, inputs: [] } : withNoiseAsInput(model);
  const session = await Session.open(encodeModel(open), { threads: 1 });
  const actionSize = Number(output.shape?.at(-1) ?? 39);
  return {
    actionSize,
    async act(observations, noise) {
      const batch = noise.length;
      const feeds: Record<string, DenseTensor> = {
        obs_0: { type: 'float32', shape: [batch, observationSize], data: observations },
      };
      for (const input of inputs) {
        const data = new Float32Array(batch * actionSize);
        for (let at = 0; at < data.length; at++) data[at] = noise[Math.floor(at / actionSize)]!.normal();
        feeds[input] = { type: 'float32', shape: [batch, actionSize], data };
      }
      return (await session.run(feeds, [wanted]))[wanted]!.data as Float32Array;
    },
    close: () => session.release(),
  };
}

/** The same graph with inputs in place of the nodes that draw normal noise. */
function withNoiseAsInput(model: Model): { model: Model; inputs: string[] } {
  const drawsNoise = (op: string) => op === 'RandomNormalLike' || op === 'RandomNormal';
  const inputs = model.graph.nodes.filter(({ op }) => drawsNoise(op)).map(({ outputs }) => outputs[0]!);
  const graph = {
    ...model.graph,
    nodes: model.graph.nodes.filter(({ op }) => !drawsNoise(op)),
    inputs: [...model.graph.inputs, ...inputs.map((name) => ({ name, type: 'float32' as const, shape: [null, null] }))],
  };
  return { model: { ...model, graph }, inputs };
}

interface Normalizer {
  readonly mean: ArrayLike<number>;
  readonly deviation: ArrayLike<number>;
}

/** What an ML-Agents file subtracts from its observations and divides them by, if it does. */
function normalizerOf({ graph }: Model): Normalizer | undefined {
  const constant = (name: string | undefined): Tensor | undefined => {
    const tensor = graph.initializers.get(name ?? '');
    return tensor?.data.length === observationSize ? tensor : undefined;
  };
  const subtraction = graph.nodes.find(({ op, inputs }) => op === 'Sub' && inputs[0] === 'obs_0');
  const division = graph.nodes.find(({ op, inputs }) => op === 'Div' && inputs[0] === subtraction?.outputs[0]);
  const mean = constant(subtraction?.inputs[1]);
  const deviation = constant(division?.inputs[1]);
  if (!mean || !deviation) return undefined;
  return { mean: mean.data as Float32Array, deviation: deviation.data as Float32Array };
}

function differences(statistics: RunningStatistics, normalizer: Normalizer): ObservationDifference[] {
  const rows = observationNames(walkerRig).map((name, which): ObservationDifference => {
    const mean = statistics.mean[which]!;
    const unityMean = normalizer.mean[which]!;
    const unityDeviation = normalizer.deviation[which]!;
    return {
      name,
      mean,
      unity_mean: unityMean,
      deviation: statistics.deviation(which),
      unity_deviation: unityDeviation,
      shift: (mean - unityMean) / unityDeviation,
    };
  });
  return rows.sort((a, b) => badness(b) - badness(a));
}

/** How unlike two distributions are, by mean or by width; what never moves in Unity is not judged. */
function badness({ shift, deviation, unity_deviation: unity }: ObservationDifference): number {
  if (unity < 1e-3) return 0;
  return Math.abs(shift) + Math.abs(Math.log((deviation + 1e-3) / unity));
}

/** The report as text: the whole, the bands, who fell, and the worst observations. */
export function printFidelity(report: FidelityReport, worst = 12): string {
  const { bands, fallen, observations } = report;
  const lines = [
    `${report.policy}: ${report.episodes} episodes, ${report.deterministic ? 'mean' : 'sampled'} actions, seed ${report.seed}`,
    `steps per fall ${shown(report.steps_per_fall)}, episode ${shown(report.steps.mean)} +- ${shown(report.steps.plusMinus)} steps, ` +
      `reward ${shown(report.reward)} +- ${shown(report.reward_interval)}, to the cap ${Math.round(report.capped_share * 100)} %, ` +
      `targets touched ${report.targets_touched}, blow-ups ${report.blow_ups}`,
    '',
    ...table(
      ['target m/s', 'episodes', 'falls', 'steps/fall', 'reward/step', 'mean m/s'],
      bands.map(({ speed, episodes, falls, steps_per_fall, reward_per_step, mean_speed }) => [
        speed.join('-'),
        String(episodes),
        String(falls),
        // Falls come one by one at some rate: the rate's relative error is about 1/sqrt(falls).
        `${shown(steps_per_fall)}${falls > 0 ? ` +-${Math.round(196 / Math.sqrt(falls))}%` : ''}`,
        reward_per_step.toFixed(3),
        mean_speed.toFixed(2),
      ]),
    ),
    '',
    `fell on: ${Object.entries(fallen)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
  ];
  if (observations) {
    lines.push(
      '',
      "observations least like those of the file's normaliser",
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
