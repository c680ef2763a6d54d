/**
 * Walkers of envs/walker, recorded step by step: what each physics step led to, what it earned, what was observed and what the
 * motors were told. The same as a script for the package's C#, which is to say the same of it.
 */
import { RandomStream } from '../../base/random/stream.ts';
import { actionSize } from '../../envs/walker/action.ts';
import { behavior } from '../../envs/walker/behavior.ts';
import { type Field, poseSize, posesOf } from '../../envs/walker/body-view.ts';
import { openWorlds } from '../../envs/walker/open-worlds.ts';
import { drawParameters } from '../../envs/walker/parameters.ts';
import { bodyIndex, motorBodies, type Vector, walkerRig } from '../../envs/walker/rig.ts';
import { category } from '../../envs/walker/scene-of-rig.ts';
import { stepsPerDecision, targetPlace, Walker } from '../../envs/walker/walker.ts';
import type { World, WorldStart } from '../../envs/walker/world.ts';

const { target_speed_min, target_speed_max, target_radius } = drawParameters({}, 0);
const bodies = walkerRig.bodies.length;

/** What a physics step came to. */
export interface Step {
  readonly kind: 'step';
  /** Since the last decision. */
  readonly reward: number;
  /** Where the target is, m. */
  readonly target: readonly number[];
}

/** A fall, or what came before the first episode, and the start that it led to. */
export interface Start {
  readonly kind: 'start';
  /** Of the decision that the fall ended; null at the first start. */
  readonly reward: number | null;
  readonly start: {
    readonly targetSpeed: number;
    /** Of the bodies and the target, [bodies + 1]: rotation x y z w, position x y z. */
    readonly poses: readonly (readonly [rotation: readonly number[], position: readonly number[]])[];
  };
}

export interface Decision {
  readonly kind: 'decision';
  readonly observation: readonly number[];
  /** Of each body: its motor's target, x y z w, and its strength, N m; null where it has none. */
  readonly motors: readonly ([target: readonly number[], strength: number] | null)[];
}

export type Moment = Step | Start | Decision;

export interface Trace {
  /** Lines for csharp/Player.cs, each but those of `random` answered by the moment of the same place. */
  readonly script: readonly string[];
  readonly moments: readonly Moment[];
  /** What came to pass, to know that all was tried. */
  readonly falls: number;
  readonly targetsTouched: number;
}

/** How an episode is played. */
interface Play {
  readonly decisions: number;
  /** Actions are drawn up to here, to both sides: beyond 1 too, as a policy of no limits might. */
  readonly reach: number;
  /** At this decision the target is put onto a foot, which touches it so. */
  readonly touchAt?: number;
}

const plays: readonly Play[] = [
  { decisions: 20, reach: 1.3 },
  { decisions: 6, reach: 0.2, touchAt: 3 },
];

/** Plays some episodes in the world that walkers are trained in. */
export async function recordTrace(): Promise<Trace> {
  const worlds = await openWorlds('unity', 1);
  const world = worlds.each[0]!;
  const heard = new Heard();
  const walker = new Walker(heard.listenTo(world), walkerRig, drawParameters({}, 0));
  const script: string[] = [];
  const moments: Moment[] = [];
  let [falls, targetsTouched] = [0, 0];

  /** Starts an episode. @returns what Unity has to draw for it. */
  const start = (episode: number, reward: number | null): number[] => {
    walker.start(new RandomStream(11, episode));
    const poses = Array.from({ length: bodies + 1 }, (_, body) => poseOf(world, body));
    moments.push({ kind: 'start', reward, start: { targetSpeed: walker.targetSpeed, poses } });
    return [turnOf(heard.started!), ...placeOf(heard.started!.target), speedOf(walker.targetSpeed)];
  };

  script.push(`random ${start(0, null).join(' ')}`, 'begin');
  for (const [episode, { decisions, reach, touchAt }] of plays.entries()) {
    const random = new RandomStream(12, episode);
    let goesOn = true;
    for (let decision = 0; goesOn && decision < decisions; decision++) {
      const observation = new Float32Array(behavior.observationSize);
      walker.observe(observation, 0);
      const actions = Float32Array.from({ length: actionSize }, () => random.uniform(-reach, reach));
      script.push(`decide ${[...actions].join(' ')}`);
      walker.begin(actions, 0);
      if (decision === touchAt) world.moveTarget(poseOf(world, bodyIndex(walkerRig, 'footL'))[1]);
      for (let step = 0; goesOn && step < stepsPerDecision; step++) {
        walker.beforeStep();
        if (step === 0) moments.push({ kind: 'decision', observation: [...observation], motors: heard.motors() });
        world.simulate();
        const led = stateOf(world);
        heard.moved = undefined;
        goesOn = walker.afterStep();
        // A target that is touched moves within the step, and a fall leads to the next episode's start.
        const drawn = heard.moved ? placeOf(heard.moved) : [];
        if (heard.moved) targetsTouched += 1;
        const { reward } = walker;
        if (goesOn) moments.push({ kind: 'step', reward, target: poseOf(world, bodies)[1] });
        else drawn.push(...start(episode + 1, reward));
        if (!goesOn) falls += 1;
        if (drawn.length > 0) script.push(`random ${drawn.join(' ')}`);
        script.push(`step ${led.join(' ')}`);
      }
    }
    // Where nothing ended the episode, the next play goes on in it.
  }
  worlds.close();
  return { script, moments, falls, targetsTouched };
}

/** Rotation x y z w, then position. */
function poseOf({ bodies: view }: World, body: number): [number[], [number, number, number]] {
  const [x, y, z, w, ...position] = posesOf(view).subarray(body * poseSize, (body + 1) * poseSize);
  return [[x!, y!, z!, w!], position as [number, number, number]];
}

/** For each body and then the target, what csharp/Player.cs reads. */
function stateOf(world: World): number[] {
  const { floats, words, part, velocity, spin, touching } = world.bodies;
  return Array.from({ length: bodies + 1 }, (_, body) => {
    const [rotation, position] = poseOf(world, body);
    const vector = (field: Field) => [0, 1, 2].map((axis) => floats[field.first + body * field.body + axis * part]!);
    const word = words[touching.first + body * touching.body]!;
    const touches = (what: number) => (word & (1 << what) ? 1 : 0);
    return [
      ...[...position, ...rotation, ...vector(velocity), ...vector(spin)],
      ...[touches(category.ground), touches(category.target)],
    ];
  }).flat();
}

/** What Unity's random numbers have to be for what was drawn here. */
function turnOf({ yaw }: WorldStart): number {
  return yaw / (2 * Math.PI);
}

function placeOf([x, , z]: Vector): number[] {
  // The point's height in the sphere is drawn and not used.
  return [(x - targetPlace.x) / target_radius, 0.3, (z - targetPlace.z) / target_radius];
}

function speedOf(speed: number): number {
  return (speed - target_speed_min) / (target_speed_max - target_speed_min);
}

/** What a walker tells its world. */
class Heard {
  started: WorldStart | undefined;
  moved: Vector | undefined;
  readonly #bodies = motorBodies(walkerRig);
  readonly #targets = new Map<number, readonly number[]>();
  readonly #strengths = new Map<number, number>();

  motors(): Decision['motors'] {
    return walkerRig.bodies.map((_, body) => {
      const motor = this.#bodies.indexOf(body);
      return motor < 0 ? null : [this.#targets.get(motor)!, this.#strengths.get(motor)!];
    });
  }

  listenTo(world: World): World {
    const told: Pick<World, 'start' | 'moveTarget' | 'setMotorTarget' | 'setMotorStrength'> = {
      start: (start) => {
        this.started = start;
        world.start(start);
      },
      moveTarget: (position) => {
        this.moved = position;
        world.moveTarget(position);
      },
      setMotorTarget: (motor, rotations, at) => {
        this.#targets.set(motor, [...rotations.subarray(at, at + 4)]);
        world.setMotorTarget(motor, rotations, at);
      },
      setMotorStrength: (motor, strength) => {
        this.#strengths.set(motor, strength);
        world.setMotorStrength(motor, strength);
      },
    };
    return new Proxy(world, {
      get: (of, key) => Reflect.get(told, key) ?? bound(of, Reflect.get(of, key)),
    });
  }
}

function bound(of: object, value: unknown): unknown {
  return typeof value === 'function' ? value.bind(of) : value;
}
