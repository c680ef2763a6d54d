/**
 * What the policy answers to the agents of a group.
 *
 * How onnxruntime multiplies may depend on how many rows there are. So a policy that is learnt from always decides on as many:
 * a batch that has fewer agents is filled up, and what comes of an agent doesn't depend on who decides beside it.
 */
import type { Session } from '../../compile/onnxruntime.ts';

/**
 * Agents of a group at most, and rows of each batch. Part of what a run's numbers may depend on, so it is no setting. With
 * more of them a decision costs a little less, and workers whose shares are not multiples of it fill up more.
 */
export const GROUP_SIZE = 8;

/**
 * @param observations raw, [agents, observationSize], of GROUP_SIZE agents at most.
 * @returns the means of their actions, [agents, actionSize].
 */
export async function meansOf(
  session: Pick<Session, 'run'>,
  observations: Float32Array,
  agents: number,
): Promise<Float32Array> {
  const size = observations.length / agents;
  let data = observations;
  if (agents < GROUP_SIZE) {
    data = new Float32Array(GROUP_SIZE * size);
    data.set(observations);
  }
  const { means } = await session.run({ observations: { type: 'float32', shape: [GROUP_SIZE, size], data } });
  const all = means!.data as Float32Array;
  return all.subarray(0, (all.length / GROUP_SIZE) * agents);
}
