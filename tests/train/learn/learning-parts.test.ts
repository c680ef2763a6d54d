import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import { tf } from '../../../compile/tensorflow.ts';
import { parseConfiguration } from '../../../train/configuration/read.ts';
import { adamFactors, adamStep } from '../../../train/learn/adam.ts';
import { adaptedFactor } from '../../../train/learn/adaptive-rate.ts';
import { minibatches } from '../../../train/learn/minibatches.ts';
import { withImages } from '../../../train/learn/mirrored.ts';
import { RewardNormaliser } from '../../../train/learn/reward-normaliser.ts';
import { checkpointInterval, scheduled, updateSettings } from '../../../train/learn/schedules.ts';
import { Normaliser } from '../../../train/policy/normaliser.ts';
import { initialParameters, parameterTable } from '../../../train/policy/policy.ts';

describe('the normaliser', () => {
  it('has n = 3, mean = 1.33333 and M = 5.66667 after rows 1 and 3, as ML-Agents has', () => {
    const normaliser = new Normaliser(1);
    normaliser.update(Float32Array.of(1, 3));
    expect(normaliser.rows).toBe(3);
    expect(normaliser.mean[0]).toBeCloseTo(1.33333, 5);
    expect(normaliser.squares[0]).toBeCloseTo(5.66667, 5);
  });

  it('leaves observations as they are before it has seen any', () => {
    const { mean, deviation } = new Normaliser(2).statistics();
    expect([...mean, ...deviation]).toEqual([0, 0, 1, 1]);
  });

  it('comes to the mean and deviation of what it saw, each observation by itself', () => {
    const normaliser = new Normaliser(2);
    for (let batch = 0; batch < 50; batch++) {
      normaliser.update(Float32Array.from({ length: 200 }, (_, at) => (at % 2 ? 1000 + (at % 4) : at % 8)));
    }
    const { mean, deviation } = normaliser.statistics();
    expect(mean[0]).toBeCloseTo(3, 1);
    expect(deviation[0]).toBeCloseTo(Math.sqrt(5), 1);
    // The row that ML-Agents' normaliser starts with, 0, is still there: one of 5,001.
    expect(mean[1]).toBeCloseTo((1002 * 5000) / 5001, 2);
  });
});

describe('a schedule', () => {
  it('is at 1.5000005e-4 half-way from 3e-4 to 1e-10, as in ML-Agents', () => {
    expect(scheduled({ kind: 'linear', start: 3e-4, end: 1e-10 }, 50, 100)).toBeCloseTo(1.5000005e-4, 12);
  });

  it('stays at its end past max_steps', () => {
    expect(scheduled({ kind: 'linear', start: 0.2, end: 0.1 }, 200, 100)).toBeCloseTo(0.1, 12);
  });

  it('does not move where it is constant', () => {
    expect(scheduled({ kind: 'constant', start: 0.2, end: 0.1 }, 70, 100)).toBe(0.2);
  });
});

describe('Adam', () => {
  it('moves as its paper says, step by step', () => {
    const gradients = [0.5, -1, 2, 0.001];
    let [parameter, first, second] = [1, 0, 0];
    let tensors = { parameter: tf.tensor1d([1]), first: tf.tensor1d([0]), second: tf.tensor1d([0]) } as Record<
      'parameter' | 'first' | 'second',
      tf.Tensor
    >;
    gradients.forEach((gradient, index) => {
      const count = index + 1;
      first = 0.9 * first + 0.1 * gradient;
      second = 0.999 * second + 0.001 * gradient ** 2;
      parameter -= (0.01 * (first / (1 - 0.9 ** count))) / (Math.sqrt(second / (1 - 0.999 ** count)) + 1e-8);
      const { stepSize, tiny } = adamFactors(0.01, count);
      tensors = adamStep(
        tensors.parameter,
        tf.tensor1d([gradient]),
        tensors.first,
        tensors.second,
        tf.scalar(stepSize),
        tf.scalar(tiny),
      );
      expect(tensors.parameter.dataSync()[0]).toBeCloseTo(parameter, 5);
    });
  });
});

describe('initial parameters', () => {
  const network = { observationSize: 200, actionSize: 39, hiddenUnits: 256, layers: 3 };

  it('are the same for the same seed and others for another', () => {
    const small = { ...network, hiddenUnits: 4 };
    expect(initialParameters(small, 3)).toEqual(initialParameters(small, 3));
    expect(initialParameters(small, 3)).not.toEqual(initialParameters(small, 4));
  });

  it('have the spread that ML-Agents gives each layer', () => {
    const parameters = initialParameters(network, 1);
    const deviation = (name: string) => {
      const values = parameters[name]!;
      return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    };
    expect(deviation('actor.hidden0.weight') * Math.sqrt(200)).toBeCloseTo(1, 1);
    expect(deviation('actor.hidden2.weight') * Math.sqrt(256)).toBeCloseTo(1, 1);
    expect(deviation('actor.mean.weight') * Math.sqrt(256)).toBeCloseTo(0.2, 1);
    const limit = Math.sqrt(6 / 257);
    expect(Math.max(...parameters['critic.value.weight']!)).toBeLessThanOrEqual(limit);
    expect(deviation('critic.value.weight')).toBeCloseTo(limit / Math.sqrt(3), 1);
    expect(deviation('actor.logDeviation')).toBe(0);
  });

  it('have right-angled columns or rows of the wanted length where they start orthogonal', () => {
    const parameters = initialParameters(network, 1, { weights: 'orthogonal', logDeviation: -0.5 });
    /** Largest difference of v_i . v_j from gain^2 where i = j, and from 0 elsewhere. */
    const skew = (name: string, vectors: number, length: number, gain: number, stride: [number, number]) => {
      const values = parameters[name]!;
      let largest = 0;
      for (let one = 0; one < vectors; one++) {
        for (let other = 0; other <= one; other++) {
          let product = one === other ? -gain * gain : 0;
          for (let at = 0; at < length; at++)
            product += values[one * stride[0] + at * stride[1]]! * values[other * stride[0] + at * stride[1]]!;
          largest = Math.max(largest, Math.abs(product));
        }
      }
      return largest;
    };
    expect(skew('actor.hidden0.weight', 200, 256, Math.SQRT2, [256, 1])).toBeLessThan(1e-5);
    expect(skew('critic.hidden1.weight', 256, 256, Math.SQRT2, [1, 256])).toBeLessThan(1e-5);
    expect(skew('actor.mean.weight', 39, 256, 0.01, [1, 39])).toBeLessThan(1e-8);
    expect(skew('critic.value.weight', 1, 256, 1, [1, 1])).toBeLessThan(1e-5);
    expect([...new Set(parameters['actor.logDeviation'])]).toEqual([-0.5]);
  });

  it("are within torch's own bounds where they start as torch does", () => {
    const parameters = initialParameters(network, 1, { weights: 'torch', logDeviation: 0 });
    for (const name of ['actor.hidden0.weight', 'actor.hidden0.bias']) {
      const greatest = Math.max(...parameters[name]!.map(Math.abs)) * Math.sqrt(200);
      expect(greatest).toBeLessThanOrEqual(1);
      expect(greatest).toBeGreaterThan(0.95);
    }
  });

  it('of a shared critic are one body under both heads, each head as it starts by itself', () => {
    const shared = initialParameters({ ...network, layers: 1, sharedBody: true }, 1);
    expect(Object.keys(shared)).toEqual([
      'shared.hidden0.weight',
      'shared.hidden0.bias',
      'actor.mean.weight',
      'actor.mean.bias',
      'actor.logDeviation',
      'critic.value.weight',
      'critic.value.bias',
    ]);
    const greatest = (name: string) => Math.max(...shared[name]!.map(Math.abs));
    expect(greatest('critic.value.weight')).toBeLessThanOrEqual(Math.sqrt(6 / 257));
    expect(greatest('shared.hidden0.weight') * Math.sqrt(200)).toBeGreaterThan(3);
  });

  it('of a layer norm leave what it normalised as it is', () => {
    const parameters = initialParameters({ ...network, layerNorm: true }, 1);
    expect([...new Set(parameters['critic.norm1.scale'])]).toEqual([1]);
    expect([...new Set(parameters['critic.norm1.shift'])]).toEqual([0]);
  });

  it('fill every row of the table', () => {
    const parameters = initialParameters(network, 1);
    expect(Object.keys(parameters)).toEqual(parameterTable(network).map(({ name }) => name));
    for (const { name, shape } of parameterTable(network)) {
      expect(parameters[name]!.length).toBe(shape.reduce((product, size) => product * size, 1));
    }
  });
});

describe('checkpoints', () => {
  const settings = (line: string) =>
    parseConfiguration(`behaviors: { W: { max_steps: 1000, ${line} } }`, 'w.yaml', 'W').behavior;

  it("lie as far apart as checkpoint_interval says, or evenly over max_steps, in ML-Agents' way", () => {
    expect(checkpointInterval(settings('checkpoint_interval: 70'))).toBe(70);
    expect(checkpointInterval(settings('keep_checkpoints: 3, checkpoint_interval: 70, even_checkpoints: true'))).toBe(
      333,
    );
    expect(checkpointInterval(settings('keep_checkpoints: 2000, even_checkpoints: true'))).toBe(1);
  });
});

describe('schedules of a configuration', () => {
  const at = (step: number, line: string) =>
    updateSettings(parseConfiguration(`behaviors: { W: { max_steps: 100, ${line} } }`, 'w.yaml', 'W').behavior, step);

  it("end where ML-Agents' end, and follow the learning rate's where they are not named", () => {
    const { learningRate, epsilon, beta } = at(100, 'hyperparameters: { learning_rate: 0.001 }');
    expect([learningRate, epsilon, beta]).toEqual([1e-10, expect.closeTo(0.1, 12), expect.closeTo(1e-5, 12)]);
    const constant = at(100, 'hyperparameters: { learning_rate_schedule: constant, beta_schedule: linear }');
    expect(constant.learningRate).toBe(3e-4);
    expect(constant.epsilon).toBe(0.2);
    expect(constant.beta).toBeCloseTo(1e-5, 12);
  });

  it("of A2C take the entropy's weight to 1e-10, as the plug-in does, and clip nothing", () => {
    expect(at(100, 'trainer_type: a2c')).toMatchObject({ beta: 1e-10, epsilon: 0, epochs: 1 });
    const constant = at(50, 'trainer_type: a2c, hyperparameters: { learning_rate_schedule: constant }');
    expect(constant).toMatchObject({ learningRate: 3e-4, beta: expect.closeTo(0.0025, 8) });
  });
});

describe('minibatches', () => {
  it('deal out all rows once an epoch, but for what is left over', () => {
    const chosen = [...minibatches(10, 3, 2, 'shuffled', new RandomStream(1))].map((each) => [...each]);
    expect(chosen).toHaveLength(6);
    for (const epoch of [chosen.slice(0, 3), chosen.slice(3)]) expect(new Set(epoch.flat()).size).toBe(9);
  });

  it('with replacement draw each row from all, so that some come twice', () => {
    const many = [...minibatches(1000, 200, 20, 'with_replacement', new RandomStream(1))].map((each) => [...each]);
    expect(many).toHaveLength(100);
    const distinct = many.reduce((sum, each) => sum + new Set(each).size, 0) / many.length;
    // 1000 (1 - (1 - 1/1000)^200)
    expect(distinct).toBeGreaterThan(178);
    expect(distinct).toBeLessThan(184);
    expect(Math.max(...many.flat())).toBe(999);
  });
});

describe('the reward normaliser', () => {
  it('divides by the deviation of the discounted return of all decisions, episodes apart', () => {
    const rewards = Float32Array.of(1, 2, 3, 4, -1, 5, 0, 2);
    const ends = [0, 1, 0, 0, 0, 0, 1, 0];
    const normaliser = new RewardNormaliser(2);
    const once = normaliser.normalise(rewards, 2, (row) => ends[row] === 1, 0.5);
    const [first, second] = [
      [1, 2.5, 3, 5.5],
      [-1, 4.5, 2.25, 2],
    ];
    const deviation = (values: number[]) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    };
    once.forEach((value, row) => {
      expect(value).toBeCloseTo(rewards[row]! / deviation([...first!, ...second!]), 5);
    });
    // The returns of the running episodes go on.
    expect([...normaliser.returns]).toEqual([5.5, 2]);
    const again = normaliser.normalise(Float32Array.of(1, 1), 2, () => false, 0.5);
    expect(again[0]).toBeCloseTo(1 / deviation([...first!, ...second!, 3.75, 2]), 5);
  });

  it('begins the returns anew where there are other agents than before', () => {
    const normaliser = new RewardNormaliser(0);
    const never = () => false;
    normaliser.normalise(Float32Array.of(1, 2, 3), 3, never, 0.5);
    expect([...normaliser.returns]).toEqual([1, 2, 3]);
    normaliser.normalise(Float32Array.of(4, 8), 1, never, 0.5);
    expect([...normaliser.returns]).toEqual([10]);
    expect(normaliser.statistics).toMatchObject({ rows: 5, mean: 4 });
  });

  it('forgets the running episodes where all are dropped for a lesson, and nothing else', () => {
    const normaliser = new RewardNormaliser(2);
    normaliser.normalise(Float32Array.of(1, 2, 3, 4), 2, () => false, 0.5);
    normaliser.beginAnew();
    expect([...normaliser.returns]).toEqual([0, 0]);
    expect(normaliser.statistics.rows).toBe(4);
  });

  it('keeps rewards within ten deviations', () => {
    const normaliser = new RewardNormaliser(1);
    const rewards = new Float32Array(1000).fill(0.001);
    rewards[999] = -1000;
    expect(normaliser.normalise(rewards, 1, () => true, 0.9)[999]).toBe(-10);
  });
});

describe('an adaptive learning rate', () => {
  const settings = (learningRate: number) =>
    parseConfiguration(
      `behaviors: { W: { hyperparameters: { learning_rate: ${learningRate} }, gaitsmith: { adaptive_learning_rate: { desired_kl: 0.1, min: 1.0e-4, max: 1.0e-3 } } } }`,
      'w.yaml',
      'W',
    ).behavior;

  it('falls after an update that went too far, rises after a timid one, and stays between', () => {
    expect(adaptedFactor(settings(3e-4), 1, 0.21)).toBeCloseTo(1 / 1.5, 6);
    expect(adaptedFactor(settings(3e-4), 1, 0.04)).toBeCloseTo(1.5, 6);
    expect(adaptedFactor(settings(3e-4), 1, 0.12)).toBe(1);
  });

  it('keeps the rate within its limits', () => {
    expect(adaptedFactor(settings(3e-4), 3, 0)).toBeCloseTo(1e-3 / 3e-4, 6);
    expect(adaptedFactor(settings(1.1e-4), 1, 9)).toBeCloseTo(1e-4 / 1.1e-4, 6);
  });

  it('multiplies what the schedule says', () => {
    const update = updateSettings({ ...settings(3e-4), max_steps: 100 }, 50, 2);
    expect(update.learningRate).toBeCloseTo(3e-4, 8);
  });
});

describe('a mirrored buffer', () => {
  it('holds every decision and its image, which is as probable and worth as much', () => {
    const actions = { from: Uint16Array.of(1, 0), signs: Float32Array.of(-1, -1) };
    const buffer = {
      observations: Float32Array.of(1, 2),
      mirroredObservations: Float32Array.of(-1, -2),
      actions: Float32Array.of(0.1, 0.2, 0.3, 0.4),
      logProbabilities: Float32Array.of(-1, -2, -3, -4),
      advantages: Float32Array.of(5, 6),
      returns: Float32Array.of(7, 8),
    };
    const both = withImages(buffer, actions);
    expect([...both.observations]).toEqual([1, 2, -1, -2]);
    expect([...both.mirroredObservations!]).toEqual([-1, -2, 1, 2]);
    expect(both.actions).toEqual(Float32Array.of(0.1, 0.2, 0.3, 0.4, -0.2, -0.1, -0.4, -0.3));
    expect([...both.logProbabilities]).toEqual([-1, -2, -3, -4, -2, -1, -4, -3]);
    expect([...both.advantages, ...both.returns]).toEqual([5, 6, 5, 6, 7, 8, 7, 8]);
    expect([...both.collected!]).toEqual([1, 1, 0, 0]);
  });
});
