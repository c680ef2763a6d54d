/** In what the package's C# differs from envs/walker: what it builds, and what it says of a trace. Nothing where it is the same. */
import { walkerDialects } from '../../envs/walker/dialects.ts';
import { observationNames } from '../../envs/walker/observation.ts';
import { unityPhysics } from '../../envs/walker/physics-settings.ts';
import { walkerRig } from '../../envs/walker/rig.ts';
import { sceneOfRig } from '../../envs/walker/scene-of-rig.ts';
import type { Scene, Shape } from '../../physics/scene.ts';
import { allOf, componentOf, type GameObject, sceneOfBuilt, startsOf } from './built.ts';
import type { Trace } from './trace.ts';

/** C# computes in float32, a platform's own place included. */
const TOLERANCE = 3e-5;

/** The first thing that a walker says. */
export interface Built {
  readonly built: GameObject;
  readonly warnings: readonly string[];
  /** DefaultExecutionOrder of the agent. */
  readonly order: number;
}

const names = observationNames(walkerRig);

/** @param said the lines of one walker, the first of them about what it built. */
export function differencesOf({ moments }: Trace, said: readonly string[]): string[] {
  const threw = said.findIndex((line) => line.startsWith('threw'));
  if (threw >= 0) return [said.slice(threw).join(' ')];
  const { built, warnings, order } = JSON.parse(said[0]!) as Built;
  const found = [...warnings.map((warning) => `a warning: ${warning}`), ...builtDifferences(built)];
  // What this plays is a walker that is rewarded before it is observed; in Unity the order says so.
  if (order >= 0) found.push(`the agent is called at ${order}, not before the Academy`);
  if (said.length !== moments.length + 1) found.push(`${said.length - 1} answers for ${moments.length} moments`);
  for (const [at, { kind, ...expected }] of moments.entries()) {
    const actual = JSON.parse(said[at + 1] ?? '{}') as Record<string, unknown>;
    const where = `moment ${at} (${kind})`;
    found.push(...compared(named(expected), named(actual), where));
    if (kind !== 'start') continue;
    // An episode starts at rest and limp, and a fall leaves it nothing.
    const start = actual['start'] as { moving: number; strengths: number[] };
    found.push(
      ...compared([0, 0], [start.moving, actual['carried'] ?? 0], `${where}: what still moves, what is carried on`),
    );
    found.push(
      ...compared(
        start.strengths.map(() => 0),
        start.strengths,
        `${where}: strengths`,
      ),
    );
  }
  return found;
}

/** Observations by their names, so that a difference tells which it is. */
function named(moment: object): object {
  const { observation, ...rest } = moment as { observation?: readonly number[] };
  if (!observation) return moment;
  return { ...rest, observation: Object.fromEntries(observation.map((value, at) => [names[at] ?? at, value])) };
}

function builtDifferences(walker: GameObject): string[] {
  const expected = sceneOfRig(walkerRig, walkerDialects.unity, unityPhysics);
  const starts = walkerRig.bodies.map(({ start }) => start);
  return [
    ...compared(sorted(expected), sorted(sceneOfBuilt(walker)), 'scene'),
    ...compared(starts, startsOf(walker), 'start pose'),
    ...allOf(walker).flatMap(({ thing }) => bodySettings(thing)),
  ];
}

/** What is not the scene's but the simulator's. */
function bodySettings(thing: GameObject): string[] {
  const body = componentOf(thing, 'Rigidbody');
  if (!body) return [];
  const { maxAngularVelocity, maxDepenetrationVelocity, sleepThreshold } = unityPhysics;
  const expected = {
    maxAngularVelocity,
    maxDepenetrationVelocity,
    sleepThreshold,
    solverIterations: unityPhysics.positionIterations,
    solverVelocityIterations: unityPhysics.velocityIterations,
    useGravity: true,
    isKinematic: false,
  };
  return compared(expected, body, `the body of ${thing.name}`);
}

/** Fixtures in an order of their own: which is made first makes no difference. */
function sorted(scene: Scene): Scene {
  const key = ({ category, position }: Shape) => `${category} ${position.join(' ')}`;
  return { ...scene, fixtures: [...scene.fixtures].sort((a, b) => (key(a) < key(b) ? -1 : 1)) };
}

/** Every place where `actual` lacks what is expected or has something else; what it has besides counts in lists alone. */
export function compared(expected: unknown, actual: unknown, where: string): string[] {
  if (isSame(expected, actual)) return [];
  if (typeof expected !== 'object' || expected === null || typeof actual !== 'object' || actual === null)
    return [`${where}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length !== actual.length)
    return [`${where}: ${actual.length} instead of ${expected.length}`];
  return Object.entries(expected).flatMap(([key, value]) => {
    const other = (actual as Record<string, unknown>)[key];
    return isSame(value, other) ? [] : compared(value, other, `${where}, ${key}`);
  });
}

function isSame(expected: unknown, actual: unknown): boolean {
  if (typeof expected !== 'number' || typeof actual !== 'number') return Object.is(expected, actual);
  return Math.abs(expected - actual) <= TOLERANCE * Math.max(1, Math.abs(expected));
}
