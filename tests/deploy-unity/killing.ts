/** Kills processes that deploy, at random moments, and looks at what they left. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { RandomStream } from '../../base/random/stream.ts';
import { type DeployRequest, deploy } from '../../deploy-unity/deploy.ts';
import { stateFolder } from '../../deploy-unity/project-state.ts';
import { readRecords } from '../../deploy-unity/records.ts';
import { agentFileOf } from '../../pipeline/stages/deploy-character.ts';
import { gameObject, HEAD } from '../unity-assets/project.ts';
import { ASSET, INFERENCE_ENGINE, modelBytes, modelFile, snapshot, temporaryFolder, unityProject } from './projects.ts';
import { instanceOf, ragdollPrefab, wormCharacter } from './ragdoll-prefabs.ts';

const root = join(import.meta.dirname, '../..');
const esbuild = createRequire(createRequire(import.meta.url).resolve('tsx'))('esbuild') as {
  build(options: Record<string, unknown>): Promise<unknown>;
};

const AGENT = `114
MonoBehaviour:
  m_GameObject: {OWNER}
  m_Script: {fileID: 11500000, guid: 5d1c4e0b1822b495aa52bc52839ecb30, type: 3}
  m_Model: {fileID: 0}
  m_BehaviorName: Walker
`;

/** What is deployed over and over, beside the model: what else changes in the project, and what that needs there. */
export interface Killed {
  readonly request: Pick<DeployRequest, 'bind' | 'attach' | 'asset'>;
  readonly files: Readonly<Record<string, string>>;
}

export const BINDING: Killed = {
  request: { asset: ASSET, bind: [{ path: 'Assets/Agent.prefab' }] },
  files: {
    'Assets/Agent.prefab': (HEAD + gameObject(10, 'Walker', { component: AGENT })).replaceAll('\n', '\r\n'),
    'Assets/Agent.prefab.meta': `fileFormatVersion: 2\nguid: ${'b'.repeat(32)}\n`,
  },
};

/** The agent onto a variant: the model, its agent's file and the prefab, each with its .meta. */
export function attaching(): Killed {
  const worm = wormCharacter();
  const guid = 'b'.repeat(32);
  return {
    request: { asset: ASSET, attach: { path: 'Assets/Variant.prefab', character: agentFileOf(worm) } },
    files: {
      'Assets/Worm.prefab': ragdollPrefab(worm.rig, 'Worm', []),
      'Assets/Worm.prefab.meta': `fileFormatVersion: 2\nguid: ${guid}\n`,
      'Assets/Variant.prefab': HEAD + instanceOf(guid, '700001'),
      'Assets/Variant.prefab.meta': `fileFormatVersion: 2\nguid: ${'c'.repeat(32)}\n`,
    },
  };
}

const PRODUCERS = ['one', 'other'];

export interface KillReport {
  readonly kills: number;
  /** How often the next start found files staged without a record, and how often a record to finish or undo. */
  readonly staging: number;
  readonly placing: number;
  /** In which state the project was after the next start: no model, that of the one process, that of the other. */
  readonly states: readonly number[];
  /** What was left that is none of these. */
  readonly faults: readonly string[];
}

/**
 * @param kills how many times; every second time two processes are at work in the project at once
 */
export async function killDeploys(kills: number, seed: number, killed: Killed = BINDING): Promise<KillReport> {
  const random = new RandomStream(seed);
  const script = await deployingScript(temporaryFolder());
  const models = PRODUCERS.map((producer) => modelFile(modelBytes(producer)));
  const project = unityProject(INFERENCE_ENGINE, killed.files);
  const allowed = [snapshot(project), ...(await Promise.all(models.map((model) => stateAfter(model, killed))))];
  const request = join(temporaryFolder(), 'request.json');
  writeFileSync(request, JSON.stringify(killed.request));
  const states = allowed.map(() => 0);
  const faults: string[] = [];
  let [staging, placing] = [0, 0];
  for (let kill = 0; kill < kills; kill++) {
    const processes = models
      .slice(0, 1 + (kill % 2))
      .map((model) => spawn(process.execPath, [script, project, model, request]));
    const told = await Promise.all(processes.map(whenReady));
    for (const child of processes) {
      await setTimeout(random.uniform(0, 200));
      child.kill('SIGKILL');
    }
    await Promise.all(processes.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
    for (const text of told) if (text.value !== '') faults.push(`kill ${kill}: ${text.value}`);
    const found = remembered(project);
    if (found.staging > 0) staging += 1;
    if (found.placing > 0) placing += 1;
    // The next start: it looks after the one before it first, and then finds that there is no model to deploy.
    const next = deploy({ model: join(project, 'nowhere.onnx'), unityProject: project, asset: ASSET });
    const message = await next.then(String, (error: Error) => error.message);
    if (!message.includes('there is no such model file')) faults.push(`kill ${kill}: ${message}`);
    const now = snapshot(project);
    const state = allowed.findIndex((each) => isDeepStrictEqual(each, now));
    if (state === -1) faults.push(`kill ${kill}: neither old nor new: ${difference(now, allowed)}`);
    else states[state]! += 1;
    const { staging: left, placing: open } = remembered(project);
    if (left + open > 0) faults.push(`kill ${kill}: ${left + open} deploys are neither done nor undone`);
  }
  return { kills, staging, placing, states, faults };
}

/** Deploys that are not done: before their record was written, and after. */
function remembered(project: string) {
  const { records, unborn } = readRecords(stateFolder(project));
  return { staging: unborn.length, placing: records.filter(({ phase }) => phase !== 'done').length };
}

/** What a project holds when this model was deployed. */
async function stateAfter(model: string, { request, files }: Killed) {
  const project = unityProject(INFERENCE_ENGINE, files);
  await deploy({ model, unityProject: project, ...request });
  return snapshot(project);
}

/** Resolves when the process has begun; what it says on stderr is gathered. */
async function whenReady(child: ChildProcess): Promise<{ value: string }> {
  const told = { value: '' };
  child.stderr!.on('data', (text) => {
    told.value += text;
  });
  await once(child.stdout!, 'data');
  return told;
}

/** The process as one script, which begins in a tenth of the time that it takes from its sources. */
async function deployingScript(folder: string): Promise<string> {
  const outfile = join(folder, 'deploying-process.mjs');
  await esbuild.build({
    entryPoints: [join(import.meta.dirname, 'deploying-process.ts')],
    absWorkingDir: root,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
  return outfile;
}

function difference(now: Record<string, string>, allowed: readonly Record<string, string>[]): string {
  const [nearest] = allowed
    .map((state) =>
      [...new Set([...Object.keys(state), ...Object.keys(now)])].filter((path) => state[path] !== now[path]),
    )
    .sort((a, b) => a.length - b.length);
  return nearest!.join(', ');
}
