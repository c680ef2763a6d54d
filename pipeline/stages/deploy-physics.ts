/** What the embedded Walker is trained with, in the terms of a Unity project. */
import type { AttachRequest } from '../../deploy-unity/attach/attach.ts';
import type { TrainedPhysics } from '../../deploy-unity/physics/trained-physics.ts';
import { unityPhysics } from '../../envs/walker/physics-settings.ts';
import { walkerRig } from '../../envs/walker/rig.ts';
import { stepsPerDecision } from '../../envs/walker/walker.ts';

/** What Unity's Walker scene has, whichever simulator it was trained in: solver and friction as Unity numbers them. */
export function trainedPhysics(): TrainedPhysics {
  const { step, gravity, positionIterations, velocityIterations, contactOffset, bounceThreshold, maxAngularVelocity } =
    unityPhysics;
  const { linearDamping, angularDamping, drive, bodies } = walkerRig;
  return {
    fixedTimestep: step,
    gravity,
    solverIterations: positionIterations,
    solverVelocityIterations: velocityIterations,
    solverType: 0,
    frictionType: 0,
    contactOffset,
    bounceThreshold,
    maxAngularSpeed: maxAngularVelocity,
    decisionPeriod: stepsPerDecision,
    linearDamping,
    angularDamping,
    drive: { stiffness: drive.stiffness, damping: drive.damping, maxForce: drive.maxStrength },
    bodies: bodies.map(({ name, mass, joint }) => ({
      name,
      mass,
      limits: joint && [joint.limits[0][0], joint.limits[0][1], joint.limits[1][1], joint.limits[2][1]],
    })),
  };
}

/**
 * The same for a character of another rig: the settings alone. Its bodies and joints are compared where they are, by the agent
 * when it awakes.
 */
export function physicsOf({ character: { world } }: AttachRequest): TrainedPhysics {
  const { drive, ...walker } = trainedPhysics();
  return {
    ...walker,
    fixedTimestep: world.timeStep,
    gravity: world.gravity,
    solverIterations: world.positionIterations,
    solverVelocityIterations: world.velocityIterations,
    decisionPeriod: world.decisionPeriod,
    bodies: [],
  };
}
