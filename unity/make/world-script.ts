/** WalkerWorld.cs: physics, platform, target, episodes and rewards as numbers. */
import { walkerParameters } from '../../envs/walker/parameters.ts';
import { unityPhysics } from '../../envs/walker/physics-settings.ts';
import { fallReward, targetReward } from '../../envs/walker/reward.ts';
import { stepsPerDecision, targetPlace } from '../../envs/walker/walker.ts';
import { target, wall } from '../../envs/walker/world.ts';
import { blockOf, float, scriptOf, vector } from './csharp.ts';

export function worldScript(): string {
  const { target_speed_min, target_speed_max, target_radius } = walkerParameters;
  const numbers = (values: Readonly<Record<string, number>>, type = 'float') =>
    Object.entries(values).map(([name, value]) => `public const ${type} ${name} = ${float(value)};`);
  return scriptOf(
    ['The world that the walker is trained in, as numbers. Metres, kilograms, seconds.'],
    blockOf('public static class WalkerWorld', [
      "// What the project's settings must be.",
      ...numbers({
        TimeStep: unityPhysics.step,
        Gravity: unityPhysics.gravity,
        BounceThreshold: unityPhysics.bounceThreshold,
      }),
      '',
      '// What bodies and shapes are told one by one, whatever the project says.',
      ...numbers(
        {
          PositionIterations: unityPhysics.positionIterations,
          VelocityIterations: unityPhysics.velocityIterations,
        },
        'int',
      ),
      ...numbers({
        Friction: unityPhysics.friction,
        ContactOffset: unityPhysics.contactOffset,
        SleepThreshold: unityPhysics.sleepThreshold,
        MaxAngularVelocity: unityPhysics.maxAngularVelocity,
        MaxDepenetrationVelocity: unityPhysics.maxDepenetrationVelocity,
      }),
      '',
      '// Physics steps from one decision to the next.',
      ...numbers({ DecisionPeriod: stepsPerDecision }, 'int'),
      '',
      '// The ground, a square whose top is at this height, and the walls around it.',
      ...numbers({
        GroundEdge: unityPhysics.groundEdge,
        GroundHeight: unityPhysics.groundHeight,
        WallHeight: wall.height,
        WallThickness: wall.thickness,
      }),
      '',
      '// The cube to walk to, and the middle and radius of where it is put.',
      ...numbers({
        TargetEdge: target.edge,
        TargetMass: target.mass,
        TargetLinearDamping: target.linearDamping,
        TargetAngularDamping: target.angularDamping,
        TargetRadius: target_radius.default,
      }),
      `public static readonly Vector3 TargetPlace = ${vector([targetPlace.x, targetPlace.y, targetPlace.z])};`,
      '',
      '// Each episode draws a speed, m/s.',
      ...numbers({ MinTargetSpeed: target_speed_min.default, MaxTargetSpeed: target_speed_max.default }),
      '',
      '// Of the decision that ends in a fall, and for touching the target.',
      ...numbers({ FallReward: fallReward, TargetReward: targetReward }),
    ]),
  );
}
