/** A policy where it acts: its session is let go of, whatever comes of the work; and what an action is drawn as. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import { openForThread, Session } from '../../../compile/onnxruntime.ts';
import { playHeldOut } from '../../../train/judge/trials.ts';
import { drawAction, spreadOf, whileActing } from '../../../train/policy/acting-policy.ts';
import { actingModel } from '../../../train/policy/actor.ts';
import { Normaliser } from '../../../train/policy/normaliser.ts';
import { initialParameters } from '../../../train/policy/policy.ts';
import { behavior, createEnvironment } from '../fixtures/pointing-environment.ts';

const network = { observationSize: 3, actionSize: 2, hiddenUnits: 4, layers: 1 };
const parameters = initialParameters(network, 1);
const policy = {
  model: actingModel({ network, parameters, normaliser: new Normaliser(3) }),
  logDeviation: parameters['actor.logDeviation']!,
  deterministic: false,
};

afterEach(() => {
  vi.restoreAllMocks();
});

describe("an acting policy's session", () => {
  it('is released once the work is done, and where it throws', async () => {
    const release = vi.spyOn(Session.prototype, 'release');
    const observations = { type: 'float32', shape: [1, 3], data: new Float32Array(3) } as const;
    const { means } = await whileActing(openForThread, policy, ({ session }) => session.run({ observations }));
    expect(means!.shape).toEqual([1, 2]);
    expect(release).toHaveBeenCalledTimes(1);
    const failing = whileActing(openForThread, policy, async () => {
      throw new Error('the world is gone');
    });
    await expect(failing).rejects.toThrow('the world is gone');
    expect(release).toHaveBeenCalledTimes(2);
  });

  it('and the world of a held-out trial are let go of where the trial throws', async () => {
    const release = vi.spyOn(Session.prototype, 'release');
    const close = vi.fn(async () => {});
    const world = {
      behavior,
      async createEnvironment(options: Parameters<typeof createEnvironment>[0]) {
        const environment = await createEnvironment(options);
        const broken = async () => {
          throw new Error('the world broke down');
        };
        return Object.assign(environment, { step: broken, close });
      },
    };
    const trials = [{ condition: 0, parameters: {}, agent: 0, episode: 0 }];
    const played = whileActing(openForThread, policy, (acting) => playHeldOut(world, acting, trials, () => {}));
    await expect(played).rejects.toThrow('broke down');
    expect([release, close].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  });
});

describe('an action', () => {
  const into = () => ({
    actions: new Float32Array(2),
    logProbabilities: new Float32Array(2),
    at: 0,
    squashed: new Float32Array(2),
    squashedAt: 0,
  });

  it('is the mean plus as much noise as its deviation, and reaches the agent within [-1, 1]', () => {
    const [one, other] = [into(), into()];
    drawAction(Float32Array.of(0.5, 30), 0, spreadOf(Float32Array.of(0, 0)), new RandomStream(3), one);
    drawAction(Float32Array.of(0.5, 30), 0, spreadOf(Float32Array.of(Math.log(2), 0)), new RandomStream(3), other);
    const random = new RandomStream(3);
    const noise = random.normal();
    expect(one.actions[0]).toBeCloseTo(0.5 + noise, 6);
    expect(other.actions[0]).toBeCloseTo(0.5 + 2 * noise, 6);
    expect(one.squashed[0]).toBeCloseTo((0.5 + noise) / 3, 6);
    expect(one.squashed[1]).toBe(1);
  });

  it('has the log-density of its normal distribution: -0.918939 at the mean of a deviation of 1, and as much less as noise is rare', () => {
    const drawn = into();
    drawAction(Float32Array.of(0, 1), 0, spreadOf(Float32Array.of(0, 0)), undefined, drawn);
    expect([...drawn.actions]).toEqual([0, 1]);
    expect(drawn.logProbabilities[0]).toBeCloseTo(-0.918939, 5);
    drawAction(Float32Array.of(0, 1), 0, spreadOf(Float32Array.of(0, 0)), new RandomStream(5), drawn);
    expect(drawn.logProbabilities[0]).toBeCloseTo(-0.918939 - drawn.actions[0]! ** 2 / 2, 5);
  });
});
