/**
 * How far an update has moved the policy: the Kullback-Leibler divergence of two Gaussian policies by its formula, on states
 * that were met. Nothing is sampled in it but the states, so it is known from a few hundred of them.
 */
import type { DenseTensor, Engine, RunnableFunction, TensorsOf } from '../../compile/index.ts';
import { spreadRows } from '../collect/rows.ts';
import { actorCritic, type Network, type ParameterRow, type Parameters, parametersOf } from '../policy/policy.ts';

/** States that it is told of, spread evenly over those that were collected. */
const STATES = 512;

/** What the actions of a policy are drawn from, in some states. */
export interface Gaussians {
  readonly means: Float32Array; // [states, actionSize]
  readonly logDeviation: Float32Array; // [actionSize]
}

/**
 * The mean over states of KL(before || after), in nats: the sum over the dimensions of an action, which are independent, of
 * log(s' / s) + (s^2 + (m - m')^2) / (2 s'^2) - 1/2, with m and s before and m' and s' after.
 */
export function gaussianDivergence(before: Gaussians, after: Gaussians): number {
  const actions = before.logDeviation.length;
  const states = before.means.length / actions;
  let sum = 0;
  for (let action = 0; action < actions; action++) {
    const change = after.logDeviation[action]! - before.logDeviation[action]!;
    const variance = Math.exp(2 * after.logDeviation[action]!);
    let squares = 0;
    for (let at = action; at < before.means.length; at += actions) {
      squares += (before.means[at]! - after.means[at]!) ** 2;
    }
    sum += states * (change + Math.exp(-2 * change) / 2 - 0.5) + squares / (2 * variance);
  }
  return sum / states;
}

type Means = RunnableFunction<ReturnType<typeof meansSignature>, ReturnType<ReturnType<typeof meansOf>>>;

/** Measures it for the actors of one network. */
export class PolicyDivergence {
  readonly #network: Network;
  readonly #means: Means;

  private constructor(network: Network, means: Means) {
    this.#network = network;
    this.#means = means;
  }

  static async prepare(network: Network, engine: Engine): Promise<PolicyDivergence> {
    return new PolicyDivergence(network, await engine.prepare(meansOf(network), meansSignature(network)));
  }

  /**
   * @param before the parameters that an update began with, @param after and those that it ended with.
   * @param seen the states as the networks see them, [rows, observationSize]: those that were met, not their mirror images.
   */
  async of(before: Parameters<Float32Array>, after: Parameters<Float32Array>, seen: Float32Array): Promise<number> {
    const { observationSize } = this.#network;
    const data = spreadRows(seen, observationSize, STATES);
    const observations: DenseTensor = {
      type: 'float32',
      shape: [data.length / observationSize, observationSize],
      data,
    };
    const gaussians = async (parameters: Parameters<Float32Array>): Promise<Gaussians> => {
      const own = rowsOfMeans(this.#network).map(({ name }) => [name, parameters[name]!] as const);
      const { means } = await this.#means.run({ parameters: Object.fromEntries(own), observations });
      return { means: means.data as Float32Array, logDeviation: parameters['actor.logDeviation']! };
    };
    return gaussianDivergence(await gaussians(before), await gaussians(after));
  }

  async release(): Promise<void> {
    await this.#means.release();
  }
}

function meansOf(network: Network) {
  const { actionMeans } = actorCritic(network);
  return ({ parameters, observations }: TensorsOf<ReturnType<typeof meansSignature>>) => ({
    means: actionMeans(parameters, observations),
  });
}

function meansSignature(network: Network) {
  return {
    parameters: Object.fromEntries(rowsOfMeans(network).map(({ name, shape }) => [name, { shape }])),
    observations: { shape: ['batch', network.observationSize] },
  };
}

/** The parameters that means are computed from: the deviation is none of them. */
function rowsOfMeans(network: Network): ParameterRow[] {
  return parametersOf(network, 'actor').filter(({ name }) => name !== 'actor.logDeviation');
}
