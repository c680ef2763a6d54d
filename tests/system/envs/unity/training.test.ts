/** What training gets over the wire: everything that agents sent, and nothing else. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RandomStream } from '../../../../base/random/stream.ts';
import type { Environment } from '../../../../envs/env.ts';
import { COMMAND, STATUS } from '../../../../envs/unity/protocol/messages.ts';
import { LiveCollector } from '../../../../train/collect/live-collector.ts';
import type { Rollout } from '../../../../train/collect/rollout.ts';
import { type Configuration, parseConfiguration } from '../../../../train/configuration/read.ts';
import { Curriculum } from '../../../../train/judge/curriculum.ts';
import { readCheckpoint } from '../../../../train/keep/checkpoint.ts';
import { latestCheckpoint } from '../../../../train/keep/checkpoint-folder.ts';
import { networkOf } from '../../../../train/learn/learner-options.ts';
import { actingModel } from '../../../../train/policy/actor.ts';
import { Normaliser } from '../../../../train/policy/normaliser.ts';
import { initialParameters } from '../../../../train/policy/policy.ts';
import { train } from '../../../../train/train.ts';
import type { TrainOptions } from '../../../../train/train-options.ts';
import { closeWorlds, openWorld, play } from '../../../envs/unity/open-world.ts';
import { join as joinWorld, pointingWorld } from '../../../envs/unity/player/playing.ts';
import { POINTER, playPointing } from '../../../envs/unity/pointing-unity.ts';
import { actionsIn, messagesIn, type Says, ScriptedUnity } from '../../../envs/unity/scripted-unity.ts';
import { behavior as pointer } from '../../../train/fixtures/pointing-environment.ts';

afterEach(closeWorlds);

const never = new AbortController().signal;

it.each([
  ['', ''],
  [', with rewards normalised', 'gaitsmith: { normalize_rewards: true }'],
])('a policy learns over the wire the very weights that it learns in worker threads%s', async (_how, more) => {
  const folder = mkdtempSync(join(tmpdir(), 'wire-'));
  const configuration = parseConfiguration(
    `
behaviors:
  Pointer:
    hyperparameters: { batch_size: 64, buffer_size: 512, num_epoch: 2 }
    network_settings: { normalize: true, hidden_units: 16, num_layers: 2 }
    max_steps: 600
    ${more}
`,
    'pointer.yaml',
    'Pointer',
  );
  const learn = async (name: string, changes: Partial<TrainOptions>) => {
    const options: TrainOptions = {
      configuration,
      environment: {
        kind: 'embedded',
        module: pathToFileURL(join(import.meta.dirname, '../../../train/fixtures/pointing-environment.ts')).href,
      },
      behavior: pointer,
      seed: 7,
      agents: 20,
      checkpointFolder: join(folder, name),
      metricsPath: join(folder, `${name}.jsonl`),
      resume: false,
      ...changes,
    };
    const { checkpoint } = await train(options, { info() {}, warn() {}, iteration() {}, signal: never });
    return readCheckpoint(checkpoint);
  };
  try {
    const learning: Promise<Awaited<ReturnType<typeof learn>>>[] = [];
    const { world, port } = await openWorld({
      onBehavior: (behavior, worlds) => {
        learning.push(learn('wire', { behavior, environment: { kind: 'live', worlds }, agents: 0 }));
      },
    });
    const playing = playPointing(port, { agents: 20 });
    const embedded = await learn('embedded', {});
    while (learning.length === 0) await new Promise(setImmediate);
    const wire = await learning[0]!;
    world.dismiss();
    await playing;
    expect(wire.progress.step).toBe(embedded.progress.step);
    for (const part of ['parameters', 'optimiser', 'normaliser', 'sample'] as const) {
      expect(wire[part], part).toEqual(embedded[part]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('normalised rewards go on after --resume: what was learnt of them stays, and the running returns are those of new episodes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'resumed-'));
  const gamma = 0.9;
  const rows = 64;
  const configuration = (max_steps: number) =>
    parseConfiguration(
      `
behaviors:
  A:
    hyperparameters: { batch_size: 32, buffer_size: ${rows}, num_epoch: 1 }
    network_settings: { hidden_units: 4, num_layers: 1 }
    reward_signals: { extrinsic: { gamma: ${gamma} } }
    max_steps: ${max_steps}
    gaitsmith: { normalize_rewards: true }
`,
      'a.yaml',
      'A',
    );
  /** One agent whose episode never ends, and what it earns with each decision. */
  const play = async (max_steps: number, earns: (decision: number) => number) => {
    const training: Promise<unknown>[] = [];
    const { port, world } = await openWorld({
      onBehavior: (behavior, worlds) => {
        const options: TrainOptions = {
          configuration: configuration(max_steps),
          environment: { kind: 'live', worlds },
          behavior,
          seed: 3,
          agents: 0,
          checkpointFolder: folder,
          metricsPath: join(folder, 'metrics.jsonl'),
          resume: max_steps > rows,
        };
        training.push(train(options, { info() {}, warn() {}, iteration() {}, signal: never }));
      },
    });
    const unity = await ScriptedUnity.play(port, { key: 'A?team=0' });
    for (let decision = 0; decision <= rows; decision++) {
      const says = { id: 0, sees: [decision / rows], earned: decision === 0 ? 0 : earns(decision - 1) };
      const reply = unity.tell({ 'A?team=0': [says] });
      // What the last one asks for, nobody answers any more.
      if (decision < rows) await reply;
      else reply.catch(() => {});
    }
    await Promise.all(training);
    world.dismiss();
    unity.connection.close();
  };
  try {
    const first = (decision: number) => 1 + (decision % 7);
    const second = (decision: number) => (decision % 5) - 2;
    await play(rows, first);
    await play(2 * rows, second);
    const returns = [first, second].flatMap((earns) => {
      let running = 0;
      return Array.from({ length: rows }, (_, decision) => (running = gamma * running + earns(decision)));
    });
    const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
    const squares = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const { moments } = latestCheckpoint(folder, () => {}).checkpoint.rewardNormaliser!;
    expect(moments.rows).toBe(2 * rows);
    expect(moments.mean).toBeCloseTo(mean, 9);
    expect(moments.squares).toBeCloseTo(squares, 6);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('a goal among the observations', () => {
  const asking = (more: string) =>
    parseConfiguration(`behaviors: { A: { network_settings: { hidden_units: 4 ${more} } } }`, 'a.yaml', 'A').behavior;

  it.each([
    ['of two sensors', [[1, 2], [3]], 'Sensor1'],
    ['of the only sensor', [1, 2, 3], 'Sensor0'],
  ])(
    '%s is refused where its network would be made by another one, and else is one observation more',
    async (_which, sees, name) => {
      const { port, met } = await openWorld();
      const unity = await play(port, { key: 'A?team=0' });
      await unity.tell({ 'A?team=0': [{ id: 0, sees, hasGoal: true }] });
      const { behavior } = met.get('A')!;
      expect(() => networkOf(behavior, asking(''))).toThrow(
        new RegExp(`goal_conditioning_type: hyper.*not supported.*"${name}".*goal_conditioning_type: none`),
      );
      expect(networkOf(behavior, asking(', goal_conditioning_type: none')).observationSize).toBe(3);
    },
  );
});

describe('lessons', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lessons-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const configuration = (maxSteps: number) =>
    parseConfiguration(
      `
behaviors:
  Pointer:
    hyperparameters: { batch_size: 64, buffer_size: 512, num_epoch: 1 }
    network_settings: { normalize: true, hidden_units: 8, num_layers: 1 }
    max_steps: ${maxSteps}
environment_parameters:
  reach:
    curriculum:
      - { name: near, value: 0.1, completion_criteria: { behavior: Pointer, threshold: -1000, min_lesson_length: 60, require_reset: true } }
      - { name: middle, value: 0.4, completion_criteria: { behavior: Pointer, measure: progress, threshold: 0.6 } }
      - { name: far, value: 0.7 }
`,
      'pointer.yaml',
      'Pointer',
    );
  async function learn(name: string, changes: Partial<TrainOptions> & Pick<TrainOptions, 'configuration'>) {
    const options: TrainOptions = {
      environment: { kind: 'embedded', module: pointingWorld.environment },
      behavior: pointer,
      seed: 7,
      agents: 20,
      checkpointFolder: join(folder, name),
      metricsPath: join(folder, `${name}.jsonl`),
      resume: false,
      ...changes,
    };
    const told: string[] = [];
    const { checkpoint } = await train(options, {
      info: (line) => told.push(line),
      warn() {},
      iteration() {},
      signal: never,
    });
    return { told, ...readCheckpoint(checkpoint) };
  }

  /** A world whose behaviour learns, once it is met. */
  async function openLearning(name: string, settings: Configuration, resume = false) {
    const learning: ReturnType<typeof learn>[] = [];
    const parameters = new Curriculum(settings.environmentParameters).values();
    const world = await openWorld({
      parameters,
      onBehavior: (behavior, worlds) => {
        const environment = { kind: 'live', worlds } as const;
        learning.push(learn(name, { configuration: settings, behavior, environment, agents: 0, resume }));
      },
    });
    return { ...world, learning };
  }

  it('change over the wire as they do in worker threads, with new episodes at once and without', async () => {
    const settings = configuration(2000);
    const { world, port, learning } = await openLearning('wire', settings);
    const playing = joinWorld(port, { agents: 20 });
    const embedded = await learn('embedded', { configuration: settings });
    const wire = await learning[0]!;
    world.dismiss();
    await playing;
    expect(
      wire.told.filter((line) => line.startsWith('Parameter')).map((line) => /value=\d.\d/.exec(line)![0]),
    ).toEqual(['value=0.1', 'value=0.4', 'value=0.7']);
    for (const part of ['told', 'parameters', 'optimiser', 'normaliser', 'sample'] as const) {
      expect(wire[part], part).toEqual(embedded[part]);
    }
  });

  it('go on after --resume: what Unity began in the first lesson begins anew in that of the checkpoint', async () => {
    const stopped = await openLearning('run', configuration(520));
    const playing = joinWorld(stopped.port, { agents: 20 });
    await vi.waitUntil(() => stopped.learning.length > 0, { timeout: 50_000 });
    const { curriculum } = await stopped.learning[0]!;
    stopped.world.dismiss();
    await playing;
    expect(curriculum!.parameters['reach']!.lesson).toBe(1);

    const { world, port, learning } = await openLearning('run', configuration(521), true);
    const unity = await ScriptedUnity.play(port, POINTER);
    const reach = (value: number) => ({ kind: 'parameter', name: 'reach', value: Math.fround(value) });
    expect(unity.instructions[0]).toEqual(reach(0.1));
    const says = { [POINTER.key]: [{ id: 0, sees: [1, 2, 3] }] };
    const first = await unity.tell(says);
    expect(first.unity_input!.rl_input!.command).toBe(COMMAND.reset);
    expect(messagesIn(first)).toEqual([reach(0.4)]);
    const second = await unity.tell(says);
    expect(actionsIn(second)[POINTER.key]).toHaveLength(1);
    expect(messagesIn(second)).toEqual([]);
    for (let decision = 1; decision < 512; decision++) await unity.tell(says);
    const last = unity.tell(says);
    await learning[0]!;
    world.dismiss();
    expect((await last).header!.status).toBe(STATUS.end);
    unity.connection.close();
  });
});

/** What is to come of a decision, by what its agent saw: everything that it sees is seen once only. */
type Expected = Map<number, { readonly earned: number; readonly ended: Says['ended']; readonly thenSaw: number }>;

/** A Unity whose agents come, go, decide and end as chance has it, and whose user presses Stop now and then. */
class ChanceUnity {
  readonly expected: Expected = new Map();
  readonly #random: RandomStream;
  readonly #port: number;
  /** Agents by id: what they decided on last, and what they earned since. */
  #agents = new Map<number, { saw: number | undefined; earned: number }>();
  #sight = 1;
  #nextId = 0;

  constructor(port: number, seed: number) {
    this.#port = port;
    this.#random = new RandomStream(seed, 4711);
  }

  async play(messages: number): Promise<void> {
    let unity = await ScriptedUnity.play(this.#port, { key: 'A?team=0' });
    for (let message = 0; message < messages; message++) {
      if (this.#random.uniform() < 0.02) {
        await (this.#random.uniform() < 0.5 ? unity.stop() : unity.connection.close());
        unity = await ScriptedUnity.play(this.#port, { key: 'A?team=0' });
        this.#agents.clear();
        this.#nextId = 0;
      }
      await unity.tell({ 'A?team=0': this.#words() });
    }
    await unity.stop();
  }

  #words(): Says[] {
    const says: Says[] = [];
    if (this.#agents.size === 0 || this.#random.uniform() < 0.1) {
      this.#agents.set(this.#nextId++, { saw: undefined, earned: 0 });
    }
    for (const [id, agent] of this.#agents) {
      const chance = this.#random.uniform();
      if (chance < 0.2) continue;
      if (chance < 0.3) this.#end(id, says);
      else if (chance < 0.4) {
        this.#ask(id, says);
        if (this.#random.uniform() < 0.5) this.#endAfterAsking(id, says);
      } else if (chance < 0.5) {
        this.#end(id, says);
        this.#ask(id, says);
      } else if (chance < 0.52) {
        this.#end(id, says);
        this.#agents.delete(id);
      } else this.#ask(id, says);
      agent.earned = 0;
    }
    return says;
  }

  #earns(): number {
    return this.#random.below(17) / 4 - 2;
  }

  #ask(id: number, says: Says[]): void {
    const agent = this.#agents.get(id)!;
    const [earned, sight] = [this.#earns(), this.#sight++];
    says.push({ id, sees: [sight], earned });
    if (agent.saw !== undefined) this.expected.set(agent.saw, { earned, ended: undefined, thenSaw: sight });
    agent.saw = sight;
  }

  #end(id: number, says: Says[]): void {
    const agent = this.#agents.get(id)!;
    const [earned, sight] = [this.#earns(), this.#sight++];
    const ended = this.#random.uniform() < 0.5 ? 'terminated' : 'truncated';
    says.push({ id, sees: [sight], earned, ended });
    if (agent.saw !== undefined) this.expected.set(agent.saw, { earned, ended, thenSaw: sight });
    agent.saw = undefined;
  }

  /** What it asked for comes to nothing; what came before it ends here. */
  #endAfterAsking(id: number, says: Says[]): void {
    const agent = this.#agents.get(id)!;
    const asked = agent.saw!;
    const before = [...this.expected].find(([, { thenSaw, ended }]) => thenSaw === asked && !ended);
    const [earned, sight] = [this.#earns(), this.#sight++];
    says.push({ id, sees: [sight], earned, ended: 'terminated' });
    if (before)
      this.expected.set(before[0], { earned: before[1].earned + earned, ended: 'terminated', thenSaw: sight });
    agent.saw = undefined;
  }
}

describe('agents that come and go as chance has it', () => {
  const network = { observationSize: 1, actionSize: 1, hiddenUnits: 4, layers: 1 };
  const parameters = initialParameters(network, 1);
  const request = {
    model: actingModel({ network, parameters, normaliser: new Normaliser(1) }),
    logDeviation: parameters['actor.logDeviation']!,

    deterministic: false,
    rows: 24,
  };

  /** Roll-out after roll-out, until it is told to stop. */
  async function collectAll(environments: readonly Environment[], stop: AbortSignal): Promise<Rollout[]> {
    const collector = new LiveCollector(environments, 1);
    const rollouts: Rollout[] = [];
    for (let iteration = 0; ; iteration++) {
      const rollout = await collector.collect({ ...request, iteration }, stop);
      if (!rollout) return rollouts;
      rollouts.push(rollout);
    }
  }

  it.each([1, 2, 3])(
    'are all accounted for: every reward is that of the decision it was given for (%i)',
    async (seed) => {
      const stop = new AbortController();
      const collecting: Promise<Rollout[]>[] = [];
      const { port } = await openWorld({
        onBehavior: (_behavior, environments) => {
          collecting.push(collectAll(environments, stop.signal));
        },
      });
      const unity = new ChanceUnity(port, seed);
      await unity.play(400);
      stop.abort();
      const rollouts = await collecting[0]!;
      const recorded = new Set<number>();
      for (const { agents, decisions, ...rollout } of rollouts) {
        const finals = new Map(
          Array.from(rollout.truncatedAt, (row, index) => [row, rollout.truncatedObservations[index]!]),
        );
        for (let row = 0; row < agents * decisions; row++) {
          const saw = rollout.observations[row]!;
          expect(recorded.has(saw), `${saw} is recorded once`).toBe(false);
          recorded.add(saw);
          const { earned, ended, thenSaw } = unity.expected.get(saw)!;
          expect({ saw, earned: rollout.rewards[row] }).toEqual({ saw, earned });
          expect({ saw, terminated: rollout.terminated[row] }).toEqual({
            saw,
            terminated: ended === 'terminated' ? 1 : 0,
          });
          if (ended === 'truncated') expect(rollout.truncated[row]).toBe(1);
          if (rollout.truncated[row]) expect(finals.get(row)).toBe(thenSaw);
          // What follows in the record is what followed for the agent.
          else if (ended === undefined && (row + 1) % decisions !== 0)
            expect(rollout.observations[row + 1]).toBe(thenSaw);
        }
      }
      const missing = [...unity.expected.keys()].filter((saw) => !recorded.has(saw));
      // What came after the last roll-out that was full, and nothing from before.
      expect(missing.length).toBeLessThan(2 * request.rows);
      expect(recorded.size).toBeGreaterThan(500);
      expect(Math.min(...missing)).toBeGreaterThan(Math.max(...recorded) - 20 * request.rows);
    },
  );
});
