/**
 * The one file that loads physx-js-webidl, PhysX 5.6 compiled to WebAssembly.
 *
 * `loadPhysX` loads it in Node (main thread, worker threads, under tsx); a browser hands the wasm bytes to `startPhysX`.
 * Besides the package's wrappers this yields the instance's bare functions and its memory: reading a pose straight from
 * memory costs a fraction of asking seven getters. The rest of envs/walker is handed a `PhysX` and imports only types.
 */
import { UserError } from '../../../base/failure/user-error.ts';
import { type CallOut, ContactReports } from './contact-reports.ts';
import { MemoryViews } from './memory.ts';
import { findMemoryLayout } from './memory-layout.ts';
import type { NativeFunction, PhysX, Px } from './physx-types.ts';

let loaded: Promise<PhysX> | undefined;

/** Loads PhysX in Node, once a thread. */
export function loadPhysX(): Promise<PhysX> {
  loaded ??= (async () => {
    const { createRequire } = await import('node:module');
    const { readFile } = await import('node:fs/promises');
    const script = packageScript(createRequire(import.meta.url).resolve);
    return startPhysX(await readFile(script.replace(/\.mjs$/, '.wasm')));
  })();
  return loaded;
}

/**
 * Path of the package's script.
 *
 * @throws UserError where the package is not there: it is for tests and for who asks for the world `physx`.
 */
export function packageScript(resolve: (name: string) => string): string {
  try {
    return resolve('physx-js-webidl');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new UserError(
      {
        what: 'the world physx needs a package that is not installed',
        where: 'physx-js-webidl',
        mend: 'npm install physx-js-webidl, or take another world (--world unity, --world physx5)',
      },
      { cause: error },
    );
  }
}

/** Starts PhysX from the bytes of `physx-js-webidl.wasm`. */
export async function startPhysX(wasm: BufferSource): Promise<PhysX> {
  const { default: createModule } = await import('physx-js-webidl');
  // Compiled here and not by the package, whose way to it is fetch.
  const compiled = await WebAssembly.compile(wasm);
  let instance: WebAssembly.Instance | undefined;
  let views: MemoryViews | undefined;
  const contactReports = new ContactReports();
  let failInstantiation: (cause: unknown) => void = () => {};
  const instantiationFailed = new Promise<never>((_, reject) => {
    failInstantiation = reject;
  });

  const settings = {
    instantiateWasm(imports: WebAssembly.Imports, receive: (made: WebAssembly.Instance) => void) {
      const { env } = imports;
      const callOut = contactReports.shorten(env!['emscripten_asm_const_int'] as CallOut, () => views!);
      WebAssembly.instantiate(compiled, { ...imports, env: { ...env, emscripten_asm_const_int: callOut } })
        .then((made) => {
          instance = made;
          views = new MemoryViews(made.exports['memory'] as WebAssembly.Memory);
          receive(made);
        })
        .catch(failInstantiation);
      return {};
    },
  };
  const starting = asIfInBrowser(() => (createModule as unknown as (settings: object) => Promise<Px>)(settings));
  const px = await Promise.race([starting, instantiationFailed]);
  const exported = instance!.exports;

  const top = px.PxTopLevelFunctions.prototype as unknown as PhysX['top'];
  const foundation = top.CreateFoundation(
    top.PHYSICS_VERSION,
    new px.PxDefaultAllocator(),
    new px.PxDefaultErrorCallback(),
  );
  const physics = top.CreatePhysics(top.PHYSICS_VERSION, foundation, new px.PxTolerancesScale());
  top.InitExtensions(physics);
  const physx: PhysX = {
    px,
    top,
    massProperties: px.PxRigidBodyExt.prototype as unknown as PhysX['massProperties'],
    support: px.SupportFunctions.prototype as unknown as PhysX['support'],
    physics,
    // No threads of PhysX's own: everything runs within simulate(), in one order.
    dispatcher: top.DefaultCpuDispatcherCreate(0),
    memory: exported['memory'] as WebAssembly.Memory,
    layout: undefined,
    contactReports,
    native(className, method, argumentCount) {
      const name = `emscripten_bind_${className}_${method}_${argumentCount}`;
      const found = exported[name];
      if (typeof found !== 'function') throw new Error(`this build of physx-js-webidl has no function ${name}`);
      return found as NativeFunction;
    },
  };
  return { ...physx, layout: findMemoryLayout(physx) };
}

/**
 * Runs the package's factory with Node hidden from it: built for browsers, it refuses to start where it sees Node and asks
 * for a `window`. It looks while it is called, before its first await, so both globals are back before anything else runs.
 */
function asIfInBrowser<Result>(start: () => Result): Result {
  if (typeof process === 'undefined' || !process.versions?.node) return start();
  const hidden = (['process', 'window'] as const).map((name) => ({
    name,
    descriptor: Object.getOwnPropertyDescriptor(globalThis, name),
  }));
  try {
    Object.defineProperty(globalThis, 'process', { value: undefined, configurable: true, writable: true });
    Object.defineProperty(globalThis, 'window', { value: globalThis, configurable: true, writable: true });
    return start();
  } finally {
    for (const { name, descriptor } of hidden) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
  }
}
