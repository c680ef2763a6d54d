/** The project's settings that the walker's physics needs, as Unity's text files. */
import type { PhysicsSettings } from '../../envs/walker/physics-settings.ts';
import { documentOf, HEAD } from './unity-text.ts';

/** Unity counts time in these, a second. */
const TICKS = 141_120_000;

/** ProjectSettings/DynamicsManager.asset. */
export function physicsManager(settings: PhysicsSettings): string {
  return (
    HEAD +
    documentOf(55, '1', 'PhysicsManager', [
      'm_ObjectHideFlags: 0',
      'serializedVersion: 10',
      `m_Gravity: {x: 0, y: ${-settings.gravity}, z: 0}`,
      'm_DefaultMaterial: {fileID: 0}',
      `m_BounceThreshold: ${settings.bounceThreshold}`,
      `m_SleepThreshold: ${settings.sleepThreshold}`,
      `m_DefaultContactOffset: ${settings.contactOffset}`,
      `m_DefaultSolverIterations: ${settings.positionIterations}`,
      `m_DefaultSolverVelocityIterations: ${settings.velocityIterations}`,
      // All 32 layers touch one another.
      `m_LayerCollisionMatrix: ${'ff'.repeat(128)}`,
      'm_AutoSimulation: 1',
      'm_AutoSyncTransforms: 1',
      'm_ReuseCollisionCallbacks: 1',
      // Projected Gauss-Seidel, and friction of two anchors a patch.
      'm_SolverType: 0',
      'm_FrictionType: 0',
      'm_EnableEnhancedDeterminism: 1',
    ])
  );
}

/** ProjectSettings/TimeManager.asset. */
export function timeManager(settings: PhysicsSettings): string {
  return (
    HEAD +
    documentOf(5, '1', 'TimeManager', [
      'm_ObjectHideFlags: 0',
      'Fixed Timestep:',
      `  m_Count: ${Math.round(settings.step * TICKS)}`,
      '  m_Rate:',
      '    m_Denominator: 1',
      `    m_Numerator: ${TICKS}`,
      'Maximum Allowed Timestep: 0.33333334',
      'm_TimeScale: 1',
      'Maximum Particle Timestep: 0.03',
    ])
  );
}

/** ProjectSettings/EditorBuildSettings.asset: a player begins with this scene. */
export function buildSettings(scene: string, guid: string): string {
  return (
    HEAD +
    documentOf(1045, '1', 'EditorBuildSettings', [
      'm_ObjectHideFlags: 0',
      'serializedVersion: 2',
      'm_Scenes:',
      '- enabled: 1',
      `  path: ${scene}`,
      `  guid: ${guid}`,
      'm_configObjects: {}',
    ])
  );
}
