/**
 * What bodies are called in a rig, where every name is there once, and the paths by which Unity finds them again
 * (`Transform.Find`).
 */
import { isBelow, type Node } from './hierarchy.ts';

/**
 * Path from the root: "hips/spine", and "" for the root itself. Of siblings of one name each has its number from 0 behind it:
 * "tail/Segment[1]".
 */
export function pathFrom(root: Node, node: Node): string {
  const steps: string[] = [];
  for (let at = node; at !== root; at = at.parent!) {
    const namesakes = at.parent!.children.filter(({ name }) => name === at.name);
    steps.unshift(namesakes.length > 1 ? `${at.name}[${namesakes.indexOf(at)}]` : at.name);
  }
  return steps.join('/');
}

/**
 * A name for each body: its object's, with as many of the objects above it before that as it takes to tell namesakes apart
 * ("arm.L/hand").
 */
export function uniqueNames(root: Node, bodies: readonly Node[]): Map<Node, string> {
  const paths = new Map(
    bodies.map((body) => [body, (pathFrom(root, body) || body.name || 'root').split('/')] as const),
  );
  const names = new Map<Node, string>();
  const ending = (path: readonly string[], length: number) => path.slice(-length).join('/');
  for (const [body, path] of paths) {
    const others = [...paths.values()].filter((other) => other !== path);
    let length = 1;
    const isTaken = () => others.some((other) => ending(other, length) === ending(path, length));
    while (length < path.length && isTaken()) length++;
    names.set(body, ending(path, length));
  }
  return names;
}

/** The nearest of the bodies that it hangs from. */
export function bodyAbove(body: Node, bodies: readonly Node[]): Node | undefined {
  return bodies.findLast((other) => other !== body && isBelow(body, other));
}
