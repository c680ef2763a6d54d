/**
 * The kernel, compiled: what `physics/kernel/` exports. In Node `loadKernel` finds it; a browser hands its bytes to
 * `compileKernelModule`. Nothing here needs Node until `loadKernel` is called.
 */
import { UserError } from '../base/failure/user-error.ts';

/** Numbers of the memory's layout, bytes: see kernel/layout.ts. */
export type LayoutName =
  | 'BODY_BYTES'
  | 'BODY_TABLE_BYTES'
  | 'DRIVE_SCALE'
  | 'DRIVE_SLERP'
  | 'DRIVE_TWIST_SWING'
  | 'FRICTION_SCALE'
  | 'GRAVITY'
  | 'HAPPENED'
  | 'HEADER'
  | 'INVERSE_MASS'
  | 'JOINT_BYTES'
  | 'JOINT_TABLE_BYTES'
  | 'LIMIT_BESIDE_FREE_1'
  | 'LIMIT_BESIDE_FREE_2'
  | 'LIMIT_CONE'
  | 'LIMIT_DISTANCE'
  | 'LIMIT_PYRAMID_1'
  | 'LIMIT_PYRAMID_2'
  | 'LIMIT_SWING_1'
  | 'LIMIT_SWING_2'
  | 'LIMIT_TWIST'
  | 'OVERFLOW'
  | 'PAIR_BYTES'
  | 'POSITION'
  | 'ROOT_INVERSE_INERTIA'
  | 'ROTATION'
  | 'SHAPE_BYTES'
  | 'SPIN'
  | 'STRENGTH'
  | 'TARGET'
  | 'TOUCHING'
  | 'VELOCITY'
  | 'WORLD_POSITION'
  | 'WORLD_ROTATION';

/** What the kernel can do with a memory. */
export interface Kernel {
  readonly layout: Readonly<Record<LayoutName, number>>;
  /** How many there are of what: to be told before sizes are asked for. */
  measure(bodies: number, joints: number, shapes: number, pairs: number): void;
  /** The first address that tables may take. */
  firstFree(): number;
  configure(at: number, contactScratch: number): void;
  step(firstGroup: number, groups: number): void;
  clearLane(lane: number): void;
  contactLaneBytes(): number;
  contactScratchBytes(): number;
  solverBodyBytes(): number;
  rowBytes(): number;
}

/**
 * Compiles the bytes of `simulator.wasm`.
 *
 * @throws UserError where WebAssembly or its SIMD is missing.
 */
export async function compileKernelModule(bytes: BufferSource): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw new UserError(
      { what: 'this machine or engine has no WebAssembly SIMD, which the simulator is made of' },
      { cause },
    );
  }
}

let loaded: Promise<WebAssembly.Module> | undefined;

/** The committed kernel, in Node; compiled once a thread. */
export function loadKernel(): Promise<WebAssembly.Module> {
  loaded ??= (async () => {
    const { readFile } = await import('node:fs/promises');
    return compileKernelModule(await readFile(new URL('./simulator.wasm', import.meta.url)));
  })();
  return loaded;
}

/** A kernel on a memory of its own. */
export function startKernel(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernel {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const numbers = Object.entries(exports).flatMap(([name, exported]) =>
    exported instanceof WebAssembly.Global ? [[name, Number(exported.value)]] : [],
  );
  const layout: Kernel['layout'] = Object.fromEntries(numbers);
  return { ...(exports as object as Omit<Kernel, 'layout'>), layout };
}
