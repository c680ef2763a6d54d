/**
 * Stops learning at the first number that is none, and says which it was: in what it learns from (values, returns), in a step
 * (losses, gradients), and in what it comes to (the policy's answers). What the world tells is looked at as it is collected.
 */
import type { StoredTensor } from '../../base/files/tensor-bytes.ts';
import { lanesOf, type Rollout } from '../collect/rollout.ts';
import { spreadRows } from '../collect/rows.ts';
import { type Finding, firstNotFinite, NotFiniteError, requireFinite } from '../numbers/not-finite.ts';
import { deviationOf, type OpenPolicy, type SentPolicy, whileActing } from '../policy/acting-policy.ts';
import type { Network } from '../policy/policy.ts';

/** Of a roll-out: as the critic values what was seen, and what it expects in all. */
export interface ValuesAndReturns {
  readonly values: Float32Array; // [agents, decisions]
  readonly nextValues: Float32Array; // [agents]
  readonly finalValues: Float32Array; // [truncatedAt.length]
  readonly returns: Float32Array; // [agents, decisions]
}

/** @throws NotFiniteError at the first that is none. */
export function checkValues(rollout: Rollout, { values, nextValues, finalValues, returns }: ValuesAndReturns): void {
  const { observations, nextObservations, truncatedObservations, truncatedAt } = rollout;
  const width = observations.length / values.length;
  const seen = (from: Float32Array, row: number) => ({
    observation: { shape: [width], data: from.slice(row * width, (row + 1) * width) },
  });
  const decisionAt = (row: number) => {
    const { agent, decision } = whoseDecision(rollout, row);
    return { agent, place: `decision ${decision + 1} of its roll-out`, evidence: seen(observations, row) };
  };
  requireFinite("the critic's value of a state", values, decisionAt);
  requireFinite("the critic's value of the state after the roll-out", nextValues, (lane) => ({
    agent: whoseDecision(rollout, lane * rollout.decisions).agent,
    evidence: seen(nextObservations, lane),
  }));
  requireFinite("the critic's value of the state that an episode ended in", finalValues, (index) => ({
    ...decisionAt(truncatedAt[index]!),
    evidence: seen(truncatedObservations, index),
  }));
  requireFinite('the return', returns, decisionAt);
}

/** Whose decision a row is, and which of its own. */
function whoseDecision(rollout: Rollout, row: number): { agent: number; decision: number } {
  let first = 0;
  for (const { agent, decisions } of lanesOf(rollout)) {
    if (row < first + decisions) return { agent, decision: row - first };
    first += decisions;
  }
  throw new RangeError(`row ${row} of ${first}`);
}

/** Some rows of a buffer, on their way through a step. */
export interface Minibatch {
  readonly batch: Readonly<Record<string, Float32Array>>;
  /** Of the buffer. */
  readonly rows: Uint32Array;
  /** "minibatch 5 of 30". */
  readonly place: string;
}

/** In the order in which they are looked at. */
const LOSSES: Readonly<Record<string, string>> = {
  policyLoss: 'the policy loss',
  valueLoss: 'the value loss',
  entropy: 'the entropy',
  mirrorLoss: 'the mirror loss',
  divergence: 'the divergence from the policy that collected',
};

/**
 * Looks at a step before anything is changed by it.
 *
 * @param statistics of the step, by name.
 * @param gradientSquares sum of all squared gradients.
 * @param second Adam's means of squared gradients as the step leaves them, by parameter: they tell whose gradient it was.
 * @throws NotFiniteError where a loss or a gradient is no number.
 */
export function checkStep(
  statistics: Readonly<Record<string, number>>,
  gradientSquares: number,
  second: Readonly<Record<string, Float32Array>>,
  minibatch: Minibatch,
): void {
  for (const [name, words] of Object.entries(LOSSES)) {
    const value = statistics[name] ?? 0;
    if (!Number.isFinite(value)) throw found(words, value, minibatch);
  }
  if (Number.isFinite(gradientSquares)) return;
  for (const [name, squares] of Object.entries(second)) {
    const bad = firstNotFinite(squares);
    if (bad >= 0) throw found(`the squared gradient of ${name}`, squares[bad]!, minibatch);
  }
  throw found('the sum of all squared gradients', gradientSquares, minibatch);
}

function found(tensor: string, value: number, { batch, rows, place }: Minibatch): NotFiniteError {
  const evidence: Record<string, StoredTensor> = { 'minibatch.rows': { shape: [rows.length], data: rows.slice() } };
  for (const [column, values] of Object.entries(batch)) {
    evidence[`minibatch.${column}`] = { shape: [rows.length, values.length / rows.length], data: values.slice() };
  }
  return new NotFiniteError({ tensor, value, place, evidence });
}

/** Observations that a policy is asked about, of those that it has just learnt from. */
const ASKED = 256;

/** The critic that belongs to a policy. */
interface Critic {
  readonly network: Network;
  evaluate(observations: Float32Array): Promise<{ readonly values: Float32Array }>;
}

/**
 * Stops before a policy that answers no numbers is saved, judged or acted by: its parameters may all be finite still, where a
 * learning rate was too large.
 *
 * @param open the policy.
 * @param observations raw, [rows, observationSize].
 * @throws NotFiniteError at the first mean, deviation or value that is none.
 */
export async function checkPolicy(
  open: OpenPolicy,
  policy: SentPolicy,
  critic: Critic,
  observations: Float32Array,
): Promise<void> {
  const { observationSize, actionSize } = critic.network;
  const asked = spreadRows(observations, observationSize, ASKED);
  const shape = [asked.length / observationSize, observationSize];
  const evidence = { observations: { shape, data: asked } };
  const after = (): Omit<Finding, 'tensor' | 'value'> => ({ place: 'after its update', evidence });
  deviationOf(policy.logDeviation, after);

  await whileActing(open, policy, async ({ session }) => {
    const { means } = await session.run({ observations: { type: 'float32', shape, data: asked } });
    const rows = means!.data as Float32Array;
    const bad = firstNotFinite(rows);
    if (bad < 0) return;
    throw new NotFiniteError({
      tensor: `the policy's mean of action ${bad % actionSize}`,
      value: rows[bad]!,
      ...after(),
    });
  });
  requireFinite("the critic's value of a state", (await critic.evaluate(asked)).values, after);
}
