/**
 * What a function called: its tfjs operators one after the other, what each was given and what came out. trace.ts compares
 * the calls for several sizes of a batch, so that a JavaScript branch on the size is found.
 *
 * Operators are compared and not kernels or nodes: inside an operator, and in gradients, tfjs itself goes other ways where a
 * size is 1 (it need not sum over what was not broadcast), and comes to the same.
 */
import type { Attributes } from './rows/row.ts';
import type { StandIns } from './sizes.ts';
import { tf } from './tensorflow.ts';
import { callerOutsideTheTracer } from './trace-error.ts';

export interface Call {
  /** tfjs's name of the operator. */
  readonly op: string;
  /** Which values it read: where each was made. */
  readonly takes: Set<string>;
  /** Shapes of what it gave back. */
  readonly gives: (readonly number[])[];
  /** The kernels that it ran, with their attributes. */
  readonly kernels: { readonly kernel: string; readonly attrs: Attributes }[];
  /** Arrays that were made in it. */
  readonly numbers: ArrayLike<number>[];
}

/** tfjs opens a scope of this ending for each operator, and one named 'backward' for gradients. */
const operator = '__op';
const gradients = 'backward';

// Values that are captured from outside are the same objects at each call.
const captured = new WeakMap<object, string>();
let capturedCount = 0;

export class Calls {
  readonly list: Call[] = [];
  /** The line of the call whose number was asked for. */
  where: string | undefined;
  readonly #asked: number | undefined;
  readonly #origins = new WeakMap<object, string>();
  readonly #scopes: boolean[] = [];
  #open: Call | undefined;

  /** @param asked the number of a call whose line is wanted. */
  constructor(asked?: number) {
    this.#asked = asked;
  }

  /** A scope of tfjs's begins. */
  start(scope: string | undefined): void {
    const opens = !this.#open && (scope?.endsWith(operator) || scope === gradients);
    this.#scopes.push(Boolean(opens));
    if (opens) this.#begin(scope!.replace(operator, ''));
  }

  /** The innermost scope ends. */
  end(result: unknown): void {
    if (this.#scopes.pop()) this.#finish(result);
  }

  /** An input of the function. */
  input(name: string, dataId: object): void {
    this.#origins.set(dataId, name);
  }

  /** A kernel ran: within an operator, or called by itself. */
  kernel(kernel: string, attrs: Attributes, inputs: readonly object[], outputs: readonly tf.TensorInfo[]): void {
    const alone = !this.#open;
    const call = this.#open ?? this.#begin(kernel);
    call.kernels.push({ kernel, attrs });
    for (const dataId of inputs) {
      const origin = this.#origins.get(dataId) ?? captured.get(dataId);
      if (origin !== undefined) call.takes.add(origin);
    }
    if (alone) this.#finish(outputs);
  }

  /** A value from outside the function is used. */
  capture(dataId: object): void {
    if (!captured.has(dataId)) captured.set(dataId, `captured ${capturedCount++}`);
  }

  /** Numbers became a tensor. */
  write(numbers: ArrayLike<number>, shape: readonly number[], dataId: object): void {
    const alone = !this.#open;
    const call = this.#open ?? this.#begin('tensor');
    call.numbers.push(numbers);
    if (alone) this.#finish([{ dataId, shape }]);
  }

  /** The function returned. */
  returned(tensors: readonly tf.Tensor[]): void {
    const call = this.#begin('return');
    for (const [index, { dataId }] of tensors.entries()) {
      // One that no operator has seen comes from outside.
      if (!this.#origins.has(dataId)) this.capture(dataId);
      call.takes.add(`${index}: ${this.#origins.get(dataId) ?? captured.get(dataId)}`);
    }
    this.#finish(tensors);
  }

  #begin(op: string): Call {
    if (this.#asked === this.list.length) this.where = callerOutsideTheTracer();
    this.#open = { op, takes: new Set(), gives: [], kernels: [], numbers: [] };
    this.list.push(this.#open);
    return this.#open;
  }

  #finish(result: unknown): void {
    const tensors = tensorsIn(result);
    for (const [index, { dataId, shape }] of tensors.entries()) {
      this.#open!.gives.push(shape);
      if (!this.#origins.has(dataId)) this.#origins.set(dataId, `${this.list.length}.${index}`);
    }
    this.#open = undefined;
  }
}

type Made = Pick<tf.TensorInfo, 'dataId' | 'shape'>;

function tensorsIn(result: unknown): Made[] {
  if (typeof result !== 'object' || result === null) return [];
  if (result instanceof tf.Tensor || 'dataId' in result) return [result as Made];
  return Object.values(result).flatMap(tensorsIn);
}

/** The calls of a function with one set of stand-ins. */
export interface CallsOfTake {
  readonly calls: Calls;
  readonly standIns: StandIns;
}

/**
 * The first call that is another one where every dynamic size is a certain number.
 *
 * @param takes the calls with two sets of stand-ins, which say what each size of theirs means.
 * @param plain the calls with `size` in place of every dynamic size.
 */
export function firstOtherCall(
  takes: readonly [CallsOfTake, CallsOfTake],
  plain: Calls,
  size: number,
): { index: number; call: Call | undefined; instead: Call | undefined } | undefined {
  const [one, two] = takes.map(({ calls }) => calls.list) as [Call[], Call[]];
  const same = (first: unknown, second: unknown, got: unknown): boolean => isAsTold(takes, first, second, got, size);
  const count = Math.max(one.length, plain.list.length);
  for (let index = 0; index < count; index++) {
    const [call, again, instead] = [one[index], two[index], plain.list[index]];
    if (!call || !again || !instead || !isSameCall(call, again, instead, same)) return { index, call, instead };
  }
  return undefined;
}

type Same = (first: unknown, second: unknown, got: unknown) => boolean;

function isSameCall(call: Call, again: Call, got: Call, same: Same): boolean {
  if (call.op !== got.op || !same(call.gives, again.gives, got.gives)) return false;
  // What gradients read, and how, is tfjs's own affair.
  if (call.op === gradients) return true;
  if (String([...call.takes].sort()) !== String([...got.takes].sort())) return false;
  const kernels = (of: Call) => String(of.kernels.map(({ kernel }) => kernel));
  if (kernels(call) !== kernels(got)) return true;
  return same(call.kernels, again.kernels, got.kernels) && same(call.numbers, again.numbers, got.numbers);
}

/** Whether what was got is what two takes told of it: the same but for sizes, and those as the stand-ins say. */
function isAsTold(
  takes: readonly [CallsOfTake, CallsOfTake],
  first: unknown,
  second: unknown,
  got: unknown,
  size: number,
): boolean {
  if (typeof first === 'number' && typeof second === 'number') {
    const expected = toldNumber(takes, first, second, size);
    return (
      expected === undefined ||
      Object.is(expected, got) ||
      Math.abs(expected - Number(got)) <= 1e-6 * Math.abs(expected)
    );
  }
  if (typeof first !== 'object' || first === null) return first === got;
  if (typeof got !== 'object' || got === null) return false;
  const [keys, others] = [Object.keys(first), Object.keys(got)];
  // Arrays of a length that no two takes agree on are a batch's own.
  if (keys.length !== Object.keys(second as object).length && keys.length !== others.length) return true;
  if (keys.length !== others.length) return false;
  const of = (value: unknown, key: string) => (value as Record<string, unknown>)[key];
  return keys.every((key) => isAsTold(takes, of(first, key), of(second, key), of(got, key), size));
}

/** What a number is where every dynamic size is `size`; undefined where the takes don't tell. */
function toldNumber(
  [one, two]: readonly [CallsOfTake, CallsOfTake],
  first: number,
  second: number,
  size: number,
): number | undefined {
  if (Object.is(first, second)) return first;
  const [a, b] = [one.standIns.read(first), two.standIns.read(second)];
  if (a && b) {
    const isSame = a.factor === b.factor && a.offset === b.offset && String(a.symbols) === String(b.symbols);
    return isSame ? a.factor * size ** a.symbols.length + a.offset : undefined;
  }
  const inverse = (number: number) => Math.round(1 / number);
  const [c, d] = [one.standIns.read(inverse(first)), two.standIns.read(inverse(second))];
  return c && d && c.offset === 0 && c.factor === d.factor ? 1 / (c.factor * size ** c.symbols.length) : undefined;
}
