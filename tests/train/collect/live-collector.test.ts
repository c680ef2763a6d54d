import { describe, expect, it, vi } from 'vitest';
import { Session } from '../../../compile/onnxruntime.ts';
import type { BehaviorSpec, Environment, ParameterValues, Step } from '../../../envs/env.ts';
import { LiveCollector } from '../../../train/collect/live-collector.ts';
import { actingModel } from '../../../train/policy/actor.ts';
import { Normaliser } from '../../../train/policy/normaliser.ts';
import { initialParameters } from '../../../train/policy/policy.ts';

const behavior: BehaviorSpec = { name: 'Counter', observationSize: 1, actionSize: 1 };
const network = { observationSize: 1, actionSize: 1, hiddenUnits: 4, layers: 1 };
const parameters = initialParameters(network, 1);
const policy = {
  model: actingModel({ network, parameters, normaliser: new Normaliser(1) }),
  logDeviation: parameters['actor.logDeviation']!,

  deterministic: false,
  iteration: 0,
};
const never = new AbortController().signal;

/** What happens to a row in one step: it decides on something, its last decision earned something, it ended, it is lost. */
interface Turn {
  readonly sees?: number;
  readonly earned?: number;
  readonly ended?: 'terminated' | 'truncated';
  readonly sawLast?: number;
  readonly lost?: boolean;
}

/** What happens in each step, at once or later. */
type Script = readonly (readonly Turn[] | Promise<readonly Turn[]>)[];

/** A world that does what it is told: row by row, step by step. */
class ScriptedWorld implements Environment {
  readonly behavior = behavior;
  agents = 0;
  readonly actions: Float32Array[] = [];
  readonly given: ParameterValues[] = [];
  resets = 0;
  #step = 0;
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
  }

  async reset(): Promise<Float32Array> {
    this.resets += 1;
    return (await this.#next()).observations;
  }

  setParameters(parameters: ParameterValues): void {
    this.given.push(parameters);
  }

  async step(actions: Float32Array): Promise<Step> {
    this.actions.push(actions.slice());
    return this.#next();
  }

  async close(): Promise<void> {}

  async #next(): Promise<Step> {
    const turns = await this.#script[this.#step++];
    if (!turns) return new Promise(() => {}); // it waits for ever
    this.agents = turns.length;
    const bytes = (is: (turn: Turn) => boolean) => Uint8Array.from(turns, (turn) => (is(turn) ? 1 : 0));
    return {
      observations: Float32Array.from(turns, ({ sees = 0 }) => sees),
      rewards: Float32Array.from(turns, ({ earned = 0 }) => earned),
      terminated: bytes(({ ended }) => ended === 'terminated'),
      truncated: bytes(({ ended }) => ended === 'truncated'),
      finalObservations: Float32Array.from(turns, ({ sawLast = 0 }) => sawLast),
      episodes: [],
      present: {
        deciding: bytes(({ sees }) => sees !== undefined),
        settled: bytes(({ earned }) => earned !== undefined),
        lost: bytes(({ lost }) => lost === true),
      },
    };
  }
}

function collect(world: ScriptedWorld, rows: number, collector = new LiveCollector([world], 1)) {
  return collector.collect({ ...policy, rows }, never);
}

describe('agents that all decide in every step', () => {
  it('are recorded agent by agent, with what they see next', async () => {
    const rollout = await collect(
      new ScriptedWorld([
        [{ sees: 1 }, { sees: 10 }],
        [
          { sees: 2, earned: 0.5 },
          { sees: 20, earned: 5 },
        ],
        [
          { sees: 3, earned: 1, ended: 'terminated', sawLast: 9 },
          { sees: 30, earned: 6, ended: 'truncated', sawLast: 90 },
        ],
      ]),
      4,
    );
    expect(rollout).toMatchObject({ agents: 2, decisions: 2 });
    expect([...rollout!.observations]).toEqual([1, 2, 10, 20]);
    expect([...rollout!.rewards]).toEqual([0.5, 1, 5, 6]);
    expect([...rollout!.terminated]).toEqual([0, 1, 0, 0]);
    expect([...rollout!.truncated]).toEqual([0, 0, 0, 1]);
    expect([[...rollout!.truncatedAt], [...rollout!.truncatedObservations]]).toEqual([[3], [90]]);
  });
});

describe('agents that decide when they will', () => {
  it('lie end to end, each cut where it ends with what it saw next', async () => {
    const rollout = await collect(
      new ScriptedWorld([
        [{ sees: 1 }],
        [{ sees: 2, earned: 1 }, { sees: 10 }],
        [{ sees: 3, earned: 2 }, {}],
        [
          { sees: 4, earned: 3 },
          { sees: 20, earned: 30 },
        ],
      ]),
      4,
    );
    expect(rollout).toMatchObject({ agents: 1, decisions: 4 });
    expect([...rollout!.observations]).toEqual([1, 2, 3, 10]);
    expect([...rollout!.rewards]).toEqual([1, 2, 3, 30]);
    expect([...rollout!.truncated]).toEqual([0, 0, 1, 1]);
    expect([[...rollout!.truncatedAt], [...rollout!.truncatedObservations]]).toEqual([
      [2, 3],
      [4, 20],
    ]);
  });

  it('take a decision that has come to nothing yet along into the next roll-out', async () => {
    const world = new ScriptedWorld([
      [{ sees: 1 }, { sees: 10 }],
      [{ sees: 2, earned: 1 }, {}],
      [{ sees: 3, earned: 2 }, {}],
      [{}, { sees: 20, earned: 40 }],
      [{ sees: 4, earned: 3 }, {}],
    ]);
    const collector = new LiveCollector([world], 1);
    const first = await collect(world, 2, collector);
    const second = await collect(world, 2, collector);
    expect([...first!.rewards]).toEqual([1, 2]);
    expect([...second!.observations]).toEqual([3, 10]);
    expect([...second!.rewards]).toEqual([3, 40]);
    expect(world.actions[0]![1]).not.toBe(0);
    // The action that the world was given is the one that is learnt from.
    expect(Math.min(3, Math.max(-3, second!.actions[1]!)) / 3).toBeCloseTo(world.actions[0]![1]!, 6);
  });

  it('leave the decisions of others where they are when one of them goes', async () => {
    const rollout = await collect(
      new ScriptedWorld([
        [{ sees: 1 }, { sees: 10 }, { sees: 100 }],
        [
          { sees: 2, earned: 1 },
          { earned: 7, ended: 'terminated', sawLast: 11 },
          { sees: 200, earned: 100 },
        ],
        [{ sees: 3, earned: 2 }, {}, { sees: 300, earned: 200 }],
        [{ sees: 4, earned: 3 }, { sees: 20 }, { sees: 400, earned: 300 }],
      ]),
      6,
    );
    expect([...rollout!.observations]).toEqual([1, 2, 3, 10, 100, 200, 300]);
    expect([...rollout!.rewards]).toEqual([1, 2, 3, 7, 100, 200, 300]);
    expect([...rollout!.terminated]).toEqual([0, 0, 0, 1, 0, 0, 0]);
    expect([...rollout!.truncatedAt]).toEqual([2, 6]);
  });

  it('end their trajectories where the world went away, and begin new ones in the next world', async () => {
    const rollout = await collect(
      new ScriptedWorld([
        [{ sees: 1 }, { sees: 10 }],
        [
          { sees: 2, earned: 1 },
          { sees: 20, earned: 10 },
        ],
        [
          { sees: 5, lost: true },
          { sees: 50, lost: true },
        ],
        [
          { sees: 6, earned: 2 },
          { sees: 60, earned: 20 },
        ],
      ]),
      4,
    );
    expect(rollout).toMatchObject({ agents: 2, decisions: 2 });
    expect([...rollout!.observations]).toEqual([1, 5, 10, 50]);
    expect([...rollout!.rewards]).toEqual([1, 2, 10, 20]);
    expect([...rollout!.truncated]).toEqual([1, 0, 1, 0]);
    expect([...rollout!.truncatedObservations]).toEqual([2, 20]);
  });
});

describe('a collector of live worlds', () => {
  it('gives what it has of none when it is told to stop, and loses no step of a world', async () => {
    let goOn: (turns: readonly Turn[]) => void = () => {};
    const late = new Promise<readonly Turn[]>((resolve) => {
      goOn = resolve;
    });
    const collector = new LiveCollector([new ScriptedWorld([[{ sees: 1 }], late])], 1);
    const stop = new AbortController();
    const collecting = collector.collect({ ...policy, rows: 1 }, stop.signal);
    setTimeout(() => stop.abort(), 20);
    expect(await collecting).toBeUndefined();
    goOn([{ sees: 2, earned: 7 }]);
    expect([...(await collector.collect({ ...policy, rows: 1 }, never))!.rewards]).toEqual([7]);
  });

  it('does not wait for a world that hangs where another one fills the roll-out', async () => {
    const busy = new ScriptedWorld(
      Array.from({ length: 9 }, (_, index) => [{ sees: index, ...(index > 0 ? { earned: index } : {}) }]),
    );
    const hanging = new ScriptedWorld([[{ sees: 1 }]]);
    const collector = new LiveCollector([hanging, busy], 1);
    const first = await collector.collect({ ...policy, rows: 4 }, never);
    const second = await collector.collect({ ...policy, rows: 4 }, never);
    expect([...first!.rewards, ...second!.rewards]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('lets all worlds begin anew where a lesson asks for it: nothing comes of what their agents were in the middle of', async () => {
    let goOn: (turns: readonly Turn[]) => void = () => {};
    const late = new Promise<readonly Turn[]>((resolve) => {
      goOn = resolve;
    });
    const waiting = new ScriptedWorld([
      [{ sees: 1 }],
      [{ sees: 2, earned: 0.5 }],
      [{ sees: 3, earned: 0.6 }],
      [{ sees: 100, earned: 7 }],
      [{ sees: 101, earned: 0.7 }],
    ]);
    const running = new ScriptedWorld([
      [{ sees: 11 }],
      late,
      [{ sees: 200, earned: 7 }],
      [{ sees: 201, earned: 0.8 }],
      [{ sees: 202, earned: 0.9 }],
      [{ sees: 203, earned: 0.1 }],
    ]);
    const collector = new LiveCollector([waiting, running], 1);
    const first = await collector.collect({ ...policy, rows: 2 }, never);
    expect([...first!.observations]).toEqual([1, 2]);
    await collector.setParameters({ reach: 2 }, true);
    expect([waiting.resets, running.resets]).toEqual([1, 1]);
    goOn([{ sees: 12, earned: 9 }]);
    const second = await collector.collect({ ...policy, rows: 4 }, never);
    expect([waiting.resets, running.resets]).toEqual([2, 2]);
    expect([waiting.given, running.given]).toEqual(Array(2).fill([{ reach: 2 }]));
    expect([...second!.observations].sort()).toEqual([100, 200, 201, 202]);
    await collector.setParameters({ reach: 3 }, false);
    expect([waiting.resets, running.resets]).toEqual([2, 2]);
  });

  it('stops where the policy has a NaN, before anybody acts on it', async () => {
    const broken = { ...parameters, 'actor.mean.bias': new Float32Array(1).fill(Number.NaN) };
    const model = actingModel({ network, parameters: broken, normaliser: new Normaliser(1) });
    const world = new ScriptedWorld([[{ sees: 1 }], [{ sees: 2, earned: 1 }]]);
    const collecting = new LiveCollector([world], 1).collect({ ...policy, model, rows: 1 }, never);
    await expect(collecting).rejects.toMatchObject({
      name: 'NotFiniteError',
      finding: { agent: 0, value: Number.NaN },
    });
    expect(world.actions).toEqual([]);
  });

  it('stops where the policy spreads its actions endlessly, before the world is even asked', async () => {
    const world = new ScriptedWorld([[{ sees: 1 }], [{ sees: 2, earned: 1 }]]);
    const logDeviation = new Float32Array(1).fill(100);
    const collecting = new LiveCollector([world], 1).collect({ ...policy, logDeviation, rows: 1 }, never);
    await expect(collecting).rejects.toMatchObject({
      name: 'NotFiniteError',
      finding: { tensor: "the deviation of the policy's actions", value: Number.POSITIVE_INFINITY },
    });
    expect(world.resets).toBe(0);
  });

  it('where one world fails lets the others decide no more, and then lets go of the policy', async () => {
    const order: string[] = [];
    const release = vi.spyOn(Session.prototype, 'release').mockImplementation(async () => void order.push('released'));
    const failing = Object.assign(new ScriptedWorld([[{ sees: 1 }]]), {
      step: async () => {
        throw new Error('the world is gone');
      },
    });
    // It always has something to decide on, as fast as it is answered.
    const busy = new ScriptedWorld(Array.from({ length: 1000 }, (_, step) => [{ sees: step, earned: 1 }]));
    const step = busy.step.bind(busy);
    busy.step = (actions) => {
      order.push('decided');
      return step(actions);
    };
    try {
      const collecting = new LiveCollector([failing, busy], 1).collect({ ...policy, rows: 10_000 }, never);
      await expect(collecting).rejects.toThrow('the world is gone');
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(order.at(-1)).toBe('released');
      expect(order.filter((what) => what === 'released')).toHaveLength(1);
    } finally {
      release.mockRestore();
    }
  });

  it('asks the world what it measured', async () => {
    const measured = { 'Jump Height': { aggregation: 'mean', sum: 4, count: 2, latest: 1 } } as const;
    const world = Object.assign(new ScriptedWorld([[{ sees: 1 }], [{ sees: 2, earned: 1 }]]), {
      statistics: () => measured,
    });
    expect((await collect(world, 1))!.statistics).toEqual(measured);
  });
});
