import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../../base/files/hash.ts';
import { RandomStream } from '../../../../base/random/stream.ts';
import type { Environment, EnvironmentModule } from '../../../../envs/env.ts';
import type { PlayerWorld } from '../../../../envs/unity/player/player.ts';
import { playAgainst, pointingWorld, type Settings, walkerWorld } from './playing.ts';

const seed = 11;
const decisions = 30;

/** What an agent does by its how-manieth decision, whoever asks. */
function actionOf(agent: number, decision: number, size: number): Float32Array {
  const random = new RandomStream(5, agent, decision);
  return Float32Array.from({ length: size }, () => random.uniform(-0.5, 0.5));
}

/** One hash for each agent, over all that it saw and earned up to its last decision. */
async function overTheWire(world: PlayerWorld, agents: number, settings: Settings): Promise<string[]> {
  const logs: Uint8Array[][] = Array.from({ length: agents }, () => []);
  const asked = new Array<number>(agents).fill(0);
  const seen = new Array<number>(agents).fill(0);
  let rewards: (number | undefined)[] = new Array(agents);
  await playAgainst(
    {
      world,
      seed,
      answer({ infos, deciding }) {
        for (const { id, done, max_step_reached, reward, observations } of infos) {
          const { data } = observations[0]!.float_data!;
          if (asked[id]! > decisions) continue; // in turns, some have seen enough before others
          if (done) rewards[id] = reward;
          else logs[id]!.push(...logged(rewards[id] ?? reward, data));
          if (done) logs[id]!.push(Uint8Array.of(max_step_reached ? 2 : 1), ...logged(0, data));
        }
        if (deciding.length === 0) return {};
        rewards = new Array(agents);
        for (const { id } of deciding) seen[id]! += 1;
        if (Math.min(...seen) > decisions) return { status: 400 };
        return { actions: deciding.map(({ id }) => actionOf(id, asked[id]!++, world.behavior.actionSize)) };
      },
    },
    { agents, ...settings },
  );
  return logs.map((parts) => sha256(Buffer.concat(parts)));
}

async function embedded(world: PlayerWorld, agents: number): Promise<string[]> {
  const module = (await import(world.environment)) as EnvironmentModule;
  const { observationSize, actionSize } = world.behavior;
  const logs: Uint8Array[][] = Array.from({ length: agents }, () => []);
  const environment: Environment = await module.createEnvironment({ seed, firstAgent: 0, agents, parameters: {} });
  const row = (rows: Float32Array, agent: number) =>
    rows.subarray(agent * observationSize, (agent + 1) * observationSize);
  const first = await environment.reset();
  for (let agent = 0; agent < agents; agent++) logs[agent]!.push(...logged(0, row(first, agent)));
  for (let decision = 0; decision < decisions; decision++) {
    const actions = new Float32Array(agents * actionSize);
    for (let agent = 0; agent < agents; agent++) {
      actions.set(actionOf(agent, decision, actionSize), agent * actionSize);
    }
    const step = await environment.step(actions);
    for (let agent = 0; agent < agents; agent++) {
      const standing = step.truncated[agent] ? 2 : step.terminated[agent] ? 1 : 0;
      if (standing) logs[agent]!.push(Uint8Array.of(standing), ...logged(0, row(step.finalObservations, agent)));
      logs[agent]!.push(...logged(step.rewards[agent]!, row(step.observations, agent)));
    }
  }
  await environment.close();
  return logs.map((parts) => sha256(Buffer.concat(parts)));
}

function logged(reward: number, observation: Float32Array): Uint8Array[] {
  return [new Uint8Array(Float32Array.of(reward).buffer), new Uint8Array(observation.slice().buffer)];
}

describe('episodes over the wire are those of the embedded world, byte for byte', () => {
  it('for the Walker, in one thread and in two, all at once and in turns, ends told together with decisions and apart', async () => {
    const expected = await embedded(walkerWorld, 4);
    expect(new Set(expected).size).toBe(4);
    for (const settings of [{}, { workers: 2 }, { turns: 3, workers: 2 }, { endsApart: true }]) {
      expect({ settings, hashes: await overTheWire(walkerWorld, 4, settings) }).toEqual({ settings, hashes: expected });
    }
  });

  it('for any other world', async () => {
    expect(await overTheWire(pointingWorld, 5, { workers: 2 })).toEqual(await embedded(pointingWorld, 5));
  });
});

describe('ends told apart', () => {
  it('come in messages without decisions, as in Unity, and lose no reward', async () => {
    const kinds = { mixed: 0, endsAlone: 0, decisionsAlone: 0 };
    const got = new Array<number>(5).fill(0);
    const { account } = await playAgainst(
      {
        world: walkerWorld,
        answer({ number, infos, ended, deciding }) {
          for (const { id, reward } of infos) got[id]! += reward;
          kinds[ended.length === 0 ? 'decisionsAlone' : deciding.length === 0 ? 'endsAlone' : 'mixed'] += 1;
          expect(deciding.length === 0 || deciding.length === 5).toBe(true);
          if (number === 60) return { status: 400 };
          return { actions: deciding.map(({ id }) => actionOf(id, number, 39)) };
        },
      },
      { agents: 5, endsApart: true },
    );
    expect(Math.min(...Object.values(kinds))).toBeGreaterThan(1);
    expect([...account.rewards]).toEqual(got);
  });
});
