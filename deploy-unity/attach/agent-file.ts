/**
 * What the package's Ragdoll Agent reads beside the model: the rig and the character that were trained, spelt out so that the
 * script has nothing to work out. Of every list the order is made here; of an index, -1 is none.
 *
 * Runtime/Ragdoll/RagdollFile.cs has the same fields under the same names; JsonUtility reads it, so there are no nulls, no
 * unions and no lists of lists in it.
 */
export interface AgentFile {
  readonly format: 1;
  /** Of the behaviour. */
  readonly name: string;
  /** All of the rig, in its order. */
  readonly bodies: readonly AgentBody[];
  readonly joints: readonly AgentJoint[];
  /** Bodies whose mean velocity is the ragdoll's. */
  readonly observed: readonly number[];
  readonly frame: { readonly body: number; readonly lag: number };
  /** One for each input of the policy, in their order. */
  readonly sensors: readonly AgentSensor[];
  /** One for each joint that is acted on. */
  readonly actions: readonly AgentAction[];
  readonly actionSize: number;
  /** m/s; and where a target is taken to be where there is none: m ahead, and m above the first body's start. */
  readonly target: {
    readonly lowSpeed: number;
    readonly highSpeed: number;
    readonly ahead: number;
    readonly above: number;
  };
  readonly endings: { readonly fallBody: number; readonly fallMetres: number };
  readonly world: AgentWorld;
  readonly apart: readonly { readonly one: string; readonly other: string }[];
}

export interface AgentVector {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export interface AgentBody {
  readonly name: string;
  /** From the ragdoll's own root in a rig; from the agent's object in the file that is written. */
  readonly path: string;
  readonly parent: number;
  /** In the start pose, from the first body, m. */
  readonly place: AgentVector;
  readonly rotation: AgentVector & { readonly w: number };
  /** kg, 1/s, rad/s. */
  readonly mass: number;
  readonly linearDamping: number;
  readonly angularDamping: number;
  readonly maxAngularVelocity: number;
  readonly useGravity: boolean;
  readonly kinematic: boolean;
  readonly layer: string;
  readonly endsOnGround: boolean;
}

export interface AgentJoint {
  readonly name: string;
  readonly body: number;
  /** The how many-th of its body. */
  readonly which: number;
  readonly connectedTo: number;
  readonly type: 'configurable' | 'character' | 'hinge' | 'fixed';
  readonly anchor: AgentVector;
  readonly axis: AgentVector;
  readonly secondaryAxis: AgentVector;
  readonly linear: readonly ('locked' | 'limited' | 'free')[];
  readonly angular: readonly ('locked' | 'limited' | 'free')[];
  /** Degrees. */
  readonly lowX: number;
  readonly highX: number;
  readonly limitY: number;
  readonly limitZ: number;
  /** Metres that the limited ones of the linear axes may give. */
  readonly linearLimit: number;
  /** Of soft limits: N m/rad and N m s/rad, of the linear one N/m and N s/m; a spring of 0: the limit is hard. */
  readonly springLinear: number;
  readonly damperLinear: number;
  readonly springX: number;
  readonly damperX: number;
  readonly springYz: number;
  readonly damperYz: number;
}

export interface AgentSensor {
  readonly name: string;
  readonly size: number;
  readonly rows: readonly {
    readonly row: string;
    readonly body: number;
    readonly size: number;
    /** Of a ray, m. */
    readonly length: number;
  }[];
}

export interface AgentAction {
  readonly joint: number;
  /** Which actions turn it, and which one sets its strength. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly strength: number;
  /** Degrees that -1 and 1 stand for. */
  readonly low: AgentVector;
  readonly high: AgentVector;
  /** N m/rad, N m s/rad, N m. */
  readonly stiffness: number;
  readonly damping: number;
  readonly maxStrength: number;
}

/** SI units; solver and friction as Unity numbers them. */
export interface AgentWorld {
  readonly timeStep: number;
  readonly gravity: number;
  readonly positionIterations: number;
  readonly velocityIterations: number;
  readonly solverType: number;
  readonly frictionType: number;
  readonly bounceThreshold: number;
  readonly contactOffset: number;
  readonly sleepThreshold: number;
  readonly maxDepenetrationVelocity: number;
  readonly decisionPeriod: number;
  readonly groundTag: string;
}

/** As it is written into the project. @param prefix the way from the agent's object to the ragdoll's root: "" or "Armature/". */
export function agentFileText(file: AgentFile, prefix: string): string {
  const bodies = file.bodies.map((body) => ({ ...body, path: joined(prefix, body.path) }));
  return `${JSON.stringify({ ...file, bodies }, undefined, 1)}\n`;
}

function joined(prefix: string, path: string): string {
  return [prefix, path].filter((part) => part !== '').join('/');
}
