/**
 * What the components of ML-Agents and of its examples say about a ragdoll: sizes, how often it decides, the drives that a
 * JointDriveController gives to its joints at run time, and which bodies may touch the ground.
 *
 * A copy of a script gets another GUID, so scripts of the examples are known by their fields.
 */
import { BEHAVIOR_PARAMETERS_SCRIPT, type Behavior } from '../deploy-unity/behavior-parameters.ts';
import { referenceIn } from '../unity-assets/reference.ts';
import { numberAt, textAt } from '../unity-assets/values.ts';
import { type Hierarchy, type Node, placeInFile } from './hierarchy.ts';
import type { Ragdoll } from './ragdoll.ts';

export interface AgentFacts {
  /** The object with BehaviorParameters, in its file. */
  readonly place: string;
  readonly behavior: string | null;
  readonly observations: number | null;
  /** Continuous actions. */
  readonly actions: number | null;
  readonly decisionPeriod: number | null;
  readonly maxSteps: number | null;
  /** Of a JointDriveController: N m/rad, N m s/rad, N m. */
  readonly drive: { readonly stiffness: number; readonly damping: number; readonly maxStrength: number } | null;
  /** The bodies that the agent's script names in its fields, in their order: those its author observes. */
  readonly bodies: readonly string[];
  /** Bodies, by their names in the rig, whose GroundContact says so. */
  readonly groundTouchEnds: readonly string[];
  readonly groundTouchAllowed: readonly string[];
  /** Bodies with the tag `agent`, which the targets of ML-Agents' examples look for. */
  readonly touchesTarget: readonly string[];
}

const DECISION_REQUESTER = '3a5c9d521e5ef4759a8246a07d52221e';

/** Null where it hangs from no agent. */
export function agentFacts(
  hierarchy: Hierarchy,
  ragdoll: Ragdoll,
  names: ReadonlyMap<Node, string>,
  behaviors: readonly Behavior[],
): AgentFacts | null {
  const { agent, bodies } = ragdoll;
  if (!agent) return null;
  const parameters = agent.components.find(({ script }) => script === BEHAVIOR_PARAMETERS_SCRIPT);
  const behavior = behaviors.find(({ object }) => object.id === parameters?.object.id);
  const scripts = agent.components.filter(({ script }) => script !== undefined);
  const requester = scripts.find(({ script }) => script === DECISION_REQUESTER);
  const [stiffness, damping, maxStrength] = DRIVE_FIELDS.map((name) => fieldOf(agent, name));
  const hasDrive = stiffness !== undefined && damping !== undefined && maxStrength !== undefined;
  const contacts = bodies.flatMap((body) => {
    const said = body.components.flatMap(({ script, values }) =>
      script === undefined ? [] : (textAt(values, 'agentDoneOnGroundContact') ?? []),
    );
    return said.length === 0 ? [] : [{ name: names.get(body)!, ends: said.includes('1') }];
  });
  return {
    place: placeInFile(agent),
    behavior: behavior?.name ?? null,
    observations: behavior?.observationSize ?? null,
    actions: behavior?.actionSize ?? null,
    decisionPeriod: (requester && numberAt(requester.values, 'DecisionPeriod')) ?? null,
    maxSteps: fieldOf(agent, 'MaxStep') ?? null,
    drive: hasDrive ? { stiffness, damping, maxStrength } : null,
    bodies: listedBodies(hierarchy, ragdoll).map((body) => names.get(body)!),
    groundTouchEnds: contacts.flatMap(({ name, ends }) => (ends ? [name] : [])),
    groundTouchAllowed: contacts.flatMap(({ name, ends }) => (ends ? [] : [name])),
    touchesTarget: bodies.filter(({ tag }) => tag === 'agent').map((body) => names.get(body)!),
  };
}

/** A JointDriveController's, by which it is known. */
const DRIVE_FIELDS = ['maxJointSpring', 'jointDampen', 'maxJointForceLimit'];

function fieldOf(agent: Node, name: string): number | undefined {
  const found = agent.components.filter(({ script }) => script !== undefined);
  return found.map(({ values }) => numberAt(values, name)).find((each) => each !== undefined);
}

/** The bodies that the agent's own script refers to in its fields, in the order of the file. */
function listedBodies(hierarchy: Hierarchy, { agent, bodies }: Ragdoll): Node[] {
  const script = agent?.components.find(({ script, values }) => script !== undefined && values.entries.has('MaxStep'));
  const referred = [...(script?.values.entries.values() ?? [])].flatMap((value) =>
    value.kind === 'sequence' ? value.items : [value],
  );
  const nodes = referred.flatMap((value) => {
    const to = referenceIn(value);
    return (to && to.guid === undefined && hierarchy.nodeOf(to.fileId)) || [];
  });
  return [...new Set(nodes)].filter((node) => bodies.includes(node));
}

/** Whether a JointDriveController of ML-Agents' examples sets this body up at run time: it then may turn at 50 rad/s. */
export function isSetUp(hierarchy: Hierarchy, ragdoll: Ragdoll, body: Node): boolean {
  const { agent } = ragdoll;
  const hasController = agent !== undefined && DRIVE_FIELDS.every((name) => fieldOf(agent, name) !== undefined);
  const listed = hasController ? listedBodies(hierarchy, ragdoll) : [];
  return listed.length < 2 || listed.includes(body);
}
