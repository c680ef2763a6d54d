/**
 * The order in which joints are solved: the one thing of a Gauss-Seidel solver that shows.
 *
 * PhysX puts joints into partitions, greedily: each goes into the lowest-numbered one in which neither of its bodies has a
 * joint yet. Partitions are solved one after the other; within one, order can't matter, as no two joints share a body.
 * The joints choose in the order of their constraint index, highest first: last made, first to choose. Joints to the world
 * come behind all partitions, one after the other in that order.
 */
import { UserError } from '../base/failure/user-error.ts';
import { type Joint, theWorld } from './scene.ts';

/** PhysX has 32, and starts anew beyond them. */
const most = 32;

export interface SolvingOrder {
  /** Partition of each joint; of one to the world `partitionCount`. */
  readonly partitions: readonly number[];
  readonly partitionCount: number;
  /** Indices of the joints in the order of solving. */
  readonly order: readonly number[];
  /** Bit p: the body has a joint in partition p. */
  readonly partitionsOfBody: readonly number[];
}

/** @throws UserError where more than 32 joints meet at a body. */
export function solvingOrder(joints: readonly Joint[], choosing: readonly number[], bodyCount: number): SolvingOrder {
  const taken = new Array<number>(bodyCount).fill(0);
  const partitions = new Array<number>(joints.length).fill(0);
  for (const index of choosing) {
    const { body, connectedTo, name } = joints[index]!;
    if (connectedTo === theWorld) continue;
    const both = taken[body]! | taken[connectedTo]!;
    let partition = 0;
    while (partition < most && both & (1 << partition)) partition++;
    if (partition === most) {
      throw new UserError({ where: `joint ${name}`, what: 'too many joints meet here', expected: `at most ${most}` });
    }
    taken[body]! |= 1 << partition;
    taken[connectedTo]! |= 1 << partition;
    partitions[index] = partition;
  }
  const partitionCount = Math.max(0, ...choosing.map((index) => partitions[index]! + 1));
  joints.forEach(({ connectedTo }, index) => {
    if (connectedTo === theWorld) partitions[index] = partitionCount;
  });
  const order = [...choosing].sort(
    (a, b) => partitions[a]! - partitions[b]! || choosing.indexOf(a) - choosing.indexOf(b),
  );
  return { partitions, partitionCount, order, partitionsOfBody: taken };
}
