/** Whether a rig simulates: agents of it under random actions, whose every number has to stay finite. */
import { UserError } from '../../base/failure/user-error.ts';
import { RandomStream } from '../../base/random/stream.ts';
import { characterOf } from '../../envs/ragdoll/character.ts';
import { readCharacterFile } from '../../envs/ragdoll/character-file.ts';
import { openRagdollWorlds } from '../../envs/ragdoll/open.ts';
import { jointsOf, type RigFile } from '../../envs/ragdoll/rig-file.ts';
import { AgentsEnvironment } from '../../envs/walker/agents-environment.ts';

const AGENTS = 4;
const DECISIONS = 10;

/** A task that sees and moves all there is. */
function anyTask(rig: RigFile): object {
  const turning = jointsOf(rig).flatMap(({ name, joint }) => {
    const axes = ['x', 'y', 'z'].filter((_, axis) => joint.angular[axis] !== 'locked').join('');
    return axes === '' ? [] : [{ joint: name, axes }];
  });
  const root = rig.bodies[0]!.name;
  return {
    version: 1,
    name: 'Any',
    rig: 'any.json',
    bodies: rig.bodies.map(({ name }) => name),
    frame: { body: root },
    sensors: [
      { name: 'obs_0', rows: [{ each: [{ row: 'velocity' }, { row: 'fromRoot' }, { row: 'localRotation' }] }] },
    ],
    actions: { rotations: turning, strengths: turning.map(({ joint }) => joint) },
    drive: { stiffness: 1000, damping: 100, maxStrength: 500 },
    reward: {},
    endings: { maxSteps: 5000 },
    target: { speed: { low: 1, high: 1 }, center: [0, 1, 0], radius: 10, edge: 1, touchedBy: [] },
    ground: { height: Math.min(...rig.bodies.map(({ position }) => position[1])) - 1, edge: 100 },
  };
}

/** @returns "finite", or the word by which no world takes the rig. @throws Error where a number is none. */
export async function simulated(rig: RigFile, seed: number): Promise<string> {
  try {
    const {
      ragdoll,
      settings,
      task,
      rig: read,
      file,
    } = characterOf(rig, readCharacterFile(anyTask(rig), rig, 'any'), 'any');
    const character = { ragdoll, settings, task, rig: read, file };
    const worlds = await openRagdollWorlds(character, undefined, AGENTS);
    const environment = new AgentsEnvironment(
      worlds,
      { seed, firstAgent: 0, agents: AGENTS, parameters: {} },
      task,
      settings,
    );
    const random = new RandomStream(seed);
    let seen = await environment.reset();
    for (let decision = 0; decision < DECISIONS; decision++) {
      const actions = Float32Array.from({ length: AGENTS * task.behavior.actionSize }, () => 2 * random.uniform() - 1);
      const step = await environment.step(actions);
      seen = step.observations;
      const wrong = [...seen, ...step.rewards].find((value) => !Number.isFinite(value));
      if (wrong !== undefined) throw new Error(`decision ${decision}: a number became ${wrong}`);
    }
    await environment.close();
    return 'finite';
  } catch (error) {
    if (error instanceof UserError) return error.problem.what;
    throw error;
  }
}
