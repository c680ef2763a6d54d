/**
 * The update of PPO as TensorFlow.js functions. What is traced from them are the graphs that training spends its learning time
 * in: `gradientOf`, from the rows of a minibatch to the gradient of a loss, and `descent`, from gradients and the state of the
 * learner to its next state. What runs them on a minibatch is minibatch-step.ts.
 */
import type { TensorsOf } from '../../compile/index.ts';
import { tf } from '../../compile/tensorflow.ts';
import type { ActorCritic, Owner } from '../policy/policy.ts';
import { adamStep } from './adam.ts';
import {
  actorColumns,
  actorLossOf,
  batchColumns,
  criticColumns,
  criticLossOf,
  type LossFunction,
  lossOf,
  ML_AGENTS_OBJECTIVE,
  type Objective,
} from './objective.ts';
import { lengthOf, OWNERS, rowsOf } from './parameter-vectors.ts';

/** What of the networks has a gradient by itself: actor and critic, or both where they stand on one body. */
export interface Part {
  readonly owners: readonly Owner[];
  readonly loss: LossFunction;
  readonly columns: typeof batchColumns;
}

export function partsOf({ sharedBody }: ActorCritic): readonly Part[] {
  if (sharedBody) return [{ owners: OWNERS, loss: lossOf, columns: batchColumns }];
  return [
    { owners: ['actor'], loss: actorLossOf, columns: actorColumns },
    { owners: ['critic'], loss: criticLossOf, columns: criticColumns },
  ];
}

/**
 * The gradient of a part's loss by the parameters of its owners, from some rows of a minibatch.
 *
 * @param weight what these rows' loss counts for among those of the minibatch.
 */
export function gradientOf(
  { owners, loss }: Part,
  networks: ActorCritic,
  objective = ML_AGENTS_OBJECTIVE,
  weight: number,
) {
  const names = rowsOf(networks.parameterTable, owners).map(({ name }) => name);
  return ({ parameters, batch, ...scalars }: TensorsOf<ReturnType<typeof gradientSignature>>) => {
    const statistics: Record<string, tf.Tensor> = {};
    const lossAt = (...values: tf.Tensor[]): tf.Tensor => {
      const named = Object.fromEntries(names.map((name, index) => [name, values[index]!]));
      const made = loss(networks, objective, named, batch, scalars);
      // The gradient's own scope would dispose of these.
      for (const [name, value] of Object.entries(made.statistics)) statistics[name] = tf.keep(value.clone());
      return weight === 1 ? made.loss : made.loss.mul(weight);
    };
    const gradients = tf.grads(lossAt)(names.map((name) => parameters[name]!));
    return { gradients: Object.fromEntries(names.map((name, index) => [name, gradients[index]!])), statistics };
  };
}

/** Shapes of everything that `gradientOf` takes. */
export function gradientSignature(part: Part, networks: ActorCritic, objective = ML_AGENTS_OBJECTIVE, rows: number) {
  const columns = Object.entries(part.columns(networks, objective));
  const parameters = rowsOf(networks.parameterTable, part.owners);
  return {
    parameters: Object.fromEntries(parameters.map(({ name, shape }) => [name, { shape }])),
    batch: Object.fromEntries(columns.map(([name, width]) => [name, { shape: [rows, width] as number[] }])),
    epsilon: { shape: [] },
    beta: { shape: [] },
  };
}

/**
 * Steps on several minibatches, one after the other, without a norm over all gradients: what `gradientOf` and `descent` do, in one
 * graph, so that gradients stay inside, and so does all but the last state.
 *
 * @param shards of each minibatch.
 */
export function stepsOf(part: Part, networks: ActorCritic, objective: Objective, shards: number) {
  const gradient = gradientOf(part, networks, objective, 1 / shards);
  const names = rowsOf(networks.parameterTable, part.owners).map(({ name }) => name);
  return ({ minibatches, epsilon, beta, ...state }: TensorsOf<ReturnType<typeof stepsSignature>>) => {
    let { parameters, first, second } = state;
    const met = minibatches.map(({ adam, shards: batches }) => {
      const computed = batches.map((batch) => gradient({ parameters, batch, epsilon, beta }));
      const squares: tf.Tensor[] = [];
      const stepped = names.map((name) => {
        const sum = tf.addN(computed.map(({ gradients }) => gradients[name]!));
        squares.push(sum.square().sum());
        return adamStep(parameters[name]!, sum, first[name]!, second[name]!, adam.stepSize, adam.tiny);
      });
      const after = (key: keyof (typeof stepped)[number]) =>
        Object.fromEntries(names.map((name, index) => [name, stepped[index]![key]]));
      [parameters, first, second] = [after('parameter'), after('first'), after('second')];
      const gradientSquares = tf.addN(squares);
      const statistics = part.owners.length === 1 ? { [normName(part.owners[0]!)]: gradientSquares.sqrt() } : {};
      return { gradientSquares, statistics, shards: computed.map((each) => each.statistics) };
    });
    return { parameters, first, second, minibatches: met };
  };
}

/**
 * Shapes of everything that `stepsOf` takes.
 *
 * @param minibatches how many.
 * @param rows of a shard.
 */
export function stepsSignature(
  part: Part,
  networks: ActorCritic,
  objective: Objective,
  { minibatches, shards, rows }: Readonly<Record<'minibatches' | 'shards' | 'rows', number>>,
) {
  const { parameters, batch, ...scalars } = gradientSignature(part, networks, objective, rows);
  const minibatch = {
    adam: { stepSize: { shape: [] as number[] }, tiny: { shape: [] as number[] } },
    shards: Array.from({ length: shards }, () => batch),
  };
  return {
    parameters,
    first: parameters,
    second: parameters,
    minibatches: Array.from({ length: minibatches }, () => minibatch),
    ...scalars,
  };
}

/** The gradients of each owner are added up, and Adam takes a step along them. */
export function descent(owners: readonly Owner[], networks: ActorCritic, maxGradientNorm?: number | null) {
  return (inputs: TensorsOf<ReturnType<typeof descentSignature>>) => {
    let gradients = owners.map((owner) => tf.addN(inputs.gradients[owner]!));
    // Not finite where any of a gradient is not.
    const squares = gradients.map((gradient) => gradient.square().sum());
    const gradientSquares = tf.addN(squares);
    const statistics: Record<string, tf.Tensor> = Object.fromEntries(
      owners.map((owner, index) => [normName(owner), normByParameters(gradients[index]!, owner, networks)]),
    );
    if (maxGradientNorm) {
      const norm = gradientSquares.sqrt();
      statistics['gradientNorm'] = norm;
      // The 1e-6 is torch's.
      const factor = tf.div(maxGradientNorm, norm.add(1e-6)).minimum(1);
      gradients = gradients.map((gradient) => gradient.mul(factor));
    }

    const parameters: Record<string, tf.Tensor> = {};
    const first: Record<string, tf.Tensor> = {};
    const second: Record<string, tf.Tensor> = {};
    owners.forEach((owner, index) => {
      const { stepSize, tiny } = inputs.adam[owner]!;
      const [parameter, m, v] = [inputs.parameters[owner]!, inputs.first[owner]!, inputs.second[owner]!];
      const stepped = adamStep(parameter, gradients[index]!, m, v, stepSize, tiny);
      parameters[owner] = stepped.parameter;
      first[owner] = stepped.first;
      second[owner] = stepped.second;
    });
    return { parameters, first, second, statistics, gradientSquares };
  };
}

const normName = (owner: Owner) => `${owner}GradientNorm`;

/** The norm of a gradient, its squares added up parameter by parameter as `stepsOf` does: so both tell the same bits. */
function normByParameters(gradient: tf.Tensor, owner: Owner, { parameterTable }: ActorCritic): tf.Tensor {
  let start = 0;
  const squares = rowsOf(parameterTable, [owner]).map(({ shape }) => {
    const size = tf.util.sizeFromShape([...shape]);
    start += size;
    return gradient
      .slice([start - size], [size])
      .reshape([...shape])
      .square()
      .sum();
  });
  return tf.addN(squares).sqrt();
}

/**
 * Shapes of everything that `descent` takes.
 *
 * @param shards gradients of each owner.
 */
export function descentSignature(owners: readonly Owner[], networks: ActorCritic, shards: number) {
  const vectors = vectorShapes(owners, networks);
  const factors = { stepSize: { shape: [] }, tiny: { shape: [] } };
  return {
    parameters: vectors,
    first: vectors,
    second: vectors,
    gradients: Object.fromEntries(owners.map((owner) => [owner, new Array(shards).fill(vectors[owner]!)])) as Record<
      string,
      { readonly shape: number[] }[]
    >,
    /** Adam's factors of this step; actor and critic may be at different ones. */
    adam: Object.fromEntries(owners.map((owner) => [owner, factors])),
  };
}

function vectorShapes(owners: readonly Owner[], { parameterTable }: ActorCritic): Record<string, { shape: number[] }> {
  return Object.fromEntries(owners.map((owner) => [owner, { shape: [lengthOf(rowsOf(parameterTable, [owner]))] }]));
}
