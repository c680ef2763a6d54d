/** Certain episodes, many side by side: what comes of each is its own. */
import { expect, it } from 'vitest';
import { RandomStream } from '../../base/random/stream.ts';
import type { EmbeddedEnvironment, EnvironmentModule, Episode } from '../../envs/env.ts';
import { createEnvironment as createWalkers } from '../../envs/walker/environment.ts';
import { playTrials } from '../../evaluate/trials.ts';
import { createEnvironment as createPointers } from '../train/fixtures/pointing-environment.ts';

interface Start {
  readonly agent: number;
  readonly episode: number;
  readonly parameters: Readonly<Record<string, number>>;
}

/** Plays trials by noise alone, in so many rows, and returns their episodes by place. */
async function played(create: EnvironmentModule['createEnvironment'], rows: number, trials: readonly Start[]) {
  const environment = await create({ seed: 4, firstAgent: 0, agents: rows, parameters: {} });
  const episodes: Episode[] = [];
  await playIn(environment, trials, (trial, episode) => {
    episodes[trials.indexOf(trial)] = episode;
  });
  await environment.close();
  return episodes;
}

function playIn(
  environment: EmbeddedEnvironment,
  trials: Iterable<Start>,
  ended: (trial: Start, episode: Episode) => void,
) {
  const { actionSize, observationSize } = environment.behavior;
  return playTrials({
    environment,
    trials,
    noiseOf: ({ agent, episode }) => new RandomStream(agent, episode),
    // The noise, and something of what is seen: an observation of another row would show.
    act: async (observations, rows) =>
      Float32Array.from({ length: rows.length * actionSize }, (_, at) => {
        const row = Math.floor(at / actionSize);
        const seen = observations[row * observationSize + ((at % actionSize) % observationSize)]!;
        return Math.min(1, Math.max(-1, rows[row]!.noise.uniform(-0.9, 0.9) + 0.01 * seen));
      }),
    ended,
  });
}

it.each([
  ['walkers, some in another gravity', createWalkers, { gravity: 5 }, {}],
  ['pointers, some of many lengths', createPointers, { variety: 30 }, { variety: 1 }],
])(
  'episodes of %s are the same in one row, in several, in another order and in two worlds at once',
  async (...given) => {
    const [, create, parameters, others] = given;
    const trials: Start[] = Array.from({ length: 7 }, (_, at) => ({
      agent: 10 + (at >> 1),
      episode: at & 1,
      parameters: at % 3 === 0 ? parameters : others,
    }));
    const alone = await played(create, 1, trials);
    expect(alone.map(({ agent, episode }) => [agent, episode])).toEqual(
      trials.map(({ agent, episode }) => [agent, episode]),
    );
    expect(new Set(alone.map(({ reward }) => reward)).size).toBe(trials.length);
    expect(await played(create, 3, trials)).toEqual(alone);
    expect(await played(create, 8, trials)).toEqual(alone);
    expect(await played(create, 5, trials.toReversed())).toEqual(alone.toReversed());

    const waiting = trials.values();
    const both: Episode[] = [];
    await Promise.all(
      [2, 3].map(async (rows) => {
        const environment = await create({ seed: 4, firstAgent: 0, agents: rows, parameters: {} });
        await playIn(environment, waiting, (trial, episode) => {
          both[trials.indexOf(trial)] = episode;
        });
      }),
    );
    expect(both).toEqual(alone);
  },
);

it('a row without anything to play takes no part: the world steps on only while someone plays', async () => {
  const environment = await createPointers({ seed: 4, firstAgent: 0, agents: 4, parameters: { variety: 1 } });
  const step = environment.step.bind(environment);
  let steps = 0;
  environment.step = (actions) => {
    steps++;
    return step(actions);
  };
  const trials = [0, 1, 2, 3, 4].map((agent) => ({ agent, episode: 3, parameters: { variety: 1 } }));
  let episodes = 0;
  await playIn(environment, trials, () => {
    episodes++;
  });
  // Episodes of three decisions: four of them at once, then the fifth.
  expect([episodes, steps]).toEqual([5, 6]);
});

it('a walker is refused what no episode may begin with, before it begins', async () => {
  const trials = [{ agent: 0, episode: 0, parameters: { gravitas: 1 } }];
  await expect(played(createWalkers, 4, trials)).rejects.toThrow(/no such environment parameter.*gravitas/);
});
