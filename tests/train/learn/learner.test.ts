import { afterEach, describe, expect, it } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import { openEngine } from '../../../compile/index.ts';
import { Learner, type LearnerOptions, type UpdateSettings } from '../../../train/learn/learner.ts';
import { initialParameters, type Network, ownerOf } from '../../../train/policy/policy.ts';

const network = { observationSize: 4, actionSize: 2, hiddenUnits: 8, layers: 1 };
const [rows, batchSize, seed] = [40, 8, 3];
const random = new RandomStream(1);
const draw = (count: number) => Float32Array.from({ length: count }, () => random.normal());
const buffer = {
  observations: draw(rows * 4),
  actions: draw(rows * 2),
  logProbabilities: draw(rows * 2).map((value) => value / 3 - 1.3),
  advantages: draw(rows).map((value) => 3 * value + 1),
  returns: draw(rows),
};
const settings: UpdateSettings = { learningRate: 0.01, epsilon: 0.2, beta: 0, epochs: 2 };

const open: Learner[] = [];
afterEach(async () => {
  for (const learner of open.splice(0)) await learner.release();
});

async function learnt(options: LearnerOptions, changes: Partial<UpdateSettings> = {}, more: Partial<Network> = {}) {
  const learner = await Learner.create({ ...network, ...more }, batchSize, seed, await openEngine(), options);
  open.push(learner);
  const statistics = await learner.update(buffer, { ...settings, ...changes }, new RandomStream(2));
  return { learner, statistics, counts: learner.optimiser.counts };
}

/** Who of the two has other parameters in the second. */
function differing(one: Learner['parameters'], other: Learner['parameters']): string[] {
  const names = Object.keys(one).filter((name) => one[name]!.some((value, at) => value !== other[name]![at]));
  return [...new Set(names.map(ownerOf))].sort();
}

describe('an update', () => {
  const fresh = initialParameters(network, seed);

  it('is shown what is seen of observations, with the critic and without it', async () => {
    for (const more of [{}, { rawObservations: true }]) {
      const { learner } = await learnt({}, {}, more);
      learner.normaliser.update(buffer.observations);
      expect(await learner.see(buffer.observations)).toEqual((await learner.evaluate(buffer.observations)).seen);
    }
  });

  it('takes one step for each minibatch of each epoch', async () => {
    const { counts, statistics, learner } = await learnt({});
    expect(counts).toEqual({ actor: 10, critic: 10 });
    expect(statistics.actorMinibatches).toBe(10);
    expect(differing(fresh, learner.parameters)).toEqual(['actor', 'critic']);
  });

  it('leaves the actor as it was, moments and all, from where it diverges too far; the critic goes on', async () => {
    const { learner, counts, statistics } = await learnt({ targetDivergence: 1e-9 });
    expect(differing(fresh, learner.parameters)).toEqual(['critic']);
    expect(learner.optimiser.first['actor.mean.weight']!.every((value) => value === 0)).toBe(true);
    expect(counts).toEqual({ actor: 0, critic: 10 });
    expect(statistics.actorMinibatches).toBe(0);
    expect(statistics.lastDivergence).toBeGreaterThan(1e-9);
  });

  it('of a critic that goes on alone is the update of a critic that never had company', async () => {
    const together = await learnt({});
    const alone = await learnt({ targetDivergence: 1e-9 });
    const own = Object.keys(fresh).filter((name) => ownerOf(name) === 'critic');
    for (const name of own) {
      alone.learner.parameters[name]!.forEach((value, at) => {
        expect(value).toBeCloseTo(together.learner.parameters[name]![at]!, 6);
      });
    }
  });

  it('ends where a policy that shares its body with the critic diverges too far', async () => {
    const { learner, counts } = await learnt({ targetDivergence: 1e-9 }, {}, { sharedBody: true });
    expect(learner.parameters).toEqual(initialParameters({ ...network, sharedBody: true }, seed));
    expect(counts).toEqual({ actor: 0, critic: 0 });
  });

  it('goes on with all of it below the target', async () => {
    const { learner } = await learnt({ targetDivergence: 1e9 });
    expect(learner.parameters).toEqual((await learnt({})).learner.parameters);
  });

  it('lets the actor learn from as many minibatches as it may', async () => {
    const { counts, statistics } = await learnt({ actorMinibatches: 3 });
    expect(counts).toEqual({ actor: 3, critic: 10 });
    expect(statistics.actorMinibatches).toBe(3);
  });

  it('moves the critic alone where only its learning rate is another', async () => {
    const same = await learnt({}, { criticLearningRate: settings.learningRate });
    const other = await learnt({}, { criticLearningRate: 0.001 });
    expect(differing(same.learner.parameters, (await learnt({})).learner.parameters)).toEqual([]);
    expect(differing(same.learner.parameters, other.learner.parameters)).toEqual(['critic']);
  });

  it('scales all gradients down together to the greatest norm', async () => {
    const one = { epochs: 1 };
    const { learner, statistics } = await learnt({ maxGradientNorm: 0.01 }, one);
    expect(statistics.gradientNorm).toBeGreaterThan(0.1);
    // After five steps the first moment is at most (1 - 0.9^5) of the norm of a gradient.
    const squares = Object.values(learner.optimiser.first).reduce(
      (sum, values) => sum + values.reduce((part, value) => part + value * value, 0),
      0,
    );
    expect(Math.sqrt(squares)).toBeLessThanOrEqual((1 - 0.9 ** 5) * 0.01 * 1.001);
    // Scaled down to it, and not to nothing.
    expect(Math.sqrt(squares)).toBeGreaterThan(0.1 * (1 - 0.9 ** 5) * 0.01);
    const free = await learnt({ maxGradientNorm: 1e9 }, one);
    for (const [name, values] of Object.entries((await learnt({}, one)).learner.parameters)) {
      expect(free.learner.parameters[name]).toEqual(values);
    }
  });

  it('makes advantages have mean 0 and deviation 1 in each minibatch where it should', async () => {
    const each = await learnt({ normalisesMinibatches: true });
    const shifted = buffer.advantages.map((value) => 10 * value - 4);
    const learner = await Learner.create(network, batchSize, seed, await openEngine(), { normalisesMinibatches: true });
    open.push(learner);
    await learner.update({ ...buffer, advantages: shifted }, settings, new RandomStream(2));
    for (const [name, values] of Object.entries(each.learner.parameters)) {
      values.forEach((value, at) => {
        expect(learner.parameters[name]![at]).toBeCloseTo(value, 4);
      });
    }
    expect(differing(each.learner.parameters, (await learnt({})).learner.parameters)).toContain('actor');
  });
});
