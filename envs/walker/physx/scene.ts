/**
 * An empty PhysX scene with the walker's physics, and what tells who touches whom.
 *
 * Every shape carries what kind of thing it is and which touches of it are reported. The filter that PhysX asks for each
 * pair that comes near is the package's own, in WebAssembly: one in JavaScript would take 5 % of all time.
 */

import type { Shape } from '../../../physics/scene.ts';
import type { PhysicsSettings } from '../physics-settings.ts';
import { category } from '../scene-of-rig.ts';
import type { ContactListener } from './contact-reports.ts';
import { pointerOf } from './memory.ts';
import type { PhysX, PhysXTypes } from './physx-types.ts';

/**
 * Sets what the package's filter looks at, shape by shape. It lets two shapes touch where the first's `word0` and the
 * second's `word1` share a bit, or the other way round, and adds both shapes' `word2` to the flags of the pair. So of two
 * kinds that are to stay apart each must leave the other out.
 */
export function writeFilterData(
  { PxPairFlagEnum }: PhysX['px'],
  { category: kind, collidesWith }: Pick<Shape, 'category' | 'collidesWith'>,
  data: PhysXTypes.PxFilterData,
): void {
  const begins = Number(PxPairFlagEnum.eNOTIFY_TOUCH_FOUND);
  const ends = Number(PxPairFlagEnum.eNOTIFY_TOUCH_LOST);
  data.word0 = 1 << kind;
  data.word1 = collidesWith;
  // Ground and target touch one another too, and what hears of it lets it pass.
  data.word2 = kind === category.ground ? begins | ends : kind === category.target ? begins : 0;
}

/** Where things lie in a PxContactPair, in bytes. */
export interface ContactPairLayout {
  readonly size: number;
  readonly firstShape: number;
  readonly secondShape: number;
  readonly flags: number;
  readonly events: number;
}

/** What every scene of one walker is made from; lives as long as the walker. */
export interface SceneParts {
  readonly description: PhysXTypes.PxSceneDesc;
  readonly materials: Materials;
  readonly contactPair: ContactPairLayout;
  /** The event bit of a contact pair that says that a touch has begun. */
  readonly touchFound: number;
  /** The flag bits of a contact pair that say that a shape of it has left the scene. */
  readonly removed: number;
  free(): void;
}

/** What shapes are made of: a material for each friction that there is. */
export class Materials {
  readonly #physx: PhysX;
  readonly #made = new Map<number, PhysXTypes.PxMaterial>();

  constructor(physx: PhysX) {
    this.#physx = physx;
  }

  /** @param friction static and dynamic; of two materials that touch the lesser counts. */
  of(friction: number): PhysXTypes.PxMaterial {
    const known = this.#made.get(friction);
    if (known) return known;
    const { px, physics } = this.#physx;
    const material = physics.createMaterial(friction, friction, 0);
    material.setFrictionCombineMode(px.PxCombineModeEnum.eMIN);
    material.setRestitutionCombineMode(px.PxCombineModeEnum.eAVERAGE);
    this.#made.set(friction, material);
    return material;
  }

  /** Makes every friction so many times what it was made with. */
  scale(factor: number): void {
    for (const [friction, material] of this.#made) {
      material.setStaticFriction(friction * factor);
      material.setDynamicFriction(friction * factor);
    }
  }

  release(): void {
    for (const material of this.#made.values()) material.release();
  }
}

/** Makes what the scenes of one walker are made from. */
export function makeSceneParts(physx: PhysX, settings: PhysicsSettings, onContact: ContactListener): SceneParts {
  const { px, top, dispatcher, contactReports } = physx;
  const { PxContactPairFlagEnum, PxPairFlagEnum, PxSceneFlagEnum } = px;
  const scale = new px.PxTolerancesScale();
  const description = new px.PxSceneDesc(scale);
  const gravity = new px.PxVec3(0, -settings.gravity, 0);

  const events = new px.PxSimulationEventCallbackImpl();
  const ignore = () => {};
  Object.assign(events, { onConstraintBreak: ignore, onWake: ignore, onSleep: ignore, onTrigger: ignore });
  contactReports.listen(events as unknown as { readonly ptr: number }, onContact);

  description.gravity = gravity;
  description.cpuDispatcher = dispatcher;
  description.simulationEventCallback = events as unknown as PhysXTypes.PxSimulationEventCallback;
  description.bounceThresholdVelocity = settings.bounceThreshold;
  description.flags.raise(PxSceneFlagEnum.eENABLE_ENHANCED_DETERMINISM);
  // Otherwise friction takes part in the last three position iterations alone, and planted feet creep.
  description.flags.raise(PxSceneFlagEnum.eENABLE_FRICTION_EVERY_ITERATION);
  description.filterShader = top.DefaultFilterShader();

  const materials = new Materials(physx);
  return {
    description,
    materials,
    contactPair: contactPairLayout(px),
    touchFound: Number(PxPairFlagEnum.eNOTIFY_TOUCH_FOUND),
    removed: Number(PxContactPairFlagEnum.eREMOVED_SHAPE_0) | Number(PxContactPairFlagEnum.eREMOVED_SHAPE_1),
    free() {
      materials.release();
      contactReports.forget(events as unknown as { readonly ptr: number });
      for (const made of [description, scale, gravity, events]) px.destroy(made);
    },
  };
}

/** Asks the package where a pair at some place would have its fields; nothing is read there. */
function contactPairLayout(px: PhysX['px']): ContactPairLayout {
  const somewhere = 4096;
  const helpers = px as unknown as { wrapPointer<T>(pointer: number, of: new () => T): T };
  const first = helpers.wrapPointer(somewhere, px.PxContactPair);
  const second = px.NativeArrayHelpers.prototype.getContactPairAt(first, 1);
  // The two shapes are the first thing in it: an array of two pointers.
  return {
    size: pointerOf(second) - somewhere,
    firstShape: 0,
    secondShape: 4,
    flags: pointerOf(first.flags) - somewhere,
    events: pointerOf(first.events) - somewhere,
  };
}
