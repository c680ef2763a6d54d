/** How the bodies of a rig hang together by their joints, seen from the root, whichever end of a joint owns it. */
import { jointsOf, type NamedJoint, type RigFile } from '../rig-file.ts';

export interface Link {
  readonly joint: NamedJoint;
  /** The body nearer to the root, and the one farther from it. */
  readonly near: string;
  readonly far: string;
}

export interface Tree {
  readonly root: string;
  /** Joints that bodies hang by, nearer ones first. A joint that closes a loop, or holds to the world, is in none. */
  readonly links: readonly Link[];
  /** Names of bodies that no joint leads to. */
  readonly loose: readonly string[];
  /** The link that a body hangs by; undefined for the root and for what is loose. */
  linkOf(body: string): Link | undefined;
  /** Bodies that hang by this one directly. */
  childrenOf(body: string): readonly string[];
  /** The body and all that hangs by it. */
  below(body: string): readonly string[];
  /** From the body up to the root, both included. */
  path(body: string): readonly string[];
}

export function treeOf(rig: RigFile): Tree {
  const root = rig.bodies[0]!.name;
  const joints = jointsOf(rig);
  const links: Link[] = [];
  const reached = [root];
  for (const near of reached) {
    for (const joint of joints) {
      const { owner, joint: told } = joint;
      const ends = [owner.name, told.connectedTo];
      if (!ends.includes(near)) continue;
      const far = owner.name === near ? told.connectedTo : owner.name;
      if (far === null || reached.includes(far)) continue;
      links.push({ joint, near, far });
      reached.push(far);
    }
  }
  const byFar = new Map(links.map((link) => [link.far, link]));
  const childrenOf = (body: string) => links.filter(({ near }) => near === body).map(({ far }) => far);
  const below = (body: string): string[] => [body, ...childrenOf(body).flatMap(below)];
  const path = (body: string): string[] => {
    const link = byFar.get(body);
    return link ? [body, ...path(link.near)] : [body];
  };
  const loose = rig.bodies.map(({ name }) => name).filter((name) => !reached.includes(name));
  return { root, links, loose, linkOf: (body) => byFar.get(body), childrenOf, below, path };
}
