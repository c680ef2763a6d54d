/**
 * The update of PPO as one TensorFlow.js function: a minibatch and the state of the learner in, the next state out. What is
 * traced from it is the graph that training spends its learning time in.
 */
import type { TensorsOf } from '../compile/index.ts';
import { tf } from '../compile/tensorflow.ts';
import { adamStep } from './adam.ts';
import { divergence, entropyOf, logProbabilities, policyLoss, valueLoss } from './losses.ts';
import type { ActorCritic, ParameterRow } from './policy.ts';

const VALUE_LOSS_WEIGHT = 0.5;

type UpdateInputs = TensorsOf<ReturnType<typeof updateSignature>>;

/** One minibatch: losses, gradients, Adam. */
export function updateStep({ parameterTable, actionMeans, stateValues }: ActorCritic) {
  const names = parameterTable.map(({ name }) => name);
  return (inputs: UpdateInputs) => {
    const { batch, epsilon, beta, stepSize, tiny } = inputs;
    const statistics: Record<string, tf.Tensor> = {};

    const loss = (...values: tf.Tensor[]): tf.Tensor => {
      const parameters = Object.fromEntries(names.map((name, index) => [name, values[index]!]));
      const logDeviation = parameters['actor.logDeviation']!;
      const means = actionMeans(parameters, batch.observations);
      const logRatio = logProbabilities(batch.actions, means, logDeviation).sub(batch.logProbabilities);
      const policy = policyLoss(logRatio, batch.advantages, epsilon);
      const value = valueLoss(stateValues(parameters, batch.observations), batch.returns);
      const entropy = entropyOf(logDeviation);
      // The gradient's own scope would dispose of these.
      statistics['policyLoss'] = tf.keep(policy.clone());
      statistics['valueLoss'] = tf.keep(value.clone());
      statistics['entropy'] = tf.keep(entropy.clone());
      statistics['divergence'] = tf.keep(divergence(logRatio));
      return policy.add(value.mul(VALUE_LOSS_WEIGHT)).sub(entropy.mul(beta));
    };
    const gradients = tf.grads(loss)(names.map((name) => inputs.parameters[name]!));

    const parameters: Record<string, tf.Tensor> = {};
    const first: Record<string, tf.Tensor> = {};
    const second: Record<string, tf.Tensor> = {};
    names.forEach((name, index) => {
      const stepped = adamStep(
        inputs.parameters[name]!,
        gradients[index]!,
        inputs.first[name]!,
        inputs.second[name]!,
        stepSize,
        tiny,
      );
      parameters[name] = stepped.parameter;
      first[name] = stepped.first;
      second[name] = stepped.second;
    });
    // One number of each parameter's gradient, in the order of the table: not finite where any of it is not.
    const gradientSquares = tf.concat(gradients.map((gradient) => gradient.square().sum().reshape([1])));
    return { parameters, first, second, statistics, gradientSquares };
  };
}

/** Shapes of everything that `updateStep` takes. */
export function updateSignature({ observationSize, actionSize, parameterTable }: ActorCritic, batchSize: number) {
  const parameters = parameterSignature(parameterTable);
  return {
    parameters,
    first: parameters,
    second: parameters,
    batch: {
      observations: { shape: [batchSize, observationSize] },
      actions: { shape: [batchSize, actionSize] },
      logProbabilities: { shape: [batchSize, actionSize] },
      advantages: { shape: [batchSize, 1] },
      returns: { shape: [batchSize, 1] },
    },
    stepSize: { shape: [] },
    tiny: { shape: [] },
    epsilon: { shape: [] },
    beta: { shape: [] },
  };
}

export function parameterSignature(table: readonly ParameterRow[]) {
  return Object.fromEntries(table.map(({ name, shape }) => [name, { shape }]));
}
