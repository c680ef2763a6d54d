/**
 * A character in the world that it is trained in, recorded step by step, and the same as lines for
 * csharp/ragdoll/RagdollPlayer.cs: what it observes and what its actions come to are to be the same there.
 */
import { RandomStream } from '../../base/random/stream.ts';
import type { Character } from '../../envs/ragdoll/character.ts';
import { openRagdollWorlds } from '../../envs/ragdoll/open.ts';
import { jointsOf } from '../../envs/ragdoll/rig-file.ts';
import { Agent } from '../../envs/walker/agent.ts';
import { type Field, poseSize, posesOf } from '../../envs/walker/body-view.ts';
import { drawParametersOf } from '../../envs/walker/parameters.ts';
import type { World, WorldStart } from '../../envs/walker/world.ts';

/** What the script is to say of one of its lines. */
export type Moment =
  | { readonly kind: 'start'; readonly poses: readonly (readonly number[])[] }
  | { readonly kind: 'step'; readonly fallen: boolean }
  | { readonly kind: 'observation'; readonly numbers: readonly number[] }
  /** Of each joint that is acted on, by its owner's name: target x y z w, and N m. */
  | { readonly kind: 'drives'; readonly drives: Readonly<Record<string, readonly number[]>> };

export interface RagdollTrace {
  readonly script: readonly string[];
  readonly moments: readonly Moment[];
  readonly falls: number;
  readonly touches: number;
}

const line = (...words: readonly (string | number)[]) => words.join('\t');

/** Plays some episodes of so many decisions, by actions that reach so far to both sides. */
export async function recordRagdoll(
  character: Character,
  plays: readonly { readonly decisions: number; readonly reach: number }[],
): Promise<RagdollTrace> {
  const { task, settings, rig, file } = character;
  const worlds = await openRagdollWorlds(character, 'unity', 1);
  const world = worlds.each[0]!;
  const heard = new Heard();
  const agent = new Agent(heard.listenTo(world), task, drawParametersOf(task.parameters, {}, 0), settings);
  const count = rig.bodies.length;
  const joints = jointsOf(rig);
  const moved = joints.filter(({ name }) => {
    const { rotations, strengths } = file.actions;
    return strengths.includes(name) || rotations.some(({ joint }) => joint === name);
  });
  const script: string[] = [
    line('set', 'turnAtStart', 1),
    line('set', 'startAgain', 0),
    line('ground', file.ground.height),
  ];
  const moments: Moment[] = [];
  const touching = new Set<number>();
  let [falls, touches] = [0, 0];

  // An object moves those below it along.
  const depth = (body: number) => rig.bodies[body]!.path.split('/').length;
  const fromTheRoot = [...rig.bodies.keys()].sort((a, b) => depth(a) - depth(b));

  const tellTarget = () => script.push(line('set', 'target', ...pose(world, count).slice(0, 3)));
  const start = (episode: number) => {
    agent.start(new RandomStream(21, episode));
    script.push(line('set', 'targetSpeed', agent.targetSpeed), line('random', heard.started!.yaw / (2 * Math.PI)));
    tellTarget();
    script.push('begin');
    touching.clear();
    moments.push({ kind: 'start', poses: rig.bodies.map((_, body) => pose(world, body)) });
  };
  for (const [episode, { decisions, reach }] of plays.entries()) {
    const random = new RandomStream(22, episode);
    start(episode);
    let goesOn = true;
    for (let decision = 0; goesOn && decision < decisions; decision++) {
      const observation = new Float32Array(task.behavior.observationSize);
      agent.observe(observation, 0);
      script.push('observe');
      moments.push({ kind: 'observation', numbers: [...observation] });
      const actions = Float32Array.from({ length: task.behavior.actionSize }, () => random.uniform(-reach, reach));
      script.push(line('act', ...actions));
      agent.begin(actions, 0);
      for (let step = 0; goesOn && step < task.stepsPerDecision; step++) {
        agent.beforeStep();
        if (step === 0) {
          const drives = moved.map(({ owner }, motor) => [owner.name, heard.motor(motor)] as const);
          moments.push({ kind: 'drives', drives: Object.fromEntries(drives) });
        }
        world.simulate();
        // Before the step is heard of, which moves a target that was touched.
        const led = rig.bodies.map((_, body) => stateOf(world, body));
        goesOn = agent.afterStep();
        for (const body of fromTheRoot) {
          const { numbers, touches: now } = led[body]!;
          script.push(line('pose', body, ...numbers));
          if (now || touching.has(body)) {
            script.push(line('touch', body, now ? (touching.has(body) ? 'stay' : 'enter') : 'exit'));
          }
          if (now && !touching.has(body)) touches += 1;
          if (now) touching.add(body);
          else touching.delete(body);
        }
        tellTarget();
        script.push('step');
        moments.push({ kind: 'step', fallen: agent.fallenBody >= 0 });
        if (agent.fallenBody >= 0) falls += 1;
      }
    }
  }
  worlds.close();
  return { script, moments, falls, touches };
}

/** Position x y z, then rotation x y z w. */
function pose({ bodies: view }: World, body: number): number[] {
  const [x, y, z, w, ...position] = posesOf(view).subarray(body * poseSize, (body + 1) * poseSize);
  return [...position, x!, y!, z!, w!];
}

function stateOf(world: World, body: number): { numbers: number[]; touches: boolean } {
  const { floats, words, part, velocity, spin, touching, groundBit } = world.bodies;
  const vector = (field: Field) => [0, 1, 2].map((axis) => floats[field.first + body * field.body + axis * part]!);
  return {
    numbers: [...pose(world, body), ...vector(velocity), ...vector(spin)],
    touches: (words[touching.first + body * touching.body]! & groundBit) !== 0,
  };
}

/** What an agent tells its world. */
class Heard {
  started: WorldStart | undefined;
  readonly #targets = new Map<number, readonly number[]>();
  readonly #strengths = new Map<number, number>();

  motor(motor: number): readonly number[] {
    return [...this.#targets.get(motor)!, this.#strengths.get(motor)!];
  }

  listenTo<Of extends World>(world: Of): Of {
    const told: Pick<World, 'start' | 'setMotorTarget' | 'setMotorStrength'> = {
      start: (start) => {
        this.started = start;
        world.start(start);
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
      get: (of, key) => {
        const value: unknown = Reflect.get(told, key) ?? Reflect.get(of, key);
        return typeof value === 'function' && !Object.hasOwn(told, key) ? value.bind(of) : value;
      },
    });
  }
}
