/**
 * A tf.layers model as a function of its inputs and its weights: what tracing wants, and a training step too.
 *
 *   const net = layersFunction(model);
 *   const step = await compile(
 *     ({ x, target, weights }) => net.gradients(weights, { x }, ({ y }) => tf.losses.meanSquaredError(target, y)),
 *     { x: net.inputs.x, target: { shape: ['batch', 1] }, weights: net.weights },
 *   );
 *
 * A model keeps its weights in variables of its own. While it is applied here, these hold the tensors that were given in
 * their place, and what a layer writes to one (batch normalisation's running mean) is caught and handed back.
 */
import { UserError } from '../base/failure/user-error.ts';
import type { DenseTensor } from './onnxruntime.ts';
import type { DataType, TensorSpec } from './signature.ts';
import { tf } from './tensorflow.ts';
import { TraceError } from './trace-error.ts';

export type Tensors = Record<string, tf.Tensor>;
export type TensorSpecs = Record<string, TensorSpec>;

export interface LayersFunction {
  /** The model's inputs by their names; the size of the batch is open: 'batch'. */
  readonly inputs: TensorSpecs;
  /** Every weight by its name in the model: 'dense_Dense1/kernel'. */
  readonly weights: TensorSpecs;
  /** The names of those weights that training changes by their gradients. */
  readonly trainable: readonly string[];
  /** What the model's weights are now. */
  values(): Record<string, DenseTensor>;
  /**
   * Applies the model.
   *
   * @param weights every one of them; default what the model holds.
   * @param options.training whether its layers behave as in training; default no.
   * @returns the outputs by their names, and the new values of those weights that the layers have written.
   * @throws TraceError in training, where a layer draws random numbers: tfjs would draw them once, while tracing.
   */
  apply(weights: Tensors | undefined, inputs: Tensors, options?: { readonly training?: boolean }): Applied;
  /**
   * The gradients of a loss by the trainable weights, with the layers in training.
   *
   * @param loss from the outputs by their names to a scalar. A layer's regulariser is not in it unless you add it.
   */
  gradients(weights: Tensors, inputs: Tensors, loss: (outputs: Tensors) => tf.Scalar): LossAndGradients;
}

export interface Applied {
  readonly outputs: Tensors;
  readonly updates: Tensors;
}

export interface LossAndGradients {
  readonly loss: tf.Scalar;
  /** By the weights' names. */
  readonly gradients: Tensors;
  /** New values of the weights that layers have written. */
  readonly updates: Tensors;
}

/** What a weight is inside tf.layers, where the types don't show it. */
interface LayerVariable {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly trainable: boolean;
  val: tf.Tensor;
  write(value: tf.Tensor): LayerVariable;
  readonly constraint: { apply(value: tf.Tensor): tf.Tensor } | null;
}

/** @throws UserError for a model that has not been built. */
export function layersFunction(model: tf.LayersModel): LayersFunction {
  const variables = variablesOf(model);
  const weights = Object.fromEntries(variables.map(({ name, shape, dtype }) => [name, { shape, dtype }]));
  const trainable = (model.trainableWeights as unknown as LayerVariable[]).map(({ name }) => name);

  /** As `apply`; the updates live until they are disposed of, whatever scope the layers wrote them in. */
  function applied(given: Tensors | undefined, inputs: Tensors, training: boolean): Applied {
    if (training) refuseRandomLayers(model);
    const updates: Tensors = {};
    const release = substitute(variables, given, updates);
    const remember = forgetStates(model);
    try {
      const tensors = model.inputNames.map((name) => inputs[name] ?? missing(`input "${name}"`, model.inputNames));
      const made = model.apply(tensors, { training }) as tf.Tensor | tf.Tensor[];
      const list = Array.isArray(made) ? made : [made];
      return { outputs: Object.fromEntries(list.map((each, at) => [model.outputNames[at]!, each])), updates };
    } finally {
      remember();
      release();
    }
  }

  return {
    inputs: inputsOf(model),
    weights,
    trainable,
    values: () =>
      Object.fromEntries(
        variables.map(({ name, shape, dtype, val }) => [
          name,
          { type: dtype, shape, data: val.dataSync().slice() as Float32Array },
        ]),
      ),
    apply(given, inputs, { training = false } = {}) {
      const { outputs, updates } = applied(given, inputs, training);
      return { outputs, updates: handedOver(updates) };
    },
    gradients(given, inputs, loss) {
      let updates: Tensors = {};
      const { value, grads } = tf.valueAndGrads((...chosen: tf.Tensor[]) => {
        const parameters = Object.fromEntries(chosen.map((each, index) => [trainable[index]!, each]));
        const made = applied({ ...given, ...parameters }, inputs, true);
        updates = made.updates;
        return loss(made.outputs);
      })(trainable.map((name) => given[name] ?? missing(`weight "${name}"`, trainable)));
      const gradients = Object.fromEntries(grads.map((gradient, index) => [trainable[index]!, gradient]));
      return { loss: value as tf.Scalar, gradients, updates: handedOver(updates) };
    },
  };
}

/** The variables that hold a model's weights. */
export function variablesOf(model: tf.LayersModel): readonly LayerVariable[] {
  if (!(model.inputs?.length > 0)) {
    throw new UserError({
      what: `the model "${model.name}" has not been built, so its shapes are not known`,
      mend: 'give its first layer an inputShape',
    });
  }
  // A sequential model puts off the last step until it is first used.
  if (!model.built) (model as tf.Sequential).build();
  return model.weights as unknown as LayerVariable[];
}

function inputsOf(model: tf.LayersModel): TensorSpecs {
  const specs = model.inputs.map(({ shape, dtype }, index): [string, TensorSpec] => {
    const name = model.inputNames[index]!;
    const sizes = shape.map((size, axis) => size ?? (axis === 0 ? 'batch' : `${name}_${axis}`));
    return [name, { shape: sizes, dtype: (dtype ?? 'float32') as DataType }];
  });
  return Object.fromEntries(specs);
}

/** Puts tensors in the place of the weights and listens to what is written; the returned function undoes it. */
function substitute(variables: readonly LayerVariable[], given: Tensors | undefined, updates: Tensors): () => void {
  const names = variables.map(({ name }) => name);
  const own = variables.map(({ val }) => val);
  for (const variable of variables) {
    const { name, val, constraint } = variable;
    variable.val = given ? (given[name] ?? missing(`weight "${name}"`, names)) : val;
    variable.write = (value) => {
      // A layer writes inside a scope of its own, at whose end the new value would be gone.
      const next = tf.keep(constraint ? constraint.apply(value) : tf.clone(value));
      updates[name]?.dispose();
      updates[name] = next;
      variable.val = next;
      return variable;
    };
  }
  return () => {
    for (const [index, variable] of variables.entries()) {
      variable.val = own[index]!;
      // The instance's own property hides the class's method; without it the method is back.
      Reflect.deleteProperty(variable, 'write');
    }
  };
}

/** A layer with what it may be made of, which the types don't show. */
interface AnyLayer {
  _stateful?: boolean;
  readonly layers?: readonly AnyLayer[];
  readonly layer?: AnyLayer;
  readonly forwardLayer?: AnyLayer;
  readonly backwardLayer?: AnyLayer;
}

/**
 * Lets the stateful layers of a model start from zeros and keep no state, so that what they hold from the model's own
 * predictions neither comes into the function nor is overwritten by it; the returned function undoes it.
 */
function forgetStates(model: object): () => void {
  const stateful = [...withInner(model as AnyLayer)].filter(({ _stateful }) => _stateful);
  for (const layer of stateful) layer._stateful = false;
  return () => {
    for (const layer of stateful) layer._stateful = true;
  };
}

/** A layer and all that it is made of: models, wrappers, the two directions of a bidirectional one. */
function* withInner(layer: AnyLayer): Generator<AnyLayer> {
  yield layer;
  const inner = [...(layer.layers ?? []), layer.layer, layer.forwardLayer, layer.backwardLayer];
  for (const each of inner) if (each) yield* withInner(each);
}

/** Tensors that were kept become ordinary ones of the scope that is open now. */
function handedOver(kept: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(kept).map(([name, tensor]) => {
      const own = tf.clone(tensor);
      tensor.dispose();
      return [name, own];
    }),
  );
}

/** Keys in a layer's configuration that make it draw random numbers in training. */
const randomness = new Set(['rate', 'dropout', 'recurrentDropout']);

function refuseRandomLayers({ layers }: tf.LayersModel): void {
  for (const layer of layers) {
    if (layer.getClassName() === 'GaussianNoise' || isRandom(layer.getConfig())) {
      throw new TraceError(
        `the layer "${layer.name}" (${layer.getClassName()}) draws random numbers in training, which tfjs would draw ` +
          'only once, while tracing; leave dropout out, or write it with randomNormalLike',
      );
    }
  }
}

function isRandom(config: unknown): boolean {
  return (
    typeof config === 'object' &&
    config !== null &&
    Object.entries(config).some(([key, value]) => (randomness.has(key) ? Number(value) > 0 : isRandom(value)))
  );
}

function missing(what: string, expected: readonly string[]): never {
  throw new UserError({ what: `missing ${what}`, expected: `all of ${expected.join(', ')}` });
}
