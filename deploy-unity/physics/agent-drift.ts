/** An agent's own numbers against those of the training: how often it decides, its drives, its bodies and their joints. */
import { type Assets, chainOf, scriptOf, type UnityObject } from '../../unity-assets/assets.ts';
import { numberAt, textAt } from '../../unity-assets/values.ts';
import type { Behavior } from '../behavior-parameters.ts';
import { type Drift, drift, isSame, shown } from './drift.ts';
import { isJoint, type JointRow, jointRows } from './joint-drift.ts';
import type { TrainedPhysics } from './trained-physics.ts';

const RIGIDBODY = 54;

/** Scripts of ML-Agents and its examples, by GUID. */
const DECISION_REQUESTER = '3a5c9d521e5ef4759a8246a07d52221e';
const JOINT_DRIVE_CONTROLLER = '1b29724baddfa457da6eeab446fa49ca';

/** Bodies that a JointDriveController sets up, or that are made at run time, have the speed that the script gives them. */
export function isSetUpByScript(assets: Assets, { path, object }: Behavior, trained: TrainedPhysics): boolean {
  const agent = assets.gameObjectOf(path, object);
  if (!agent || bodiesBelow(assets, path, agent, trained).length === 0) return true;
  return assets.componentsOf(path, agent).some((component) => scriptOf(component) === JOINT_DRIVE_CONTROLLER);
}

interface AgentRow extends JointRow {
  /** Where it can be written: told by the property of this object. */
  readonly at?: { readonly object: UnityObject; readonly property: string };
}

const BY_SCRIPT = "bodies and joints are their author's work";

/** Every number of an agent that differs, in effect in the file that it was found in. */
export function agentDrift(assets: Assets, { path, object }: Behavior, trained: TrainedPhysics): Drift[] {
  const agent = assets.gameObjectOf(path, object);
  if (!agent) return [];
  return [
    ...decisionRows(assets, path, agent, trained),
    ...driveRows(assets, path, agent, trained),
    ...bodyRows(assets, path, agent, trained),
  ].flatMap(({ what, unit, current, wanted, at }) => {
    if (current === undefined || isSame(current, wanted)) return [];
    const told = { what, unit, current: shown(current), wanted: shown(wanted) };
    if (!at) return [{ ...told, where: path, write: undefined, whyNot: BY_SCRIPT }];
    return [drift(told, { path, ...at, value: { text: shown(wanted) } })];
  });
}

function decisionRows(assets: Assets, path: string, agent: UnityObject, trained: TrainedPhysics): AgentRow[] {
  const requester = assets.componentsOf(path, agent).find((each) => scriptOf(each) === DECISION_REQUESTER);
  if (!requester) return [];
  const property = 'DecisionPeriod';
  const current = numberAt(assets.valuesOf(requester), property);
  return [
    {
      what: 'decision period',
      unit: 'steps',
      current,
      wanted: trained.decisionPeriod,
      at: { object: requester, property },
    },
  ];
}

const DRIVE = [
  ['drive spring', 'N m/rad', 'stiffness', 'maxJointSpring', 'm_SlerpDrive.positionSpring'],
  ['drive damper', 'N m s/rad', 'damping', 'jointDampen', 'm_SlerpDrive.positionDamper'],
  ['drive strength', 'N m', 'maxForce', 'maxJointForceLimit', 'm_SlerpDrive.maximumForce'],
] as const;

function driveRows(assets: Assets, path: string, agent: UnityObject, { drive: wanted }: TrainedPhysics): AgentRow[] {
  const controller = assets.componentsOf(path, agent).find((each) => scriptOf(each) === JOINT_DRIVE_CONTROLLER);
  if (!controller || !wanted) return [];
  const values = assets.valuesOf(controller);
  return DRIVE.map(([what, unit, name, field]) => ({
    what,
    unit,
    current: numberAt(values, field),
    wanted: wanted[name],
    at: { object: controller, property: field },
  }));
}

function bodyRows(assets: Assets, path: string, agent: UnityObject, trained: TrainedPhysics): AgentRow[] {
  const hasController = assets.componentsOf(path, agent).some((each) => scriptOf(each) === JOINT_DRIVE_CONTROLLER);
  return bodiesBelow(assets, path, agent, trained).flatMap(({ body, components }) => {
    const of = (what: string) => `${what} of ${body.name}`;
    const rigidbody = components.find(({ classId }) => classId === RIGIDBODY);
    const values = rigidbody && assets.valuesOf(rigidbody);
    const rows: AgentRow[] = [
      { what: of('mass'), unit: 'kg', current: numberAt(values, 'm_Mass'), wanted: body.mass },
      {
        what: of('linear damping'),
        unit: '1/s',
        // The newer name is Unity 6's.
        current: numberAt(values, 'm_LinearDamping') ?? numberAt(values, 'm_Drag'),
        wanted: trained.linearDamping,
      },
      {
        what: of('angular damping'),
        unit: '1/s',
        current: numberAt(values, 'm_AngularDamping') ?? numberAt(values, 'm_AngularDrag'),
        wanted: trained.angularDamping,
      },
    ];
    if (!body.limits) return rows;
    const joints = components.filter(isJoint).map((joint) => ({ ...joint, values: assets.valuesOf(joint) }));
    for (const row of jointRows(joints, body.limits)) rows.push({ ...row, what: of(row.what) });
    // What a JointDriveController sets up at run time is told of that.
    const driven = hasController
      ? undefined
      : joints.find(({ values }) => textAt(values, 'm_RotationDriveMode') === '1');
    const { drive } = trained;
    for (const [what, unit, name, , property] of driven && drive ? DRIVE : []) {
      rows.push({ what: of(what), unit, current: numberAt(driven!.values, property), wanted: drive![name] });
    }
    return rows;
  });
}

/** The bodies of the rig that the agent has under their names. */
function bodiesBelow(assets: Assets, path: string, agent: UnityObject, { bodies }: TrainedPhysics) {
  const byName = new Map(bodies.map((body) => [body.name, body]));
  const found: { readonly body: TrainedPhysics['bodies'][number]; readonly components: readonly UnityObject[] }[] = [];
  for (const object of assets.objectsOf(path).values()) {
    if (object.classId !== RIGIDBODY) continue;
    const owner = assets.gameObjectOf(path, object);
    const body = owner && byName.get(textAt(assets.valuesOf(owner), 'm_Name') ?? '');
    if (!body || !chainOf(assets, path, owner).includes(agent)) continue;
    found.push({ body, components: assets.componentsOf(path, owner!) });
  }
  return found;
}
