/** The physics that a policy was trained with, as far as a Unity project can differ from them. SI units. */
export interface TrainedPhysics {
  /** Seconds. */
  readonly fixedTimestep: number;
  /** m/s2, downwards. */
  readonly gravity: number;
  readonly solverIterations: number;
  readonly solverVelocityIterations: number;
  /** As Unity numbers them: 0 is projected Gauss-Seidel; 0 is patch friction. */
  readonly solverType: number;
  readonly frictionType: number;
  /** Metres. */
  readonly contactOffset: number;
  /** m/s. */
  readonly bounceThreshold: number;
  /** rad/s. */
  readonly maxAngularSpeed: number;
  /** Physics steps from one decision to the next. */
  readonly decisionPeriod: number;
  /** 1/s. */
  readonly linearDamping: number;
  readonly angularDamping: number;
  /** Of every motor: N m/rad, N m s/rad, N m. Absent where an agent of ours sets them. */
  readonly drive?: { readonly stiffness: number; readonly damping: number; readonly maxForce: number };
  readonly bodies: readonly TrainedBody[];
}

export interface TrainedBody {
  readonly name: string;
  /** Kilograms. */
  readonly mass: number;
  /** Of its joint, degrees: twist from, twist to, and to both sides about y and z; 0 is locked. Undefined without a joint. */
  readonly limits: readonly [low: number, high: number, y: number, z: number] | undefined;
}
