/** What the agents of a character are about: its two files as a task. */
import { UserError } from '../../base/failure/user-error.ts';
import { dialects } from '../../physics/dialects.ts';
import type { BehaviorSpec, EvaluationCondition } from '../env.ts';
import { type JointActions, Muscles } from '../walker/action.ts';
import { worldNames } from '../walker/dialects.ts';
import { type ParameterRows, walkerParameters } from '../walker/parameters.ts';
import type { Reward, Task } from '../walker/task.ts';
import type { CharacterFile, RowName } from './character-file.ts';
import { limbsOf } from './limbs.ts';
import { mirrorImageOf } from './mirror.ts';
import { type CharacterField, layoutOf, sensorSizes } from './observation.ts';
import { makeTerms, type TermContext } from './reward-terms.ts';
import { jointsOf, type RigFile } from './rig-file.ts';
import { driveOf } from './scene.ts';

/** @param where the character's file, for messages. @throws UserError where its reward names what there is none of. */
export function taskOf(rig: RigFile, character: CharacterFile, where: string): Task {
  const layout = layoutOf(rig, character);
  const joints = jointActionsOf(rig, character);
  const indexOf = (name: string) => {
    const index = rig.bodies.findIndex((body) => body.name === name);
    if (index < 0) throw new UserError({ where, what: `${rig.name} has no such body`, value: name });
    return index;
  };
  const context: TermContext = { rig, character, indexOf, timeStep: dialects.unity.timeStep };
  const { endings, target, frame } = character;
  const behavior = behaviorOf(rig, character, layout);
  const reward = () => rewardOf(character, context, where);
  reward(); // names its mistakes now
  return {
    behavior,
    parameters: parametersOf(character),
    stepsPerDecision: character.decisionPeriod,
    masses: rig.bodies.map(({ mass }) => mass),
    averaged: Int32Array.from(character.bodies, indexOf),
    frame: { body: indexOf(frame.body), lag: frame.lag },
    target: { center: target.center, reward: target.touchReward },
    fall: {
      bodies: Int32Array.from(endings.groundTouch?.bodies ?? [], indexOf),
      reward: endings.groundTouch?.reward ?? 0,
    },
    fallBelow: endings.fallBelow && { body: indexOf(endings.fallBelow.body), metres: endings.fallBelow.metres },
    layout,
    noiseScales: Float32Array.from(layout.flatMap(({ row, size }) => new Array<number>(size).fill(noiseScales[row]))),
    limbs: limbsOf(rig, character),
    keepsMore: true,
    muscles: () => new Muscles(joints, jointsOf(rig).length, behavior.actionSize),
    reward,
  };
}

/** Names of all actions in their order: "leg0 rotation x", ..., "foreleg3 strength". */
export function actionNamesOf({ actions }: CharacterFile): string[] {
  return [
    ...actions.rotations.flatMap(({ joint, axes }) => [...axes].map((axis) => `${joint} rotation ${axis}`)),
    ...actions.strengths.map((joint) => `${joint} strength`),
  ];
}

function behaviorOf(rig: RigFile, character: CharacterFile, layout: readonly CharacterField[]): BehaviorSpec {
  const names = layout.flatMap(({ name, parts }) =>
    parts === '' ? [name] : [...parts].map((part) => `${name} ${part}`),
  );
  const { mirror } = mirrorImageOf(rig, character, layout);
  const sensors = sensorSizes(character);
  return {
    name: character.name,
    observationSize: names.length,
    actionSize: actionNamesOf(character).length,
    observationNames: names,
    episodeLimit: { parameter: 'max_steps', default: character.endings.maxSteps, least: character.decisionPeriod },
    bodyNames: rig.bodies.map(({ name }) => name),
    worlds: worldNames,
    evaluationConditions: conditionsOf(character),
    ...(mirror ? { mirror } : {}),
    ...(sensors.length > 1 ? { sensors } : {}),
  };
}

/** Slow and fast are different tasks, so they are judged apart: five bands of target speed, or the one speed there is. */
function conditionsOf({ target: { speed } }: CharacterFile): EvaluationCondition[] {
  const { low, high } = speed;
  if (low === high) {
    const parameters = { target_speed_min: low, target_speed_max: high };
    return [{ name: `target speed ${low} m/s`, parameters }];
  }
  const edges = Array.from({ length: 6 }, (_, at) => Math.round((low + ((high - low) * at) / 5) * 100) / 100);
  return edges.slice(1).map((end, band) => ({
    name: `target speed ${edges[band]}-${end} m/s`,
    parameters: { target_speed_min: edges[band]!, target_speed_max: end },
  }));
}

/** The Walker's parameters, with what is usual for this character. */
function parametersOf({ target, ground, physics, endings, decisionPeriod }: CharacterFile): ParameterRows {
  const { low, high } = target.speed;
  return {
    ...walkerParameters,
    gravity: { ...walkerParameters.gravity, default: physics.gravity },
    friction: { ...walkerParameters.friction, default: physics.friction },
    target_speed_min: { ...walkerParameters.target_speed_min, default: low },
    target_speed_max: { ...walkerParameters.target_speed_max, default: high },
    target_radius: {
      ...walkerParameters.target_radius,
      meaning: `the target lies at most this far from (${target.center[0]}, ${target.center[2]})`,
      default: target.radius,
      high: Math.max(target.radius, ground.edge / 2 - target.edge),
    },
    max_steps: { ...walkerParameters.max_steps, default: endings.maxSteps, low: decisionPeriod },
  };
}

function jointActionsOf(rig: RigFile, character: CharacterFile): JointActions[] {
  const { rotations, strengths } = character.actions;
  const joints = jointsOf(rig);
  const moved = joints.filter(({ name }) => {
    return strengths.includes(name) || rotations.some(({ joint }) => joint === name);
  });
  const names = actionNamesOf(character);
  // In the order of the rotations, then those that have a strength alone.
  const inOrder = [...new Set([...rotations.map(({ joint }) => joint), ...strengths])];
  return inOrder.map((name): JointActions => {
    const slot = joints.findIndex((joint) => joint.name === name);
    const { joint, owner } = joints[slot]!;
    const actionOf = (axis: string) => names.indexOf(`${name} rotation ${axis}`);
    const { x, y, z } = joint;
    // An axis that is free has no limits to reckon by: half a turn to both sides.
    const ranges = ([x, [-y, y], [-z, z]] as const).map((range, axis) => {
      const motion = joint.angular[axis];
      return motion === 'free' ? ([-180, 180] as const) : motion === 'locked' ? ([0, 0] as const) : range;
    });
    const ends = (which: 0 | 1) => [ranges[0]![which], ranges[1]![which], ranges[2]![which]] as const;
    return {
      motor: moved.findIndex((each) => each.name === name),
      body: rig.bodies.indexOf(owner),
      slot,
      maxStrength: driveOf(character, name).maxStrength,
      rotation: [actionOf('x'), actionOf('y'), actionOf('z')],
      low: ends(0),
      high: ends(1),
      strength: names.indexOf(`${name} strength`),
    };
  });
}

function rewardOf({ reward: { product, sum } }: CharacterFile, context: TermContext, where: string): Reward {
  const factors = makeTerms(product, context, `${where}: reward.product`);
  const addends = makeTerms(sum, context, `${where}: reward.sum`);
  const all = [...factors, ...addends];
  /** What each term came to over the episode. */
  const earned = new Float64Array(all.length);
  let steps = 0;
  const counts = all.map(({ term }) => term.save?.().length ?? 0);
  return {
    compute(state) {
      let result = factors.length > 0 ? 1 : 0;
      for (let which = 0; which < factors.length; which++) {
        const value = factors[which]!.term.compute(state);
        earned[which]! += value;
        result *= value;
      }
      for (let which = 0; which < addends.length; which++) {
        const { weight, term } = addends[which]!;
        const value = weight * term.compute(state);
        earned[factors.length + which]! += value;
        result += value;
      }
      steps += 1;
      return result;
    },
    restart() {
      earned.fill(0);
      steps = 0;
      for (const { term } of all) term.restart?.();
    },
    save: () => [steps, ...earned, ...all.flatMap(({ term }) => term.save?.() ?? [])],
    restore(from) {
      steps = from.next();
      earned.set(from.many(earned.length));
      all.forEach(({ term }, which) => {
        term.restore?.(from.many(counts[which]!));
      });
    },
    // A mean per physics step, of a sum with its weight.
    told: () =>
      Object.fromEntries(all.map(({ name }, which) => [`reward ${name}`, steps ? earned[which]! / steps : 0])),
  };
}

/** Deviation of the noise of a row at a level of 1: envs/walker/observation-noise.ts says how it is chosen. */
const noiseScales: Readonly<Record<RowName, number>> = {
  speedError: 1,
  meanVelocity: 1,
  goalVelocity: 0,
  target: 1,
  facing: 0.2,
  angle: 0.1,
  ray: 0.02,
  contact: 0,
  velocity: 1,
  angularVelocity: 3,
  fromRoot: 0.2,
  localRotation: 0.1,
  strength: 0,
  framePosition: 0.2,
  frameRotation: 0.1,
  jointRotation: 0.1,
};
