/**
 * An optimiser of tf.train as a function, from parameters, gradients and its state to the next ones.
 *
 * tf.train keeps its state in variables and assigns them. Here each step makes the optimiser anew, on variables that hold
 * what was given, lets tf.train do its own arithmetic, and reads the variables. So the formulas are tfjs's own.
 */
import { UserError } from '../base/failure/user-error.ts';
import type { TensorSpecs, Tensors } from './layers-function.ts';
import type { DenseTensor } from './onnxruntime.ts';
import { scoped } from './scoped.ts';
import { tf } from './tensorflow.ts';

export interface OptimiserFunction {
  /** The state by name: a parameter's name with what tf.train appends ('…/m', '…/v'), and Adam's powers of its decay rates. */
  state(parameters: TensorSpecs): TensorSpecs;
  /** The state before the first step. */
  initialState(parameters: TensorSpecs): Record<string, DenseTensor>;
  /**
   * One step.
   *
   * @param state may hold more than the state, as `gradients` may hold more than the parameters'.
   */
  step(parameters: Tensors, gradients: Tensors, state: Tensors): OptimiserStep;
}

export interface OptimiserStep {
  readonly parameters: Tensors;
  readonly state: Tensors;
}

interface Kind {
  /** Where it keeps an average for each parameter, and what that is called after the parameter's name. */
  readonly averages: Readonly<Record<string, string>>;
  /** Where it keeps a number. */
  readonly scalars: readonly string[];
}

const kinds: Readonly<Record<string, Kind>> = {
  SGD: { averages: {}, scalars: [] },
  Momentum: { averages: { accumulations: 'momentum' }, scalars: [] },
  RMSProp: {
    averages: { accumulatedMeanSquares: 'rms', accumulatedMoments: 'momentum', accumulatedMeanGrads: 'mg' },
    scalars: [],
  },
  Adam: {
    averages: { accumulatedFirstMoment: 'm', accumulatedSecondMoment: 'v' },
    scalars: ['accBeta1', 'accBeta2'],
  },
};

type Averages = { originalName: string; variable: tf.Variable }[];

/**
 * @param make one of tf.train's sgd, momentum, rmsprop and adam: `() => tf.train.adam(1e-3)`. Its numbers, the learning
 *   rate among them, become constants of the graph.
 * @throws UserError for any other optimiser.
 */
export function optimiserFunction(make: () => tf.Optimizer): OptimiserFunction {
  const { averages, scalars } = scoped(() => describe(make));
  const ofEach = <T>(names: readonly string[], of: (name: string) => T): [string, T][] =>
    names.flatMap((name) => averages.map(([, ending]): [string, T] => [`${name}/${ending}`, of(name)]));
  return {
    state: (parameters) =>
      Object.fromEntries([
        ...ofEach(Object.keys(parameters), (name) => parameters[name]!),
        ...scalars.map(({ field }) => [field, { shape: [] }] as const),
      ]),
    initialState: (parameters) =>
      Object.fromEntries([
        ...ofEach(Object.keys(parameters), (name) => zeros(parameters[name]!.shape as readonly number[])),
        ...scalars.map(({ field, beginning }) => [
          field,
          { type: 'float32', shape: [], data: Float32Array.of(beginning) } as const,
        ]),
      ]),
    step(parameters, gradients, state) {
      const optimiser = make();
      const names = Object.keys(parameters);
      const lists = optimiser as unknown as Record<string, Averages>;
      const numbers = optimiser as unknown as Record<string, tf.Variable>;
      // A name of its own: the engine knows every variable by its name, and a model's weights are variables already.
      const held = names.map((name) => tf.variable(parameters[name]!, true, `stepped ${name}`));
      for (const [field, ending] of averages) {
        lists[field] = names.map((name) => ({
          originalName: name,
          variable: tf.variable(state[`${name}/${ending}`]!, false),
        }));
      }
      for (const { field } of scalars) {
        numbers[field]!.dispose();
        numbers[field] = tf.variable(state[field]!, false);
      }
      optimiser.applyGradients(Object.fromEntries(names.map((name, index) => [held[index]!.name, gradients[name]!])));
      const next = {
        parameters: Object.fromEntries(names.map((name, index) => [name, tf.clone(held[index]!)])),
        state: Object.fromEntries([
          ...names.flatMap((name, index) =>
            averages.map(([field, ending]) => [`${name}/${ending}`, tf.clone(lists[field]![index]!.variable)]),
          ),
          ...scalars.map(({ field }) => [field, tf.clone(numbers[field]!)]),
        ]),
      };
      for (const variable of held) variable.dispose();
      optimiser.dispose();
      return next;
    },
  };
}

function zeros(shape: readonly number[]): DenseTensor {
  return { type: 'float32', shape, data: new Float32Array(shape.reduce((product, size) => product * size, 1)) };
}

/** Where an optimiser keeps its state, and what its numbers begin with. */
function describe(make: () => tf.Optimizer) {
  const optimiser = make();
  const name = optimiser.getClassName();
  const kind = kinds[name];
  if (!kind) {
    throw new UserError({
      what: `the optimiser ${name} cannot be traced`,
      expected: `one of ${Object.keys(kinds).join(', ')}`,
      mend: 'write its step as a function of tensors',
    });
  }
  const { centered } = optimiser.getConfig();
  const averages = Object.entries(kind.averages).filter(([, ending]) => ending !== 'mg' || centered);
  const held = optimiser as unknown as Record<string, tf.Variable>;
  const scalars = kind.scalars.map((field) => ({ field, beginning: held[field]!.dataSync()[0]! }));
  optimiser.dispose();
  return { averages, scalars };
}
