/** What has to be right on this machine and in the Unity project, as a table of checks: each asks one thing, and says what mends it. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { arch, availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import { UserError } from '../base/failure/user-error.ts';
import { packageRoot } from '../base/files/own-files.ts';

export interface Finding {
  readonly level: 'ok' | 'warn' | 'fail';
  /** What was found. */
  readonly found: string;
  /** What mends it, where it is not ok. */
  readonly mend?: string;
}

export interface Check {
  readonly name: string;
  /** Which commands need it. */
  readonly neededBy: string;
  look(surroundings: Surroundings): Finding | readonly Finding[] | Promise<Finding | readonly Finding[]>;
}

/** What checks look at, so that a test can hand in other things. */
export interface Surroundings {
  readonly node: string;
  readonly env: NodeJS.ProcessEnv;
  /** Bytes. */
  readonly memory: { readonly total: number; readonly free: number };
  readonly folder: string;
  /** The port that the Editor comes to. */
  readonly port: number;
  /** What is said of a Unity project; undefined where none is named. */
  readonly unity: (() => readonly Finding[]) | undefined;
}

export const surroundingsHere: Omit<Surroundings, 'unity'> = {
  node: process.versions.node,
  env: process.env,
  memory: memoryHere(),
  folder: '.',
  port: 5004,
};

const GIB = 2 ** 30;
const ok = (found: string): Finding => ({ level: 'ok', found });
const warn = (found: string, mend: string): Finding => ({ level: 'warn', found, mend });
const fail = (found: string, mend: string): Finding => ({ level: 'fail', found, mend });

/** A module of one function that needs SIMD: (func (result v128) i32.const 0 i8x16.splat). */
const SIMD_MODULE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11,
]);

export const checks: readonly Check[] = [
  {
    name: 'Node',
    neededBy: 'everything',
    look({ node }) {
      const [major = 0, minor = 0] = node.split('.').map(Number);
      const isNewEnough = major > 20 || (major === 20 && minor >= 19);
      return isNewEnough ? ok(node) : fail(`${node}, older than 20.19`, 'install Node 22 or newer from nodejs.org');
    },
  },
  {
    name: 'processor',
    neededBy: 'train, evaluate, regress, film',
    look() {
      const cores = availableParallelism();
      const what = `${cores} cores, ${cpus()[0]?.model.trim() ?? 'of an unknown kind'}, ${arch()}`;
      if (!WebAssembly.validate(SIMD_MODULE)) {
        return fail(`${what}: no SIMD in WebAssembly, which the simulator is made of`, 'use another machine or Node');
      }
      return cores > 1 ? ok(what) : warn(`${what}: training takes long`, 'train on a machine with more cores');
    },
  },
  {
    name: 'memory',
    neededBy: 'train',
    look({ memory: { total, free } }) {
      const what = `${(free / GIB).toFixed(1)} of ${(total / GIB).toFixed(1)} GiB free`;
      return free >= GIB ? ok(what) : warn(what, 'end other programs; a training takes about 1 GiB');
    },
  },
  {
    name: 'disk',
    neededBy: 'everything that writes',
    look({ folder }) {
      try {
        accessSync(folder, constants.W_OK);
      } catch {
        return fail('this folder can not be written', 'work in a folder of your own');
      }
      const { bavail, bsize } = statfsSync(folder);
      const what = `${((bavail * bsize) / GIB).toFixed(1)} GiB free`;
      return bavail * bsize >= GIB ? ok(what) : warn(what, 'make room; a long run keeps some 100 MB of checkpoints');
    },
  },
  {
    name: 'own files',
    neededBy: 'train, evaluate',
    look() {
      const wanted = ['config/walker-tune.yaml', 'models/walker/walker.onnx', 'models/walker/checkpoint.safetensors'];
      const missing = wanted.filter((path) => !existsSync(join(packageRoot, path)));
      return missing.length === 0 ? ok(packageRoot) : fail(`missing: ${missing.join(', ')}`, 'install Gaitsmith again');
    },
  },
  {
    name: 'onnxruntime',
    neededBy: 'train, export, validate, evaluate, regress, film',
    async look() {
      try {
        const { runtime, withoutNative } = await import('../compile/native-or-web.ts');
        if (withoutNative === undefined) return ok(runtime.name);
        const [found = '', mend = ''] = withoutNative.split('. To have the native one: ');
        return warn(found, mend);
      } catch (error) {
        const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
        return fail(`it does not start: ${line}`, 'npm install --ignore-scripts, for this system and processor');
      }
    },
  },
  {
    name: 'GPU',
    neededBy: 'train --device; a small network is faster on the CPU',
    async look() {
      const { runtime } = await import('../compile/native-or-web.ts');
      const names = runtime.listSupportedBackends().map(({ name }) => name);
      return ok(`onnxruntime was built for ${names.join(', ')} here${hasNvidia() ? '; an NVIDIA GPU is there' : ''}`);
    },
  },
  {
    name: 'port',
    neededBy: 'train --env unity',
    async look({ port }) {
      const code = await codeOfListening(port);
      if (code === undefined) return ok(`${port} is free on 127.0.0.1`);
      return warn(
        `${port} is taken (${code})`,
        'end what listens there (another training?), or say --port N and set it in Unity',
      );
    },
  },
  {
    name: 'proxies',
    neededBy: 'train --env unity, serve-env',
    look({ env }) {
      const set = ['grpc_proxy', 'https_proxy', 'http_proxy'].filter((name) => env[name] || env[name.toUpperCase()]);
      if (set.length === 0) return ok('none set');
      const excepted = env['no_grpc_proxy'] ?? env['no_proxy'] ?? env['NO_PROXY'] ?? '';
      const isLocalExcepted = /(^|,)\s*(\*|localhost|127\.0\.0\.1)\s*(,|$)/.test(excepted);
      if (isLocalExcepted) return ok(`${set.join(', ')} set, and not for this machine itself`);
      return warn(`${set.join(', ')} set: Unity and ML-Agents may go through it`, 'set no_proxy=localhost,127.0.0.1');
    },
  },
  {
    name: 'browser',
    neededBy: 'what is looked at in one',
    look({ env }) {
      const names = ['chromium', 'chromium-browser', 'google-chrome', 'chrome', 'msedge'];
      const found = (env['PATH'] ?? '')
        .split(delimiter)
        .flatMap((folder) => names.flatMap((name) => [join(folder, name), join(folder, `${name}.exe`)]))
        .find((path) => existsSync(path));
      return ok(found ?? 'no Chromium on the PATH; any browser of yours will do');
    },
  },
  {
    name: 'Unity project',
    neededBy: 'deploy',
    look({ unity }) {
      return unity?.() ?? ok('none named; gaitsmith.yaml or --unity-project names one');
    },
  },
];

/** A finding of what a UserError says. */
export function failureOf(error: unknown): Finding {
  if (!(error instanceof UserError)) throw error;
  const { what, where, mend = 'see what it says' } = error.problem;
  return fail(where ? `${where}: ${what}` : what, mend);
}

/** In a container, as much as that may have. */
function memoryHere(): Surroundings['memory'] {
  const limit = process.constrainedMemory?.() ?? 0;
  const total = limit > 0 && limit < totalmem() ? limit : totalmem();
  return { total, free: Math.min(freemem(), total) };
}

/** Why nothing can listen there; undefined where something can. */
function codeOfListening(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)));
  });
}

function hasNvidia(): boolean {
  try {
    execFileSync('nvidia-smi', ['-L'], { stdio: 'ignore', timeout: 5_000 });
    return true;
  } catch {
    return false;
  }
}
