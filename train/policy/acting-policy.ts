/**
 * A policy as it acts: as plain data on its way to whoever acts by it, as a session there, and how an action is drawn from
 * its distribution.
 */
import type { RandomStream } from '../../base/random/stream.ts';
import type { Session } from '../../compile/onnxruntime.ts';
import { type Finding, requireFinite } from '../numbers/not-finite.ts';
import { ACTION_LIMIT } from './action-limit.ts';

/** What a policy's distributions depend on besides what is observed. */
interface Distribution {
  readonly logDeviation: Float32Array; // [actionSize]
  /** Whether the means are acted on as they are, without noise. */
  readonly deterministic: boolean;
}

/** A policy on its way to where it acts. */
export interface SentPolicy extends Distribution {
  /** ONNX: `observations` [batch, observationSize], raw, to `means` [batch, actionSize]. */
  readonly model: Uint8Array;
}

/** A policy where it acts. */
export interface ActingPolicy extends Distribution {
  readonly session: Pick<Session, 'run'>;
}

/**
 * Opens a policy's session, with one thread: `openForThread` of compile/onnxruntime.ts in Node, onnxruntime-web's in a page.
 */
export type OpenPolicy = (model: Uint8Array) => Promise<Pick<Session, 'run' | 'release'>>;

/** Opens the policy's session, and releases it again whatever comes of the work. */
export async function whileActing<Result>(
  open: OpenPolicy,
  { model, ...distribution }: SentPolicy,
  work: (policy: ActingPolicy) => Promise<Result>,
): Promise<Result> {
  const session = await open(model);
  try {
    return await work({ session, ...distribution });
  } finally {
    await session.release();
  }
}

/**
 * How far a policy's actions are spread about their means, [actionSize].
 *
 * @throws NotFiniteError at the first that is no number.
 */
export function deviationOf(
  logDeviation: Float32Array,
  about: () => Omit<Finding, 'tensor' | 'value'> = () => ({ evidence: {} }),
): Float32Array {
  const deviation = logDeviation.map(Math.exp);
  requireFinite("the deviation of the policy's actions", deviation, about);
  return deviation;
}

/** What a policy's distributions are about their means, worked out once for many draws: see `spreadOf`. */
export interface Spread {
  readonly deviation: Float32Array; // [actionSize]
  /** Twice the variance, as the log-density divides by it, [actionSize]. */
  readonly twiceVariance: Float64Array;
  /** Logarithm of the deviation, as the log-density subtracts it, [actionSize]. */
  readonly logDeviation: Float64Array;
}

/** @throws NotFiniteError as `deviationOf`. */
export function spreadOf(logDeviation: Float32Array): Spread {
  const deviation = deviationOf(logDeviation);
  return {
    deviation,
    // The same formula as `logProbabilities` in losses.ts, here for one number at a time.
    twiceVariance: Float64Array.from(deviation, (sigma) => 2 * sigma * sigma + 1e-7),
    logDeviation: Float64Array.from(deviation, (sigma) => Math.log(sigma + 1e-7)),
  };
}

/** Where an action that is drawn goes: each array, and the index in it of the action's first number. */
export interface DrawnAction {
  /** As drawn from the distribution, and the log-probability of each of its numbers. */
  readonly actions: Float32Array;
  readonly logProbabilities: Float32Array;
  readonly at: number;
  /** What reaches the agent, in [-1, 1]. */
  readonly squashed: Float32Array;
  readonly squashedAt: number;
}

const halfLogOfTurn = 0.5 * Math.log(2 * Math.PI);

/** Draws one agent's action, whose mean begins at `means[at]`; without `random` it is the mean. */
export function drawAction(
  means: Float32Array,
  at: number,
  { deviation, twiceVariance, logDeviation }: Spread,
  random: RandomStream | undefined,
  into: DrawnAction,
): void {
  for (let dimension = 0; dimension < deviation.length; dimension++) {
    const offset = random ? deviation[dimension]! * random.normal() : 0;
    const action = means[at + dimension]! + offset;
    into.actions[into.at + dimension] = action;
    into.logProbabilities[into.at + dimension] =
      -(offset * offset) / twiceVariance[dimension]! - logDeviation[dimension]! - halfLogOfTurn;
    into.squashed[into.squashedAt + dimension] = Math.min(ACTION_LIMIT, Math.max(-ACTION_LIMIT, action)) / ACTION_LIMIT;
  }
}
