/** Networks of dense layers, as ML-Agents has them: each unit reads all of the layer before it. */
import { layerNorm, scaledLinear, standardised } from '../../compile/layer-norm.ts';
import type { tf } from '../../compile/tensorflow.ts';
import { activations } from './activations.ts';
import { type InitialWeights, layerStart } from './initial-weights.ts';
import { type LinearLayer, type Network, type ParameterRow, type Parameters, sizeOf } from './network.ts';

type Tensors = Parameters<tf.Tensor>;

/** What a layer reads: numbers, and the name of a layer norm whose scale and shift have yet to be applied to them. */
interface Features {
  readonly values: tf.Tensor;
  readonly norm?: string;
}

/** The parameters of a linear layer. Weights are stored [in, out]. */
export function denseRows(network: Network, layer: LinearLayer, initial: InitialWeights): ParameterRow[] {
  const { name, from, to, place } = layer;
  const [inputs, outputs] = [sizeOf(network, from), sizeOf(network, to)];
  const { weight, bias } = layerStart(initial, place, inputs, outputs);
  return [
    { name: `${name}.weight`, shape: [inputs, outputs], start: weight },
    { name: `${name}.bias`, shape: [outputs], start: bias },
  ];
}

/** Everything but the heads, from normalised observations [batch, observationSize]. */
export function denseBody(network: Network, name: string, parameters: Tensors, observations: tf.Tensor): Features {
  const { layers, layerNorm: hasNorms, activation = 'swish' } = network;
  const activate = activations[activation];
  let features: Features = { values: observations };
  for (let layer = 0; layer < layers; layer++) {
    const sums = denseHead(`${name}.hidden${layer}`, parameters, features);
    const norm = `${name}.norm${layer}`;
    if (!hasNorms) features = { values: activate(sums) };
    else if (activation === 'none') features = { values: standardised(sums), norm };
    else features = { values: activate(layerNorm(sums, parameters[`${norm}.scale`]!, parameters[`${norm}.shift`]!)) };
  }
  return features;
}

/** A linear layer: a head of the network, or part of its body. */
export function denseHead(name: string, parameters: Tensors, { values, norm }: Features): tf.Tensor {
  const [weight, bias] = [parameters[`${name}.weight`]!, parameters[`${name}.bias`]!];
  if (!norm) return values.matMul(weight).add(bias);
  return scaledLinear(values, parameters[`${norm}.scale`]!, parameters[`${norm}.shift`]!, weight, bias);
}
