/**
 * `environment_parameters` as they come over the wire, and what the next episode is played with.
 *
 * As in Unity, an agent asks for its parameters when an episode of its begins, and a sampler gives a new number each time
 * it is asked. What comes during an episode counts from the agent's next one.
 */
import { nearestName } from '../../../base/failure/nearest-name.ts';
import type { SideChannelMessage } from '../protocol/side-channels.ts';
import { createSampler, type Sampler, type SamplerMessage } from './samplers.ts';

/** What the world lets be set, by name, and from where to where. */
export type ParameterRanges = Readonly<Record<string, { readonly low: number; readonly high: number }>>;

export type ParameterMessage = SamplerMessage | Extract<SideChannelMessage, { readonly kind: 'parameter' }>;

/** The values of one episode, by name; those that nobody set are missing. */
export type ParameterValues = Readonly<Record<string, number>>;

export class ReceivedParameters {
  readonly #ranges: ParameterRanges;
  readonly #warn: (message: string) => void;
  readonly #samplers = new Map<string, { readonly sampler: Sampler; readonly constant: boolean }>();
  readonly #warned = new Set<string>();
  /** What episodes are played with while nothing new comes; undefined where each has values of its own. */
  #settled: ParameterValues | undefined = {};

  constructor(ranges: ParameterRanges, warn: (message: string) => void) {
    this.#ranges = ranges;
    this.#warn = warn;
  }

  receive(message: ParameterMessage): void {
    const { name, kind } = message;
    if (!Object.hasOwn(this.#ranges, name)) {
      this.#warnOfUnknown(name);
      return;
    }
    const constant = kind === 'parameter';
    const value = constant ? this.#within(name, shortestDecimal(message.value)) : 0;
    this.#samplers.set(name, { constant, sampler: constant ? () => value : createSampler(message) });
    this.#settled = undefined;
  }

  /** Values for an episode that begins now. The same object as before means: the same values. */
  draw(): ParameterValues {
    if (this.#settled) return this.#settled;
    const values: Record<string, number> = {};
    for (const [name, { sampler }] of this.#samplers) values[name] = this.#within(name, sampler());
    if ([...this.#samplers.values()].every(({ constant }) => constant)) this.#settled = values;
    return values;
  }

  /** A sampler may stray, a normal one always does: what is out of the range counts as its nearer end. */
  #within(name: string, value: number): number {
    const { low, high } = this.#ranges[name]!;
    if (value >= low && value <= high) return value;
    const nearer = value > high ? high : low;
    this.#warnOnce(
      name,
      `environment parameter ${name}: ${value} is out of its range, ${low} to ${high}: taken as ${nearer}`,
    );
    return nearer;
  }

  /** Unity never asks for a parameter that it does not know, and so neither complains of it nor obeys it. */
  #warnOfUnknown(name: string): void {
    const names = Object.keys(this.#ranges);
    const near = nearestName(name, names);
    const hint = near ? `did you mean ${near}?` : `it knows ${names.join(', ')}`;
    this.#warnOnce(name, `this world has no environment parameter ${name}, and so nothing obeys it; ${hint}`);
  }

  #warnOnce(name: string, message: string): void {
    if (this.#warned.has(name)) return;
    this.#warned.add(name);
    this.#warn(message);
  }
}

/**
 * The decimal number that was meant by a float of single precision: 0.1, not 0.10000000149. With it, a world that was
 * configured over the wire is the very same as one that read the file itself.
 */
export function shortestDecimal(float: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const decimal = Number(float.toPrecision(digits));
    if (fround(decimal) === float) return decimal;
  }
  return Number(float.toPrecision(9));
}

const { fround } = Math;
