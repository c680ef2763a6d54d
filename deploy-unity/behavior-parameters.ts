/**
 * The Behavior Parameters of prefabs and scenes as they are in effect: what ML-Agents' component says after every override,
 * and which sensors its agent collects besides. ML-Agents 1.x wrote some of the same fields under other names.
 */
import { type Assets, chainOf, isActive, placeOf, scriptOf, type UnityObject } from '../unity-assets/assets.ts';
import { wholeNumbersIn } from '../unity-assets/overrides.ts';
import { type Reference, referenceIn } from '../unity-assets/reference.ts';
import { type Mapping, numberIn, textAt, type Value, valueAt } from '../unity-assets/values.ts';

/** GUID of the BehaviorParameters script in every com.unity.ml-agents. */
export const BEHAVIOR_PARAMETERS_SCRIPT = '5d1c4e0b1822b495aa52bc52839ecb30';

/** Local id of the model inside an imported .onnx, the same in all three inference packages. */
export const MODEL_FILE_ID = '5022602860645237092';

/** The component's field that refers to the model. */
export const MODEL_FIELD = 'm_Model';

/** Scripts of ML-Agents, by GUID, that each give an agent one more observation, the extensions' last. */
const SENSORS: Readonly<Record<string, string>> = {
  '38b7cc1f5819445aa85e9a9b054552dc': 'Vector Sensor',
  '6bb6b867a41448888c1cd4f99643ad71': 'Ray Perception Sensor 3D',
  f67c7e722ba14acd9153bb4488bff6e4: 'Ray Perception Sensor 2D',
  '282f342c2ab144bf38be65d4d0c4e07d': 'Camera Sensor',
  '132e1194facb64429b007ea1edf562d0': 'Render Texture Sensor',
  '2a501962d056745d1a30e99146ee39fe': 'Grid Sensor',
  dd8012d5925524537b27131fef517017: 'Buffer Sensor',
  '530d2f105aa145bd8a00e021bdd925fd': 'Match 3 Sensor',
  df0f8be9a37d6486498061e2cbc4cd94: 'Rigid Body Sensor',
};

export interface Behavior {
  /** The prefab or scene that was asked about, relative to the project. */
  readonly path: string;
  readonly object: UnityObject;
  /** GameObjects from the root: `Platform/Walker`. */
  readonly place: string;
  readonly name: string | undefined;
  readonly model: Reference | undefined;
  /** Size that the model sees: of one observation, times the number stacked. */
  readonly observationSize: number | undefined;
  /** Continuous actions. */
  readonly actionSize: number | undefined;
  /** Sizes of the discrete branches. */
  readonly branches: readonly number[];
  readonly isHeuristicOnly: boolean;
  readonly isActive: boolean;
  /** What the agent observes besides its own vector: `Ray Perception Sensor 3D on head`. */
  readonly sensors: readonly string[];
}

const HEURISTIC_ONLY = '1';
const CONTINUOUS = '1';

/**
 * All behaviours of a prefab or scene, those of nested prefabs among them.
 *
 * @throws UserError where the file, or a prefab in it, is malformed.
 */
export function behaviorsIn(assets: Assets, path: string): Behavior[] {
  return [...assets.objectsOf(path).values()]
    .filter((object) => scriptOf(object) === BEHAVIOR_PARAMETERS_SCRIPT)
    .map((object) => behaviorOf(assets, path, object));
}

/** @param object a BehaviorParameters component of the file at the path */
export function behaviorOf(assets: Assets, path: string, object: UnityObject): Behavior {
  const values = assets.valuesOf(object);
  const gameObject = assets.gameObjectOf(path, object);
  const observations = numberIn(brain(values, 'VectorObservationSize'));
  const stacked = numberIn(brain(values, 'NumStackedVectorObservations')) ?? 1;
  return {
    path,
    object,
    place: placeOf(assets, path, gameObject),
    name: textAt(values, 'm_BehaviorName') ?? textAt(values, 'behaviorName'),
    model: referenceIn(valueAt(values, MODEL_FIELD)),
    observationSize: observations === undefined ? undefined : observations * stacked,
    ...actionsOf(values),
    isHeuristicOnly: textAt(values, 'm_BehaviorType') === HEURISTIC_ONLY,
    isActive: isActive(assets, path, gameObject),
    sensors: gameObject ? sensorsOf(assets, path, gameObject, textAt(values, 'm_UseChildSensors') === '1') : [],
  };
}

/** A field of the brain parameters, in its name of today or that of ML-Agents 1.x. */
function brainValue(values: Mapping, name: string): Value | undefined {
  const brainParameters = valueAt(values, 'm_BrainParameters');
  return valueAt(brainParameters, name) ?? valueAt(brainParameters, name[0]!.toLowerCase() + name.slice(1));
}

function brain(values: Mapping, name: string): string | undefined {
  const value = brainValue(values, name);
  return value?.kind === 'scalar' ? value.text : undefined;
}

function actionsOf(values: Mapping): Pick<Behavior, 'actionSize' | 'branches'> {
  const spec = brainValue(values, 'm_ActionSpec');
  const isUpgraded = brain(values, 'hasUpgradedBrainParametersWithActionSpec') !== '0';
  if (spec && isUpgraded) {
    return {
      actionSize: numberIn(textAt(spec, 'm_NumContinuousActions')),
      branches: wholeNumbersIn(valueAt(spec, 'BranchSizes')) ?? [],
    };
  }
  // What the component said before there was an ActionSpec: one list for both kinds.
  const sizes = wholeNumbersIn(brainValue(values, 'VectorActionSize'));
  if (!sizes) return { actionSize: undefined, branches: [] };
  const isContinuous = brain(values, 'VectorActionSpaceType') === CONTINUOUS;
  return isContinuous ? { actionSize: sizes[0], branches: [] } : { actionSize: 0, branches: sizes };
}

/** As the agent collects them: on its own object or, where it uses those of children, on all active ones below. */
function sensorsOf(assets: Assets, path: string, agent: UnityObject, ofChildren: boolean): string[] {
  const found: string[] = [];
  for (const object of assets.objectsOf(path).values()) {
    const sensor = SENSORS[scriptOf(object) ?? ''];
    const owner = sensor && assets.gameObjectOf(path, object);
    if (!owner || (owner !== agent && !ofChildren)) continue;
    const below = chainOf(assets, path, owner);
    const upToAgent = below.slice(0, below.indexOf(agent) + 1);
    const isSeen = upToAgent.every((each) => each === agent || textAt(assets.valuesOf(each), 'm_IsActive') !== '0');
    if (upToAgent.length === 0 || !isSeen) continue;
    found.push(owner === agent ? sensor : `${sensor} on ${textAt(assets.valuesOf(owner), 'm_Name') ?? '?'}`);
  }
  return found;
}

/** Whether this object is, or is a copy of, one that the model was given to further inside. */
export function isBoundWithin(assets: Assets, object: UnityObject, modelGuid: string): boolean {
  for (let at = object.copy?.of; at; at = at.copy?.of) {
    if (referenceIn(valueAt(assets.valuesOf(at), MODEL_FIELD))?.guid === modelGuid) return true;
  }
  return false;
}
