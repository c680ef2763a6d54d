/**
 * Finds the Behavior Parameters that a prefab or scene binds to a model, in Unity's YAML, in both forms it has there:
 *   - the component itself, a `MonoBehaviour` document whose `m_Script` is BehaviorParameters and whose `m_Model` names
 *     the asset;
 *   - an override, in which a prefab instance gives the component of another prefab a model: entries
 *     `target`/`propertyPath`/`value`/`objectReference` under `m_Modifications`. (Unity's own Walker does it so.)
 * Read with regular expressions, because Unity's YAML has tags and documents that YAML readers refuse, and because
 * nothing is ever written back.
 */

/** GUID of the BehaviorParameters script in every com.unity.ml-agents. */
export const BEHAVIOR_PARAMETERS_SCRIPT = '5d1c4e0b1822b495aa52bc52839ecb30';

/** Local id of the model inside an imported .onnx, the same in all three inference packages. */
export const MODEL_FILE_ID = '5022602860645237092';

export interface BoundBehavior {
  readonly name: string | undefined;
  /** Local id in the reference to the model; anything but MODEL_FILE_ID points at nothing. */
  readonly modelFileId: string;
  /** Size that the model sees: of one observation, times the number stacked. */
  readonly observationSize: number | undefined;
  readonly actionSize: number | undefined;
  readonly isHeuristicOnly: boolean;
}

/** Where each thing lies under a BehaviorParameters component, in the words of a prefab override. */
const PROPERTY = {
  observations: 'm_BrainParameters.VectorObservationSize',
  stacked: 'm_BrainParameters.NumStackedVectorObservations',
  actions: 'm_BrainParameters.m_ActionSpec.m_NumContinuousActions',
  behaviorType: 'm_BehaviorType',
  name: 'm_BehaviorName',
} as const;
type Property = keyof typeof PROPERTY;
type Values = Partial<Record<Property, string>>;

const HEURISTIC_ONLY = '1';

/**
 * @param yaml text of a prefab or scene
 * @param modelGuid GUID of the model asset
 * @param textOfAsset text of the asset with a GUID, undefined where there is none: follows overrides to their prefab
 */
export function behaviorsBoundTo(
  yaml: string,
  modelGuid: string,
  textOfAsset: (guid: string) => string | undefined,
): BoundBehavior[] {
  const found: BoundBehavior[] = [];
  for (const document of documentsOf(yaml)) {
    const own = document.body.includes(BEHAVIOR_PARAMETERS_SCRIPT) && modelReference('m_Model').exec(document.body);
    if (own && own[2] === modelGuid) found.push(told(own[1]!, valuesOfComponent(document.body)));

    const overrides = overridesIn(document.body);
    for (const override of overrides) {
      if (override.property !== 'm_Model' || override.modelGuid !== modelGuid) continue;
      const base = documentsOf(textOfAsset(override.targetGuid) ?? '').find(({ id }) => id === override.targetId);
      const changed = overrides.filter((other) => other.target === override.target);
      found.push(
        told(override.modelFileId!, { ...valuesOfComponent(base?.body ?? ''), ...valuesOfOverrides(changed) }),
      );
    }
  }
  return found;
}

function told(modelFileId: string, values: Values): BoundBehavior {
  const observations = numberIn(values.observations);
  return {
    name: values.name,
    modelFileId,
    observationSize: observations === undefined ? undefined : observations * (numberIn(values.stacked) ?? 1),
    actionSize: numberIn(values.actions),
    isHeuristicOnly: values.behaviorType === HEURISTIC_ONLY,
  };
}

/** The objects of a Unity file, each after a line `--- !u!<class> &<local id>`. Long lines are wrapped at a comma. */
function documentsOf(yaml: string): { readonly id: string; readonly body: string }[] {
  const joined = yaml.replaceAll('\r\n', '\n').replace(/,\n\s+/g, ', ');
  return joined.split(/^--- /m).flatMap((part) => {
    const head = /^!u!\d+ &(-?\d+)/.exec(part);
    return head ? [{ id: head[1]!, body: part }] : [];
  });
}

function valuesOfComponent(body: string): Values {
  const values: Values = {};
  for (const property of Object.keys(PROPERTY) as Property[]) {
    const field = PROPERTY[property].split('.').at(-1)!;
    const match = new RegExp(`^ +${field}: *(.*?) *$`, 'm').exec(body);
    if (match) values[property] = match[1]!;
  }
  return values;
}

interface Override {
  readonly target: string;
  readonly targetId: string;
  readonly targetGuid: string;
  readonly property: string;
  readonly value: string;
  readonly modelFileId: string | undefined;
  readonly modelGuid: string | undefined;
}

function overridesIn(body: string): Override[] {
  const entry =
    /- target: (\{fileID: (-?\d+), guid: ([0-9a-f]{32}), type: \d+\})\n +propertyPath: (\S+)\n +value: *(.*)\n +objectReference: (.*)/g;
  return [...body.matchAll(entry)].map((match) => {
    const reference = modelReference('').exec(`: ${match[6]}`);
    return {
      target: match[1]!,
      targetId: match[2]!,
      targetGuid: match[3]!,
      property: match[4]!,
      value: match[5]!.trim(),
      modelFileId: reference?.[1],
      modelGuid: reference?.[2],
    };
  });
}

function valuesOfOverrides(overrides: readonly Override[]): Values {
  const values: Values = {};
  for (const property of Object.keys(PROPERTY) as Property[]) {
    const override = overrides.find((candidate) => candidate.property === PROPERTY[property]);
    if (override) values[property] = override.value;
  }
  return values;
}

/** `m_Model: {fileID: 5022602860645237092, guid: b000..., type: 3}` -> local id and GUID. */
function modelReference(field: string): RegExp {
  return new RegExp(`${field}: \\{fileID: (-?\\d+), guid: ([0-9a-f]{32}), type: \\d+\\}`);
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
