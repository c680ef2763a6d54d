/**
 * The update of PPO as one TensorFlow.js function: a minibatch and the state of the learner in, the next state out. What is
 * traced from it is the graph that training spends its learning time in.
 */
import type { TensorsOf } from '../../compile/index.ts';
import { tf } from '../../compile/tensorflow.ts';
import type { ActorCritic, Owner, ParameterRow, Parameters } from '../policy/policy.ts';
import { adamStep } from './adam.ts';
import { batchColumns, criticLossOf, type Loss, lossOf, ML_AGENTS_OBJECTIVE, type Objective } from './objective.ts';
import { lengthOf, OWNERS, rowsOf, tensorsIn } from './parameter-vectors.ts';

/** What a step does with the gradients of a loss. */
export interface Descent {
  readonly objective?: Objective;
  /** All gradients together are scaled down to this norm; null: they are left alone. */
  readonly maxGradientNorm?: number | null;
}

type UpdateInputs = TensorsOf<ReturnType<typeof updateSignature>>;

/** One minibatch: losses, gradients, Adam. */
export function updateStep(networks: ActorCritic, { objective = ML_AGENTS_OBJECTIVE, maxGradientNorm }: Descent = {}) {
  return (inputs: UpdateInputs) =>
    descended(inputs, OWNERS, networks, maxGradientNorm, (parameters) =>
      lossOf(networks, objective, parameters, inputs.batch, inputs),
    );
}

/** One minibatch for the critic alone, of parameters that are its own. */
export function criticStep(networks: ActorCritic, { objective = ML_AGENTS_OBJECTIVE, maxGradientNorm }: Descent = {}) {
  return (inputs: UpdateInputs) =>
    descended(inputs, ['critic'], networks, maxGradientNorm, (parameters) =>
      criticLossOf(networks, objective, parameters, inputs.batch, inputs),
    );
}

function descended(
  inputs: Pick<UpdateInputs, 'parameters' | 'first' | 'second' | 'adam'>,
  owners: readonly Owner[],
  { parameterTable }: ActorCritic,
  maxGradientNorm: number | null | undefined,
  lossAt: (parameters: Parameters<tf.Tensor>) => Loss,
) {
  const tables = owners.map((owner) => rowsOf(parameterTable, owner));
  const statistics: Record<string, tf.Tensor> = {};
  const loss = (...vectors: tf.Tensor[]): tf.Tensor => {
    const made = lossAt(Object.assign({}, ...tables.map((table, index) => tensorsIn(table, vectors[index]!))));
    // The gradient's own scope would dispose of these.
    for (const [name, value] of Object.entries(made.statistics)) statistics[name] = tf.keep(value.clone());
    return made.loss;
  };
  let gradients = tf.grads(loss)(owners.map((owner) => inputs.parameters[owner]!));
  // Not finite where any of a gradient is not.
  const gradientSquares = tf.addN(gradients.map((gradient) => gradient.square().sum()));
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
    const { stepSize, tiny } = inputs.adam[owner];
    const [parameter, m, v] = [inputs.parameters[owner]!, inputs.first[owner]!, inputs.second[owner]!];
    const stepped = adamStep(parameter, gradients[index]!, m, v, stepSize, tiny);
    parameters[owner] = stepped.parameter;
    first[owner] = stepped.first;
    second[owner] = stepped.second;
  });
  return { parameters, first, second, statistics, gradientSquares };
}

/** Shapes of everything that `updateStep` takes. */
export function updateSignature(networks: ActorCritic, batchSize: number, objective = ML_AGENTS_OBJECTIVE) {
  return signatureOf(OWNERS, networks, batchColumns(networks, objective), batchSize);
}

/** Shapes of everything that `criticStep` takes. */
export function criticSignature(networks: ActorCritic, batchSize: number, objective = ML_AGENTS_OBJECTIVE) {
  return signatureOf(['critic'], networks, criticColumns(batchColumns(networks, objective)), batchSize);
}

/** What the critic needs of a minibatch. */
export function criticColumns<Column>(columns: Readonly<Record<string, Column>>): Record<string, Column> {
  const { actions, logProbabilities, advantages, collected, ...needed } = columns;
  return needed;
}

function signatureOf(
  owners: readonly Owner[],
  { parameterTable }: ActorCritic,
  columns: Readonly<Record<string, number>>,
  batchSize: number,
) {
  const parameters = Object.fromEntries(
    owners.map((owner) => [owner, { shape: [lengthOf(rowsOf(parameterTable, owner))] }]),
  );
  const factors = { stepSize: { shape: [] }, tiny: { shape: [] } };
  return {
    parameters,
    first: parameters,
    second: parameters,
    batch: Object.fromEntries(
      Object.entries(columns).map(([name, width]) => [name, { shape: [batchSize, width] as number[] }]),
    ),
    /** Adam's factors of this step; actor and critic may be at different ones. */
    adam: { actor: factors, critic: factors } satisfies Record<Owner, typeof factors>,
    epsilon: { shape: [] },
    beta: { shape: [] },
  };
}

export function parameterSignature(table: readonly ParameterRow[]) {
  return Object.fromEntries(table.map(({ name, shape }) => [name, { shape }]));
}
