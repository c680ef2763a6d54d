/** `npm run view`: the page in which a policy walks, served to a browser of this machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandText } from '../../base/command-text.ts';
import { UserError } from '../../base/failure/user-error.ts';
import { type CommandLine, defineCommand } from '../../cli/command-line.ts';
import { flag, type OptionSpec, portNumber, text } from '../../cli/options.ts';
import { buildViewerOutput, viewOutput } from './output.ts';
import type { ViewedRun } from './policies.ts';

/** While a training is waited for that has yet to begin. */
const MILLISECONDS_BETWEEN_LOOKS = 500;

/** What the command wants to know of runs, as whoever keeps them hands it in. */
export interface Runs {
  /** The flag that says where they are kept. */
  readonly runsDir: OptionSpec<string>;
  /** All that have something to show, the latest first. */
  list(runsDir: string): readonly ViewedRun[];
  /** Whether there is a run of that name that has written down its settings. */
  hasBegun(runId: string, runsDir: string): boolean;
  /** One of them. @throws UserError where there is none of that name. */
  one(runId: string, runsDir: string): ViewedRun & { readonly metrics: string; readonly maxSteps: number | null };
  /** The policy of a checkpoint as it would be exported. */
  policyOfCheckpoint(path: string): Promise<{ readonly bytes: Uint8Array }>;
}

function optionsWith(runsDir: Runs['runsDir']) {
  return {
    policy: {
      argument: 'FILE.onnx',
      bare: true,
      description: 'a policy that ML-Agents runs (default: the shipped walker)',
      schema: text().optional(),
    },
    runId: { argument: 'NAME', description: 'begin with the policy of this run', schema: text().optional() },
    runsDir,
    character: {
      argument: 'FILE',
      description:
        'whose policy it is: a character file, such as rigs/crawler (default: the Walker; with --run-id that of the run)',
      schema: text().optional(),
    },
    live: {
      description: 'beside the training of --run-id: its curves, and its latest checkpoint walking, renewed by itself',
      schema: flag(),
    },
    port: {
      argument: 'N',
      description: 'port on this machine (default: any that is free)',
      schema: portNumber(0).default(0),
    },
    open: { description: 'open the page in the browser', schema: flag() },
  };
}

type Options = ReturnType<typeof optionsWith>;

export function viewCommand(runs: Runs): CommandLine<Options> {
  return defineCommand({
    name: 'view',
    typed: commandText('view'),
    summary: 'shows a policy walking in the browser, with physics and policy running there',
    options: optionsWith(runs.runsDir),
    output: [viewOutput],
    epilogue: `Examples:\n  ${commandText('view', 'Walker.onnx --open')}\n  ${commandText('view', '--run-id mine --live')}`,
    async run(
      { policy, runId, runsDir, character: given, live, port, open },
      { terminal, logger, interrupts: { signal } },
    ) {
      const { buildPage, builtPage, isBuilt } = await import('./build.ts');
      const { servedPolicies, checkpointId } = await import('./policies.ts');
      const { newsOf } = await import('./live.ts');
      const { gpuBuild } = await import('./gpu-build.ts');
      const { servePage } = await import('./serve.ts');
      if (policy !== undefined && !existsSync(policy))
        throw new UserError({ what: 'there is no such file', where: policy, expected: 'the ONNX file of a policy' });
      if (live && runId === undefined)
        throw new UserError({ what: 'a training is shown by its name', where: '--live', mend: 'add --run-id NAME' });
      if (live && !runs.hasBegun(runId!, runsDir)) {
        terminal.print(`No training ${runId} has begun in ${runsDir} yet: waiting for it (Ctrl-C ends this)`);
        while (!signal.aborted && !runs.hasBegun(runId!, runsDir))
          await sleep(MILLISECONDS_BETWEEN_LOOKS, undefined, { signal }).catch(() => {});
        if (signal.aborted) return { json: { address: null } };
      }
      const ofRun = runId === undefined ? undefined : runs.one(runId, runsDir).character;
      const { characterFileOf, jsonOfCharacter, openCharacter } = await import('../../envs/ragdoll/open.ts');
      const character = given === undefined ? ofRun : characterFileOf(given);
      if (character !== undefined) openCharacter(character);
      if (character !== undefined && policy === undefined && runId === undefined)
        throw new UserError({
          what: 'Gaitsmith comes with no policy of another character than the Walker',
          where: '--character',
          value: given,
          mend: 'name its policy: FILE.onnx, or --run-id NAME',
        });
      if (!isBuilt(builtPage)) {
        logger.info('building the page');
        await buildPage({ out: builtPage, base: './' });
      }
      const policies = () => servedPolicies(policy, runs.list(runsDir), runs.policyOfCheckpoint, character);
      const startOfRun = (id: string): string => {
        const run = runs.one(id, runsDir);
        return run.exported === undefined && run.checkpoints[0] ? checkpointId(id, run.checkpoints[0]) : `run:${id}`;
      };
      const first = policies()[0]?.id ?? '';
      const startOf = runId === undefined || policy !== undefined ? undefined : startOfRun(runId);
      const start = startOf !== undefined && policies().some(({ id }) => id === startOf) ? startOf : first;
      const { address, close } = await servePage({
        folder: builtPage,
        port,
        policies,
        start,
        gpu: gpuBuild(),
        character: character === undefined ? undefined : jsonOfCharacter(character),
        live: live
          ? {
              run: runId!,
              news() {
                const { metrics, checkpoints, maxSteps } = runs.one(runId!, runsDir);
                const latest = checkpoints.filter((path) => !path.endsWith('best.safetensors'))[0];
                return newsOf(metrics, latest === undefined ? null : checkpointId(runId!, latest), maxSteps);
              },
            }
          : undefined,
      });
      terminal.print(`The walker is at ${address}`);
      terminal.print('  (this machine alone; Ctrl-C ends it)');
      if (open) openBrowser(address);
      if (!signal.aborted) await once(signal, 'abort');
      close();
      return { json: { address } };
    },
  });
}

export const buildViewerCommand = defineCommand({
  name: 'build:viewer',
  typed: commandText('build:viewer'),
  summary: 'makes the page as a static folder that any host serves',
  output: [buildViewerOutput],
  options: {
    out: { argument: 'FOLDER', description: 'where it is to lie (default: dist/viewer)', schema: text().optional() },
    base: {
      argument: 'PATH',
      description: 'what addresses in it begin with (default: ./, relative to the page)',
      schema: text().default('./'),
    },
    gpu: { description: 'walkers may learn on a GPU, too, by WebGPU: 4.2 MB more (gzip)', schema: flag() },
  },
  async run({ out, base, gpu }, { terminal }) {
    const { buildPage, builtPage } = await import('./build.ts');
    const { sizesOf } = await import('./sizes.ts');
    const { fromHere } = await import('../../base/files/from-here.ts');
    const folder = out ?? builtPage;
    await buildPage({ out: folder, base, gpu });
    const { files, bytes, gzipped } = sizesOf(folder);
    const megabytes = (size: number) => `${(size / 1e6).toFixed(2)} MB`;
    terminal.print(`Made ${fromHere(folder)}: ${files} files, ${megabytes(bytes)}, ${megabytes(gzipped)} by gzip`);
    return { json: { folder, files, bytes, gzipped } };
  },
});

/** Where there is none, its address stands in the terminal. */
function openBrowser(address: string): void {
  const [program, ...words] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[process.platform as string] ?? [
    'xdg-open',
  ];
  spawn(program!, [...words, address], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
