/**
 * Tracing: a function written in TensorFlow.js in, an ONNX model out.
 *
 * tfjs computes nothing itself. tf.add(a, b) looks up the kernel 'Add' of the active backend and calls it, and gradients
 * are made of kernel calls as well. So a backend is registered whose kernels only write down what they were asked
 * (backend.ts), the function is run once under it with symbolic inputs, and what it wrote down is a graph with its
 * gradients, optimiser and all:
 *
 *   1. the signature's inputs become symbolic tensors; dynamic sizes are played by stand-in numbers (sizes.ts);
 *   2. each kernel call finds its row in the operator table (table.ts), which appends ONNX nodes to the recorder
 *      (recorder.ts) and says which shape comes out;
 *   3. the tensors that the function returns become the graph's outputs, under their paths as names;
 *   4. passes tidy the graph: equal sub-expressions, matrix product and bias to Gemm, dead code (passes/passes.ts).
 *
 * With dynamic sizes all of it happens twice with different stand-ins, and the recordings must be equal: a size that
 * slipped into a number somewhere is found and named instead of giving wrong results for every other batch. So is a branch
 * on a size, by calling the function with 1 and 2 as well (calls.ts).
 */
import { type Graph, irVersionOfOpset, type Model, type Node } from '../onnx/model.ts';
import { backend } from './backend.ts';
import { Calls, type CallsOfTake, firstOtherCall } from './calls.ts';
import { firstDifference, forgetLeast, forgetSizes, type Recording } from './compare-recordings.ts';
import { enter } from './enter.ts';
import { nameOutputs } from './outputs.ts';
import { type PassName, runPasses } from './passes/passes.ts';
import { type LeastSize, Recorder } from './recorder.ts';
import {
  isTensorSpec,
  leavesOf,
  type NestedTensors,
  NotATensor,
  rebuilt,
  type Signature,
  type TensorsOf,
} from './signature.ts';
import { StandIns, takes } from './sizes.ts';
import { tf } from './tensorflow.ts';
import { callerOutsideTheTracer, TraceError } from './trace-error.ts';

export interface TraceOptions {
  /** Operator set of the graph, 9 to 21; default 17. */
  readonly opset?: number;
  /** Name of the graph. */
  readonly name?: string;
  readonly producerName?: string;
  /** Key-value pairs to store in the file. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Names of captured tensors as initializers; `named` does the same at the tensor. */
  readonly names?: ReadonlyMap<tf.Tensor, string>;
  /** Passes to switch off; all are on by default. */
  readonly passes?: Readonly<Partial<Record<PassName | 'foldConstants', boolean>>>;
}

export const defaultOpset = 17;
/** Sizes with which a function is called beside its stand-ins, for these are what code asks for. */
const smallSizes = [1, 2];
const names = new WeakMap<object, string>();

/**
 * Names a tensor: captured by a traced function, it becomes an initializer of this name.
 *
 * @returns the same tensor.
 */
export function named<T extends tf.Tensor>(tensor: T, name: string): T {
  names.set(tensor.dataId, name);
  return tensor;
}

/**
 * Traces a function into an ONNX model.
 *
 * Tensors that the function captures become initializers by value. An output that has an input's name, as state that
 * goes round has, gets ".next" appended in the graph. Nothing stays behind: the previous backend is active again and no
 * tensor is left over, also where the function throws.
 *
 * @param fn takes the inputs and returns outputs, both nested records of tensors; must not read values. It is run once,
 *   or several times where the signature has dynamic sizes.
 * @throws TraceError naming the operator and the line for what cannot be traced.
 */
export function trace<const S extends Signature, R extends NestedTensors>(
  fn: (inputs: TensorsOf<S>) => R,
  signature: S,
  options: TraceOptions = {},
): Model {
  return traceWithNesting(fn as unknown as Traceable, signature, options).model;
}

/** A function to trace whose types are no longer told. */
export type Traceable = (inputs: never) => unknown;

/**
 * As `trace` without its types, and with what is needed to put the outputs back into the nesting they came in, and the least
 * that dynamic sizes must be, by their symbols.
 */
export function traceWithNesting(
  call: Traceable,
  signature: Signature,
  options: TraceOptions,
): { model: Model; outputs: unknown; least: ReadonlyMap<string, LeastSize> } {
  const opset = options.opset ?? defaultOpset;
  if (!Number.isInteger(opset) || opset < 9 || opset > 21) throw new TraceError(`opset ${opset} is not in 9 to 21`);
  const { recorder, outputs, outputNesting } = recordForAnySize({ fn: call, signature, options, opset });
  const graph: Graph = {
    name: options.name ?? 'graph',
    inputs: recorder.inputs,
    outputs,
    nodes: recorder.nodes,
    initializers: recorder.initializers,
  };
  const isDynamic = (size: number) => recorder.standIns.isDynamic(size);
  runPasses({ graph, types: recorder.types, opset, isDynamic }, options.passes ?? {});
  const model: Model = {
    irVersion: irVersionOfOpset(opset),
    opset,
    producerName: options.producerName ?? 'gaitsmith',
    metadata: { ...options.metadata },
    graph,
  };
  return { model, outputs: outputNesting, least: recorder.least };
}

/** What is to be traced. */
interface Asked {
  readonly fn: Traceable;
  readonly signature: Signature;
  readonly options: TraceOptions;
  readonly opset: number;
}

/**
 * Records once where all sizes are fixed; else twice with different stand-ins, whose recordings must be equal, and once more
 * for each small size, which must call the same operators.
 */
function recordForAnySize(asked: Asked): Recording {
  let blame: TraceError | undefined;
  for (let take = 0; take < takes; take += 2) {
    const first = record(asked, standInsFor(asked.signature, take));
    if (first.recorder.standIns.count === 0) return first;
    const second = record(asked, standInsFor(asked.signature, take + 1));
    const difference = firstDifference(first, second);
    if (difference === undefined) {
      forgetSizes(first.outputs, second.outputs);
      forgetLeast(first.recorder.least, second.recorder.least);
      for (const size of smallSizes) checkCalls(size, first, second, asked);
      return first;
    }
    blame ??= leak(difference, asked, first);
  }
  throw blame!;
}

/**
 * Sees to it that the function calls the same operators where every dynamic size is a certain small one. Where it can't be
 * called with that, nor may the graph be.
 *
 * @throws TraceError naming the first operator that differs, and its line.
 */
function checkCalls(size: number, first: Recording, second: Recording, asked: Asked): void {
  const recordPlain = (wanted?: number) => {
    const calls = new Calls(wanted);
    record(asked, StandIns.plain(size), { calls });
    return calls;
  };
  const symbols = symbolsOf(asked.signature);
  let plain: Calls;
  try {
    plain = recordPlain();
  } catch (error) {
    const why = `the function can't be called with ${size}: ${(error as Error).message}`;
    if (symbols.size === 1) first.recorder.leastOf([...symbols][0]!, size + 1, why);
    return;
  }
  const takes = [first, second].map(({ calls, recorder: { standIns } }) => ({ calls, standIns }));
  const other = firstOtherCall(takes as [CallsOfTake, CallsOfTake], plain, size);
  if (!other) return;
  const { index, call, instead } = other;
  const names = [...symbols].map((symbol) => `${symbol} = ${size}`).join(', ');
  const [there, larger] = [instead?.op ?? 'nothing', call?.op ?? 'nothing'];
  const told = there === larger ? `it gives ${there} something else` : `it calls ${there}, and not ${larger}`;
  throw new TraceError(
    `the function goes another way where ${names}: ${told}, but a graph is the same for all sizes; choose with tf.where, or ` +
      'give the size as a number',
    instead?.op ?? call?.op,
    recordPlain(index).where ?? 'an unknown line',
  );
}

function record(
  { fn, signature, options, opset }: Asked,
  standIns: StandIns,
  { onNode, calls = new Calls() }: { onNode?: (made: Node) => void; calls?: Calls } = {},
): Recording {
  if (backend.recorder) throw new TraceError('trace() inside a function that is being traced; call it outside');
  const specs = leavesOf(signature, isTensorSpec);
  const recorder = new Recorder(opset, standIns);
  recorder.onNode = onNode;
  const givenNames = new Map([...(options.names ?? [])].map(([tensor, name]) => [tensor.dataId as object, name]));
  const leave = enter(
    recorder,
    calls,
    options.passes?.foldConstants ?? true,
    (id) => givenNames.get(id) ?? names.get(id),
  );
  try {
    const inputs = new Map(
      specs.map(({ name, value }) => {
        const dtype = value.dtype ?? 'float32';
        const input = recorder.input(name, dtype, value.shape);
        const tensor = tf
          .engine()
          .makeTensorFromTensorInfo({ dataId: backend.hold(input), shape: [...input.shape], dtype });
        calls.input(name, tensor.dataId);
        return [name, tensor];
      }),
    );
    const returned = fn(rebuilt(signature, isTensorSpec, (name) => inputs.get(name)!) as never);
    if (returned instanceof Promise) throw new TraceError('the function to trace is asynchronous');
    const results = leavesOf(returned, isTensor);
    if (results.length === 0) throw new TraceError('the function to trace returns no tensor');
    calls.returned(results.map(({ value }) => value));
    const inputNames = new Set(inputs.keys());
    // State that goes in and comes out under one name: in a file two values can't share it.
    const outputName = (name: string) => (inputNames.has(name) ? `${name}.next` : name);
    const outputs = nameOutputs(
      recorder,
      results.map(({ name, value }) => ({ name: outputName(name), tensor: value })),
    );
    const outputNesting = rebuilt(returned, isTensor, outputName);
    return { recorder, calls, outputs, outputNesting };
  } catch (error) {
    if (error instanceof NotATensor) throw new TraceError(`the function must return tensors, but ${error.message}`);
    throw error;
  } finally {
    leave();
  }
}

const isTensor = (value: unknown): value is tf.Tensor => value instanceof tf.Tensor;

const sizesOf = (signature: Signature) => leavesOf(signature, isTensorSpec).flatMap(({ value: { shape } }) => shape);
const symbolsOf = (signature: Signature) => new Set(sizesOf(signature).filter((size) => typeof size === 'string'));

function standInsFor(signature: Signature, take: number): StandIns {
  const fixed = sizesOf(signature).filter((size) => typeof size === 'number');
  return new StandIns(symbolsOf(signature), fixed, take);
}

/** Traces once more to find the line that made the node at which the recordings part. */
function leak(index: number, asked: Asked, first: Recording): TraceError {
  let where: string | undefined;
  let seen = 0;
  try {
    const onNode = () => {
      if (seen++ === index) where = callerOutsideTheTracer();
    };
    record(asked, standInsFor(asked.signature, 0), { onNode });
  } catch {
    // Only its place was wanted.
  }
  return new TraceError(
    'a number in the graph depends on the size that stands for a dynamic one, or changes from one call to the next; ' +
      'compute it with tensors instead of JavaScript numbers',
    first.recorder.nodes[index]?.op,
    where ?? 'an unknown line',
  );
}
