/**
 * A policy as it acts: as plain data on its way to whoever acts by it, as a session there, and how an action is drawn from
 * its distribution.
 */
import type { RandomStream } from '../../base/random/stream.ts';
import { Session } from '../../compile/onnxruntime.ts';
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

/** Opens the policy's session, with one thread, and releases it again whatever comes of the work. */
export async function whileActing<Result>(
  { model, ...distribution }: SentPolicy,
  work: (policy: ActingPolicy) => Promise<Result>,
): Promise<Result> {
  const session = await Session.open(model, { threads: 1 });
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

/** Draws one agent's action into arrays of the action's size; without `random` it is the mean. */
export function drawAction(
  means: Float32Array,
  deviation: Float32Array,
  random: RandomStream | undefined,
  into: { readonly actions: Float32Array; readonly logProbabilities: Float32Array; readonly squashed: Float32Array },
): void {
  for (let dimension = 0; dimension < means.length; dimension++) {
    const sigma = deviation[dimension]!;
    const offset = random ? sigma * random.normal() : 0;
    const action = means[dimension]! + offset;
    into.actions[dimension] = action;
    // The same formula as `logProbabilities` in losses.ts, here for one number at a time.
    into.logProbabilities[dimension] =
      -(offset * offset) / (2 * sigma * sigma + 1e-7) - Math.log(sigma + 1e-7) - 0.5 * Math.log(2 * Math.PI);
    into.squashed[dimension] = Math.min(ACTION_LIMIT, Math.max(-ACTION_LIMIT, action)) / ACTION_LIMIT;
  }
}
