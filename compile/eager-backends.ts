/**
 * The TensorFlow.js backends that functions can be run on eagerly: a table, and how one is loaded.
 *
 * The names are read for --help too: tfjs itself is loaded when a backend is.
 */
import { UserError } from '../base/failure/user-error.ts';

export const eagerBackendNames = ['cpu', 'wasm', 'tfjs-node', 'tfjs-node-gpu'] as const;
export type EagerBackendName = (typeof eagerBackendNames)[number];

/** What can compute: the traced graph in onnxruntime, or a backend of tfjs, eagerly. */
export const backendNames = ['onnx', ...eagerBackendNames] as const;
export type BackendName = (typeof backendNames)[number];

interface Row {
  /** The name that tfjs knows the backend by. */
  readonly registered: string;
  /** The package that registers it when it is imported; tfjs's own one needs none. */
  readonly package?: string;
  /** Of a package that is an optional peer: what it needs beyond npm. */
  readonly needs?: string;
}

const fetchesTensorFlow = 'it fetches TensorFlow from storage.googleapis.com';
const table: Readonly<Record<EagerBackendName, Row>> = {
  cpu: { registered: 'cpu' },
  wasm: { registered: 'wasm', package: '@tensorflow/tfjs-backend-wasm' },
  'tfjs-node': { registered: 'tensorflow', package: '@tensorflow/tfjs-node', needs: fetchesTensorFlow },
  'tfjs-node-gpu': {
    registered: 'tensorflow',
    package: '@tensorflow/tfjs-node-gpu',
    needs: `${fetchesTensorFlow} and needs an NVIDIA GPU, CUDA 11 and cuDNN 8, on Linux or Windows`,
  },
};

/** A backend that is ready to be switched to. */
export interface EagerBackend {
  readonly name: EagerBackendName;
  readonly registered: string;
  /** Where it computes. */
  readonly device: 'cpu' | 'gpu';
}

export type ImportPackage = (name: string) => Promise<unknown>;

/**
 * Loads a backend. The one that was active stays so, whatever the package does when it is imported.
 *
 * @throws UserError for an unknown name, and where the package is not installed or does not start.
 */
export async function loadEagerBackend(
  name: EagerBackendName,
  importPackage: ImportPackage = (specifier) => import(specifier),
): Promise<EagerBackend> {
  const row = rowOf(name);
  const { tf } = await import('./tensorflow.ts');
  const previous = tf.getBackend();
  try {
    if (row.package !== undefined) await importPackage(row.package);
    if (!(await tf.setBackend(row.registered))) throw new Error(`tfjs could not start "${row.registered}"`);
    // Only tfjs-node's backend knows it; its GPU package runs without a GPU as well.
    const { isUsingGpuDevice = false } = tf.backend() as { isUsingGpuDevice?: boolean };
    return { name, registered: row.registered, device: isUsingGpuDevice ? 'gpu' : 'cpu' };
  } catch (error) {
    throw isMissing(error, row.package) ? notInstalled(name, row) : doesNotStart(name, row, error);
  } finally {
    await tf.setBackend(previous);
  }
}

/**
 * Whether a backend's package is there, asked without loading it.
 *
 * @throws UserError for an unknown name, and where it is not installed.
 */
export async function checkInstalled(name: EagerBackendName): Promise<void> {
  const row = rowOf(name);
  if (row.package === undefined) return;
  const { createRequire } = await import('node:module');
  try {
    createRequire(import.meta.url).resolve(row.package);
  } catch {
    throw notInstalled(name, row);
  }
}

function rowOf(name: EagerBackendName): Row {
  if (Object.hasOwn(table, name)) return table[name];
  throw new UserError({
    what: 'unknown TensorFlow.js backend',
    value: name,
    expected: `one of ${eagerBackendNames.join(', ')}`,
  });
}

/** Not installed at all; a package that lacks one of its own files is another matter. */
function isMissing(error: unknown, wanted: string | undefined): boolean {
  const { code, message = '' } = error as NodeJS.ErrnoException;
  const isNotFound = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return isNotFound && wanted !== undefined && message.includes(`'${wanted}'`);
}

function notInstalled(name: EagerBackendName, row: Row): UserError {
  const remark = row.needs === undefined ? '' : ` (${row.needs}; see docs/backends.md)`;
  return new UserError({
    what: `the TensorFlow.js backend ${name} is not installed`,
    where: '--backend',
    // Of an optional peer, npm install alone says "up to date" and installs nothing; package.json stays as it is; and .npmrc
    // keeps its install script from running.
    mend: `npm install ${row.package} --no-save --save-prod, then npm --prefix node_modules/${row.package} run install${remark}`,
  });
}

function doesNotStart(name: EagerBackendName, row: Row, error: unknown): unknown {
  // What comes with the package itself has to start: where it doesn't, that is a bug of ours.
  if (row.needs === undefined) return error;
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return new UserError(
    {
      what: `the TensorFlow.js backend ${name} is installed but does not start (${line.trim()})`,
      where: '--backend',
      mend: `npm rebuild ${row.package}; ${row.needs}: see docs/backends.md`,
    },
    { cause: error },
  );
}
