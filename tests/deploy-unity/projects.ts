/** Unity projects and models for the tests, made in temporary folders that go away after the test file. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../base/failure/user-error.ts';
import { temporaryFolder as newFolder } from '../temporary-folders.ts';

export function temporaryFolder(): string {
  return newFolder('gaitsmith-deploy-');
}

export const ASSET = 'Assets/Gaitsmith/Walker/Walker.onnx';
/** What the derivation yields for ASSET, pinned: changing it would orphan every prefab of every user. */
export const ASSET_GUID = '366f2f201de468fc2db4189087d5cdb4';

/** Writes files below a folder; a folder where the path ends in `/`. */
export function write(root: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    const whole = join(root, path);
    mkdirSync(path.endsWith('/') ? whole : dirname(whole), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(whole, content);
  }
}

export function lock(versions: Readonly<Record<string, string>>): string {
  const entries = Object.entries(versions).map(([id, version]) => [id, { version, depth: 0, source: 'registry' }]);
  return JSON.stringify({ dependencies: Object.fromEntries(entries) });
}

/** The packages of ML-Agents 4.0, and of its forerunners on Sentis and Barracuda. */
export const INFERENCE_ENGINE = { 'com.unity.ml-agents': '4.0.0', 'com.unity.ai.inference': '2.2.1' };
export const SENTIS = { 'com.unity.ml-agents': '3.0.0', 'com.unity.sentis': '2.1.0' };
export const BARRACUDA = { 'com.unity.ml-agents': '2.3.0-exp.3', 'com.unity.barracuda': '3.0.0' };

/** A project in a temporary folder, with these packages resolved and these files besides. */
export function unityProject(
  packages: Readonly<Record<string, string>> = INFERENCE_ENGINE,
  files: Readonly<Record<string, string | Uint8Array>> = {},
): string {
  const root = join(temporaryFolder(), 'Project');
  write(root, {
    'Assets/': '',
    'Packages/manifest.json': JSON.stringify({ dependencies: packages }),
    'Packages/packages-lock.json': lock(packages),
    'ProjectSettings/ProjectVersion.txt': 'm_EditorVersion: 6000.0.40f1\n',
    'ProjectSettings/EditorSettings.asset': 'EditorSettings:\n  m_SerializationMode: 2\n',
    ...files,
  });
  return root;
}

/** The smallest thing that is a ModelProto: ir_version, a producer that tells models apart, a graph and an opset. */
export function modelBytes(producer = 'first'): Buffer {
  const name = Buffer.from(producer);
  return Buffer.concat([
    Buffer.from([0x08, 6, 0x12, name.length]),
    name,
    Buffer.from([0x3a, 3, 0x12, 1, 0x67, 0x42, 2, 0x10, 9]),
  ]);
}

/** Writes a model to a temporary folder and returns its path. */
export function modelFile(content: string | Uint8Array = modelBytes()): string {
  const path = join(temporaryFolder(), 'policy.onnx');
  writeFileSync(path, content);
  return path;
}

export const LFS_POINTER =
  'version https://git-lfs.github.com/spec/v1\noid sha256:02d86cd4618be1a9bddde05fd7516f17e6c059dc41002756be17c1783cd0cfd4\nsize 335\n';

/**
 * Every file and folder with its content: what a failed deploy must leave exactly as it was. What deploys remember under
 * Library is left out.
 */
export function snapshot(root: string): Record<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).map((entry): [string, string] => {
    const path = join(entry.parentPath, entry.name);
    return [path.slice(root.length).replaceAll('\\', '/'), entry.isFile() ? readFileSync(path, 'hex') : 'folder'];
  });
  const isRemembered = (path: string) => path === '/Library' || path.startsWith('/Library/Gaitsmith');
  return Object.fromEntries(entries.filter(([path]) => !isRemembered(path)).sort());
}

export function read(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

export function has(root: string, path: string): boolean {
  return existsSync(join(root, path));
}

/** The one line a person would read; fails the test where something else than a UserError comes back. */
export async function refusal(action: Promise<unknown>): Promise<string> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof UserError) return error.message;
  throw error ?? new Error('it was not refused');
}
