/**
 * `--attach PREFAB[:OBJECT]`: the package's Ragdoll Agent put onto an object of a prefab or scene, with all that ML-Agents wants
 * beside it. Says what is to change there, and writes nothing.
 *
 * Components that are there already keep all that is not ours to say. An agent of the user's is switched off, for an object has
 * one agent; ML-Agents' ground contacts are told not to end that agent's episodes.
 */
import { nearestName } from '../../base/failure/nearest-name.ts';
import { UserError } from '../../base/failure/user-error.ts';
import type { NewScript } from '../../unity-assets/add-component.ts';
import { type Assets, chainOf, GAME_OBJECT, placeOf, scriptOf, type UnityObject } from '../../unity-assets/assets.ts';
import type { NewValue } from '../../unity-assets/edit.ts';
import { referenceIn, referenceText } from '../../unity-assets/reference.ts';
import type { ProjectScan } from '../../unity-assets/scan-project.ts';
import { textAt, type Value, valueAt } from '../../unity-assets/values.ts';
import type { WantedScripts, WantedValue } from '../asset-changes.ts';
import { assetGuid } from '../asset-guid.ts';
import { BEHAVIOR_PARAMETERS_SCRIPT, behaviorOf, MODEL_FIELD, MODEL_FILE_ID } from '../behavior-parameters.ts';
import { assetIn, refuseMissing } from '../bind.ts';
import { type AgentFile, agentFileText } from './agent-file.ts';
import { wayToRagdoll } from './ragdoll-place.ts';

export interface Attaching {
  /** A prefab or scene, relative to the project. */
  readonly path: string;
  /** Name of the object, or its path from the file's root; needed where nothing tells which one is meant. */
  readonly object?: string;
}

export interface AttachRequest extends Attaching {
  readonly character: AgentFile;
}

/** What is to be changed so that the agent is there. */
export interface Attachment {
  readonly path: string;
  /** `Hero/Armature`. */
  readonly place: string;
  readonly wanted: readonly WantedValue[];
  readonly added: WantedScripts;
  /** Content of the file that the agent reads. */
  readonly text: string;
  /** What was switched off, by the names of its object and script. */
  readonly switchedOff: readonly string[];
}

/** The script of the package, by its GUID. */
export const RAGDOLL_AGENT_SCRIPT = assetGuid('Packages/com.gaitsmith/Runtime/Ragdoll/RagdollAgent.cs');
const DECISION_REQUESTER_SCRIPT = '3a5c9d521e5ef4759a8246a07d52221e';
/** Of the text in an asset that Unity imports as one. */
const TEXT_FILE_ID = '4900000';

/** @throws UserError where the words name no prefab or scene. */
export function attachingIn(words: string): Attaching {
  const { path, name } = assetIn(words, '--attach', 'PREFAB or PREFAB:OBJECT, such as Assets/Hero/Hero.prefab');
  return { path, ...(name === undefined ? {} : { object: name }) };
}

/** Where the file that the agent reads lies: beside the model. */
export function agentFilePath(asset: string): string {
  return asset.replace(/\.onnx$/i, '.agent.json');
}

/**
 * @param guids of the model and of the agent's file
 * @throws UserError where there is no such object, the ragdoll is not below it, or it observes by more than its agent
 */
export function attachTo(
  guids: { readonly model: string; readonly agentFile: string },
  { path, object, character }: AttachRequest,
  assets: Assets,
  scan: ProjectScan,
): Attachment {
  refuseMissing(path, scan, '--attach');
  const gameObject = agentObject(assets, path, object);
  const place = placeOf(assets, path, gameObject);
  const way = wayToRagdoll(
    assets,
    path,
    gameObject,
    character.bodies.map((body) => body.path),
  );
  const there = assets.componentsOf(path, gameObject);
  const plan: Plan = { assets, path, wanted: [], scripts: [] };
  const of = (script: string) => there.find((component) => scriptOf(component) === script);

  const behavior = of(BEHAVIOR_PARAMETERS_SCRIPT);
  if (behavior) refuseSensors(assets, path, behavior, place);
  put(plan, behavior, BEHAVIOR_PARAMETERS_SCRIPT, behaviorFields(assets, behavior, character, guids.model));
  put(plan, of(RAGDOLL_AGENT_SCRIPT), RAGDOLL_AGENT_SCRIPT, agentFields(character, guids.agentFile));
  put(plan, of(DECISION_REQUESTER_SCRIPT), DECISION_REQUESTER_SCRIPT, [
    { name: 'DecisionPeriod', value: { text: String(character.world.decisionPeriod) } },
    { name: 'DecisionStep', value: { text: '0' }, onlyWhenNew: true },
    { name: 'TakeActionsBetweenDecisions', value: { text: '0' } },
  ]);
  const switchedOff = switchOff(assets, path, gameObject, plan);
  return {
    path,
    place,
    wanted: plan.wanted,
    added: { path, gameObject, scripts: plan.scripts },
    text: agentFileText(character, way),
    switchedOff,
  };
}

interface Plan {
  readonly assets: Assets;
  readonly path: string;
  readonly wanted: WantedValue[];
  readonly scripts: NewScript[];
}

/** A field of a component: its property, and how it is written in a new one if not by that name. */
interface Field {
  readonly name: string;
  readonly value: NewValue;
  /** Left as it is where the component is there. */
  readonly onlyWhenNew?: boolean;
}

/** Gives a component that is there these values, or adds one with them. */
function put(
  { assets, path, wanted, scripts }: Plan,
  object: UnityObject | undefined,
  guid: string,
  fields: readonly Field[],
): void {
  if (!object) {
    scripts.push({ guid, fields: nested(fields) });
    return;
  }
  const values = assets.valuesOf(object);
  for (const { name, value, onlyWhenNew } of fields) {
    if (!onlyWhenNew && !isThere(valueAt(values, name), value)) wanted.push({ path, object, property: name, value });
  }
}

/** Whether a value is in effect already: a copy then needs no override. */
function isThere(now: Value | undefined, wanted: NewValue): boolean {
  if ('text' in wanted) return now?.kind === 'scalar' && now.text === wanted.text;
  const reference = referenceIn(now);
  return reference?.fileId === wanted.reference.fileId && reference.guid === wanted.reference.guid;
}

/** Lines of YAML: `a.b: 1` and `a.c: 2` as one mapping a. */
function nested(fields: readonly Field[]): string[] {
  const lines: string[] = [];
  let open: readonly string[] = [];
  for (const { name, value } of fields) {
    const parts = name.split('.');
    const text = 'text' in value ? value.text : referenceText(value.reference);
    for (const [depth, part] of parts.entries()) {
      const isLast = depth === parts.length - 1;
      if (!isLast && open[depth] === part) continue;
      lines.push(`${'  '.repeat(depth)}${part}:${isLast ? ` ${text}` : ''}`);
      open = parts.slice(0, depth + 1);
    }
  }
  return lines;
}

function behaviorFields(
  assets: Assets,
  behavior: UnityObject | undefined,
  { sensors, actionSize, name }: AgentFile,
  model: string,
): Field[] {
  const branches = behavior && valueAt(assets.valuesOf(behavior), 'm_BrainParameters.m_ActionSpec.BranchSizes');
  const none: Field = behavior?.copy
    ? { name: 'm_BrainParameters.m_ActionSpec.BranchSizes.Array.size', value: { text: '0' } }
    : {
        name: 'm_BrainParameters.m_ActionSpec.BranchSizes',
        value: { text: branches?.kind === 'sequence' ? '[]' : '' },
      };
  const hasBranches = branches !== undefined && !(branches.kind === 'scalar' && branches.text === '');
  const isEmptyList = branches?.kind === 'sequence' && branches.items.length === 0;
  return [
    { name: 'm_BrainParameters.VectorObservationSize', value: { text: String(sensors[0]!.size) } },
    { name: 'm_BrainParameters.NumStackedVectorObservations', value: { text: '1' } },
    { name: 'm_BrainParameters.m_ActionSpec.m_NumContinuousActions', value: { text: String(actionSize) } },
    ...(behavior && (!hasBranches || isEmptyList) ? [] : [none]),
    { name: 'm_BrainParameters.VectorActionSize', value: { text: littleEndian(actionSize) }, onlyWhenNew: true },
    { name: 'm_BrainParameters.VectorActionDescriptions', value: { text: '[]' }, onlyWhenNew: true },
    { name: 'm_BrainParameters.VectorActionSpaceType', value: { text: '1' }, onlyWhenNew: true },
    {
      name: 'm_BrainParameters.hasUpgradedBrainParametersWithActionSpec',
      value: { text: '1' },
      onlyWhenNew: true,
    },
    { name: MODEL_FIELD, value: { reference: { fileId: MODEL_FILE_ID, guid: model, type: '3' } } },
    { name: 'm_InferenceDevice', value: { text: '2' }, onlyWhenNew: true },
    { name: 'm_BehaviorType', value: { text: '0' }, onlyWhenNew: true },
    { name: 'm_BehaviorName', value: { text: name }, onlyWhenNew: true },
    { name: 'TeamId', value: { text: '0' }, onlyWhenNew: true },
    { name: 'm_UseChildSensors', value: { text: '0' }, onlyWhenNew: true },
    { name: 'm_UseChildActuators', value: { text: '0' }, onlyWhenNew: true },
    { name: 'm_DeterministicInference', value: { text: '0' }, onlyWhenNew: true },
    { name: 'm_ObservableAttributeHandling', value: { text: '0' }, onlyWhenNew: true },
  ];
}

function agentFields({ target: { lowSpeed, highSpeed } }: AgentFile, guid: string): Field[] {
  return [
    { name: 'agentParameters.maxStep', value: { text: '0' }, onlyWhenNew: true },
    { name: 'hasUpgradedFromAgentParameters', value: { text: '1' }, onlyWhenNew: true },
    { name: 'MaxStep', value: { text: '0' }, onlyWhenNew: true },
    { name: 'character', value: { reference: { fileId: TEXT_FILE_ID, guid, type: '3' } } },
    { name: 'target', value: { reference: { fileId: '0' } }, onlyWhenNew: true },
    { name: 'targetSpeed', value: { text: String((lowSpeed + highSpeed) / 2) }, onlyWhenNew: true },
    { name: 'startAgain', value: { text: '1' }, onlyWhenNew: true },
    { name: 'turnAtStart', value: { text: '0' }, onlyWhenNew: true },
  ];
}

/** Unity writes a list of integers as the hexadecimal digits of their bytes. */
function littleEndian(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes.toString('hex');
}

/** Agents of others on the object, and what else would act for them below it. @returns what it is, for people */
function switchOff(assets: Assets, path: string, agent: UnityObject, { wanted }: Plan): string[] {
  const told: string[] = [];
  const off = (object: UnityObject, property: string) => wanted.push({ path, object, property, value: { text: '0' } });
  for (const object of assets.objectsOf(path).values()) {
    const script = scriptOf(object);
    if (script === undefined || script === RAGDOLL_AGENT_SCRIPT) continue;
    const owner = assets.gameObjectOf(path, object);
    if (!owner || !chainOf(assets, path, owner).includes(agent)) continue;
    const values = assets.valuesOf(object);
    const where = placeOf(assets, path, owner);
    const isAgent = textAt(values, 'MaxStep') !== undefined && valueAt(values, 'agentParameters') !== undefined;
    if (owner === agent && isAgent && textAt(values, 'm_Enabled') !== '0') {
      off(object, 'm_Enabled');
      told.push(`the agent ${script} of ${where}`);
    }
    // They would reward and end the episodes of an agent that is off, and fail.
    for (const field of ['agentDoneOnGroundContact', 'penalizeGroundContact']) {
      if (textAt(values, field) !== '1') continue;
      off(object, field);
      told.push(`${field} of ${where}`);
    }
  }
  return told;
}

/** Which GameObject is meant: the named one, else the one that has an agent's parameters, else the root of a prefab. */
function agentObject(assets: Assets, path: string, named: string | undefined): UnityObject {
  const all = [...assets.objectsOf(path).values()].filter(({ classId }) => classId === GAME_OBJECT);
  const name = (each: UnityObject) => textAt(assets.valuesOf(each), 'm_Name') ?? '?';
  const isAgents = (each: UnityObject) =>
    assets.componentsOf(path, each).some((component) => scriptOf(component) === BEHAVIOR_PARAMETERS_SCRIPT);
  const roots = all.filter((each) => !assets.parentOf(path, each));
  const agents = all.filter(isAgents);
  const unnamed = agents.length > 0 || path.toLowerCase().endsWith('.unity') ? agents : roots;
  const meant =
    named === undefined ? unnamed : all.filter((each) => name(each) === named || placeOf(assets, path, each) === named);
  if (meant.length === 1) return meant[0]!;
  const among = meant.length > 0 ? meant : agents.length > 0 ? agents : roots;
  const places = [...new Set(among.map((each) => placeOf(assets, path, each)))];
  const near = named === undefined ? places[0] : (nearestName(named, places) ?? nearestName(named, all.map(name)));
  throw new UserError({
    what:
      meant.length > 1
        ? `${meant.length} objects of this file are meant, and the agent goes onto one`
        : 'there is no such object in this file to put an agent onto',
    where: `--attach ${path}`,
    ...(named === undefined ? {} : { value: named }),
    ...(places.length === 0 ? {} : { expected: `one of ${places.slice(0, 8).join(', ')}` }),
    mend:
      near === undefined || (meant.length > 1 && places.length === 1)
        ? 'attach to the prefab that they are instances of'
        : `write --attach ${path}:${near}`,
  });
}

/** Each sensor is one more input, which the policy does not have. ML-Agents takes them whether they are enabled or not. */
function refuseSensors(assets: Assets, path: string, behavior: UnityObject, place: string): void {
  const { sensors } = behaviorOf(assets, path, behavior);
  if (sensors.length === 0) return;
  throw new UserError({
    what: 'the agent has sensors of its own, and the policy would be given their numbers too',
    where: `--attach ${path}:${place}`,
    value: sensors.join(', '),
    expected: 'none but what the Ragdoll Agent observes itself',
    mend: 'in Unity: remove these components from the object (the three dots > Remove Component), or untick Behavior Parameters > Use Child Sensors where they are on children, and save',
  });
}
