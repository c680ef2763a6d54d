/** `npm run bench -- viewer`: the page in a headless Chromium, frames a second and the pace that it holds, with 1, 4 and 16 walkers. */

import { availableParallelism, cpus } from 'node:os';
import { commandText } from '../base/command-text.ts';
import { launchChromium } from '../browser/chromium.ts';
import { runCommandLine } from '../cli/command-line.ts';
import { wholeNumber } from '../cli/options.ts';
import { plainTable } from '../cli/table.ts';
import { buildPage, builtPage, isBuilt } from '../viewer/server/build.ts';
import { servedPolicies } from '../viewer/server/policies.ts';
import { servePage } from '../viewer/server/serve.ts';
import { sizesOf } from '../viewer/server/sizes.ts';
import { walkerCounts } from '../viewer/simulation/replay.ts';

interface Measured {
  readonly walkers: number;
  /** From the address to the first picture, and to the first step, seconds. */
  readonly firstFrame: number;
  readonly firstStep: number;
  readonly framesPerSecond: number;
  /** Simulated seconds a second. */
  readonly pace: number;
  /** Of a core that the simulation takes at real speed. */
  readonly share: number;
}

export const bench = (argv: readonly string[]) =>
  runCommandLine(
    {
      name: 'bench viewer',
      typed: commandText('bench', 'viewer'),
      summary: 'measures the page in a headless Chromium: first frame, frames a second, simulated speed',
      options: {
        seconds: { argument: 'N', description: 'seconds that each is watched', schema: wholeNumber(2).default(10) },
      },
      async run({ seconds }, { terminal }) {
        if (!isBuilt(builtPage)) await buildPage({ out: builtPage, base: './' });
        const served = await servePage({
          ...{ folder: builtPage, port: 0, start: 'walker' },
          policies: () => servedPolicies(undefined, [], async () => ({ bytes: new Uint8Array() })),
        });
        const browser = await launchChromium({ paints: true });
        const measured: Measured[] = [];
        try {
          for (const walkers of walkerCounts) {
            const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
            page.setDefaultTimeout(300_000);
            await page.goto(`${served.address}?walkers=${walkers}`);
            await page.waitForFunction('globalThis.gaitsmith?.latest()?.step > 0', undefined, { polling: 20 });
            const told = await page.evaluate<{
              first: number;
              step: number;
              frames: number;
              passed: number;
              steps: number;
              cost: number;
            }>(`(async () => {
              const { readout, latest } = gaitsmith;
              const step = performance.now();
              const from = { step: latest().step, drawn: gaitsmith.drawn(), now: performance.now() };
              await new Promise((over) => setTimeout(over, ${1000 * seconds}));
              return { first: gaitsmith.firstFrame(), step, frames: gaitsmith.drawn() - from.drawn, passed: performance.now() - from.now, steps: latest().step - from.step, cost: latest().cost };
            })()`);
            measured.push({
              walkers,
              firstFrame: told.first / 1000,
              firstStep: told.step / 1000,
              framesPerSecond: (1000 * told.frames) / told.passed,
              pace: (told.steps * 13.33) / told.passed,
              share: told.cost / 1000,
            });
            await page.close();
          }
        } finally {
          await browser.close();
          served.close();
        }
        const { gzipped } = sizesOf(builtPage);
        const machine = `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, painting by the processor`;
        terminal.print(machine);
        terminal.print(`the page: ${(gzipped / 1e6).toFixed(2)} MB by gzip`);
        const rows = measured.map(({ walkers, firstFrame, firstStep, framesPerSecond, pace, share }) => [
          String(walkers),
          `${firstFrame.toFixed(1)} s`,
          `${firstStep.toFixed(1)} s`,
          framesPerSecond.toFixed(1),
          pace.toFixed(2),
          `${(100 * share).toFixed(0)} %`,
        ]);
        terminal.print(
          plainTable(['walkers', 'first frame', 'first step', 'frames/s', 'times real time', 'of a core'], rows),
        );
        return { json: { machine, gzipped, measured } };
      },
    },
    argv,
  );
