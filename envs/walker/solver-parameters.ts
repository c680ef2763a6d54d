/**
 * How a world solves, as environment parameters: one table, each row a setting of a dialect. What is not set is as in the run's world.
 *
 * They belong to a whole simulator, not to one of the four walkers that share its vectors. So walkers that come to have other
 * settings than their neighbours live in a simulator of their own kind (batched-world.ts), and agents draw them four by four (environment.ts).
 */
import { RandomStream } from '../../base/random/stream.ts';
import { type Dialect, type Orders, walkerDialects } from './dialects.ts';

interface SolverParameter {
  /** Empty for a plain number. */
  readonly unit: string;
  readonly meaning: string;
  readonly low: number;
  readonly high: number;
  /** Whether it is rounded. */
  readonly whole?: true;
  /** What it is in a dialect. */
  of(dialect: Dialect): number;
  /** The dialect with another value. */
  set(dialect: Dialect, value: number): Dialect;
}

type Solver = Dialect['solver'];

/** A number of the solver's settings. */
function number(name: { [Name in keyof Solver]: Solver[Name] extends number ? Name : never }[keyof Solver]) {
  return {
    of: ({ solver }: Dialect) => solver[name],
    set: (dialect: Dialect, value: number): Dialect => ({ ...dialect, solver: { ...dialect.solver, [name]: value } }),
  };
}

/** A yes or no of the solver's settings: 1 or 0. */
function choice(name: { [Name in keyof Solver]: Solver[Name] extends boolean ? Name : never }[keyof Solver]) {
  return {
    low: 0,
    high: 1,
    whole: true as const,
    of: ({ solver }: Dialect) => Number(solver[name]),
    set: (dialect: Dialect, value: number): Dialect => ({
      ...dialect,
      solver: { ...dialect.solver, [name]: value === 1 },
    }),
  };
}

/** In the order in which they are set: a dialect first, then what changes it. */
export const solverParameters = {
  solver_dialect: {
    unit: '',
    meaning: "0: Unity's solver; 1: that of PhysX 5; the parameters below change single settings of it",
    low: 0,
    high: 1,
    whole: true,
    of: ({ name }) => (name === 'physx5' ? 1 : 0),
    set: withDialect,
  },
  solver_order: {
    unit: '',
    meaning: "whose joints are solved first; 0: Unity's order; 1: that of PhysX 5; from 2 on: shuffled, by this number",
    low: 0,
    high: 1e6,
    whole: true,
    of: ({ name }) => (name === 'physx5' ? 1 : 0),
    set: withOrder,
  },
  solver_play: {
    unit: 'degrees',
    meaning: 'by which locked axes of driven joints give, to both sides',
    low: 0,
    high: 10,
    of: ({ play }) => play,
    set: (dialect, play) => ({ ...dialect, play }),
  },
  solver_position_iterations: {
    unit: '',
    meaning: 'position iterations of a physics step',
    low: 1,
    high: 255,
    whole: true,
    ...number('positionIterations'),
  },
  solver_velocity_iterations: {
    unit: '',
    meaning: 'velocity iterations of a physics step',
    low: 1,
    high: 255,
    whole: true,
    ...number('velocityIterations'),
  },
  solver_gap: {
    unit: '',
    meaning: 'share of a gap between bodies that a step may close',
    low: 0.1,
    high: 1,
    ...number('gapFactor'),
  },
  solver_limits_always: {
    unit: '',
    meaning: '1: limits have rows however far away they are; 0: near them',
    ...choice('limitsAlways'),
  },
  solver_limits_freed: {
    unit: '',
    meaning: 'room of a limit in velocity iterations; 1: that after it was freed of the locks; 0: that before',
    ...choice('roomFreed'),
  },
  solver_improved_slerp: {
    unit: '',
    meaning: "1: a motor's rows do not disturb one another; 0: they come as they are",
    ...choice('improvedSlerp'),
  },
  solver_friction_share: {
    unit: '',
    meaning: 'share of the friction that each of the two anchors of a contact may bear',
    low: 0.1,
    high: 1,
    ...number('anchorShare'),
  },
  solver_friction_flat: {
    unit: '',
    meaning: 'friction of boxes over that of round shapes',
    low: 0.1,
    high: 10,
    of: ({ flatFriction }) => flatFriction,
    set: (dialect, flatFriction) => ({ ...dialect, flatFriction }),
  },
  solver_friction_least: {
    unit: '',
    meaning:
      'of two materials, 1: the lesser friction counts; 0: the mean of both (they differ where solver_friction_flat is not 1)',
    low: 0,
    high: 1,
    whole: true,
    of: ({ solver }) => (solver.frictionCombine === 'minimum' ? 1 : 0),
    set: (dialect, value) => ({
      ...dialect,
      solver: { ...dialect.solver, frictionCombine: value === 1 ? 'minimum' : 'average' },
    }),
  },
  solver_friction_always: {
    unit: '',
    meaning: 'friction takes part in, 1: every position iteration; 0: the last three',
    ...choice('frictionAlways'),
  },
  solver_second_anchor: {
    unit: 'm',
    meaning: 'from how far from the first anchor of a contact on there is a second one',
    low: 1e-4,
    high: 0.1,
    ...number('secondAnchorFrom'),
  },
  solver_speculative: {
    unit: '',
    meaning: '1: contacts are made as far ahead as velocities reach; 0: within the offset alone',
    ...choice('speculative'),
  },
} as const satisfies Record<string, SolverParameter>;

export type SolverName = keyof typeof solverParameters;

/** What is set, by name. */
export type SolverValues = Readonly<Partial<Record<SolverName, number>>>;

const entries = Object.entries(solverParameters) as [SolverName, SolverParameter][];

export function isSolverName(name: string): name is SolverName {
  return Object.hasOwn(solverParameters, name);
}

/** What it is where nothing sets it, as a text: in one dialect, or in both. */
export function solverDefault(name: SolverName): string {
  const [unity, physx5] = [walkerDialects.unity, walkerDialects.physx5].map(solverParameters[name].of);
  return unity === physx5 ? String(unity) : `${unity} (physx5: ${physx5})`;
}

/** Those of some parameters that are about the solver, each within its range and rounded where it is whole. */
export function solverValuesOf(parameters: Readonly<Record<string, number | undefined>>): SolverValues {
  const values: Partial<Record<SolverName, number>> = {};
  for (const [name, { low, high, whole }] of entries) {
    const value = parameters[name];
    if (value === undefined) continue;
    const within = Math.min(Math.max(value, low), high);
    values[name] = whole ? Math.round(within) : within;
  }
  return values;
}

/** A dialect as it is with these values. */
export function dialectWith(dialect: Dialect, values: SolverValues): Dialect {
  return entries.reduce((now, [name, { set }]) => {
    const value = values[name];
    return value === undefined ? now : set(now, value);
  }, dialect);
}

/** All that the dialects of Unity and of PhysX 5 differ by; what is of the scene, such as the time step, stays. */
function withDialect(dialect: Dialect, value: number): Dialect {
  const other = walkerDialects[value === 1 ? 'physx5' : 'unity'];
  const { timeStep, positionIterations, velocityIterations, maxSpin, maxDepenetration } = dialect.solver;
  const ofScene = { timeStep, positionIterations, velocityIterations, maxSpin, maxDepenetration };
  return { ...other, solver: { ...other.solver, ...ofScene } };
}

/** The order of the bodies by whose joints are solved first, and of how all of them entered the scene. */
function withOrder(dialect: Dialect, value: number): Dialect {
  const { order, entered } = walkerDialects[value === 1 ? 'physx5' : 'unity'];
  if (value < 2) return { ...dialect, order, entered };
  const shuffled = (rig: Orders) => {
    const bodies = Uint32Array.from(walkerDialects.unity.order(rig));
    new RandomStream(value, shuffleOfOrder).shuffle(bodies);
    return [...bodies];
  };
  return { ...dialect, order: shuffled, entered: (rig) => [...shuffled(rig).toReversed(), 0] };
}

/** Names the stream that orders are shuffled by. */
const shuffleOfOrder = 0x501e;
