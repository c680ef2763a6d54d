/** onnxruntime-web in a headless Chromium, as one engine more; and the same episodes there and here. */
import { sha256 } from '../../base/files/hash.ts';
import { type OpenPage, openPage } from '../../browser/page.ts';
import { behavior } from '../../envs/walker/behavior.ts';
import { createEnvironment } from '../../envs/walker/environment.ts';
import type { PolicyShape } from '../../lint/contract.ts';
import type { Runtime } from '../policy-runtime.ts';
import type { WebReport } from '../report.ts';
import { onnxruntimeNode, onnxruntimeWeb } from '../runtime.ts';
import { numbersOfText, textOfBytes, textOfNumbers } from './bytes.ts';
import { pageFiles } from './page-scripts.ts';
import { partingOf, playTrajectory, type TrajectoryOptions } from './trajectory.ts';

/** What a browser's actions may differ by. */
export const WEB_TOLERANCE = 1e-4;

/** Enough for several falls of each of eight walkers. */
const PLAYED: TrajectoryOptions = { world: 'unity', seed: 5, agents: 8, decisions: 200 };

export interface ChromiumRuntime extends Runtime {
  /** "Chromium 150.0.7871.114". */
  readonly browser: string;
  trajectory(options: TrajectoryOptions): Promise<string[]>;
}

/** @throws UserError where there is no Chromium, or what drives it is not installed. */
export async function onnxruntimeChromium(model: Uint8Array, shape: PolicyShape): Promise<ChromiumRuntime> {
  const page: OpenPage = await openPage(await pageFiles());
  await page.ask('open', { model: textOfBytes(model), shape });
  return {
    name: `onnxruntime-web in ${page.browser}`,
    browser: page.browser,
    tolerance: WEB_TOLERANCE,
    async run(observations, rows, wanted) {
      const asked = { observations: textOfNumbers(observations), rows, wanted };
      const outputs = await page.ask<Record<string, string>>('run', asked);
      return Object.fromEntries(Object.entries(outputs).map(([name, text]) => [name, numbersOfText(text)]));
    },
    trajectory: (options) => page.ask('trajectory', options),
    close: () => page.close(),
  };
}

/**
 * Plays the same episodes here and there.
 *
 * @returns what came of it, and what is wrong, a sentence each.
 */
export async function compareEpisodes(
  model: Uint8Array,
  shape: PolicyShape,
  there: Pick<ChromiumRuntime, 'browser' | 'trajectory'>,
  options: TrajectoryOptions = PLAYED,
): Promise<{ readonly report: WebReport; readonly problems: readonly string[] }> {
  const { browser } = there;
  const isWalker = shape.observationSize === behavior.observationSize && shape.actionSize === behavior.actionSize;
  if (!isWalker) return { report: { browser, episodes: null }, problems: [] };
  const web = await there.trajectory(options);
  const node = await playedHere(onnxruntimeWeb, model, shape, options);
  const native = await playedHere(onnxruntimeNode, model, shape, options);
  const partsAt = partingOf(node, web);
  const problems =
    partsAt === null
      ? []
      : [
          `the same episodes part at decision ${partsAt} of ${options.decisions} in onnxruntime-web here and in ${browser}`,
        ];
  const hashes = { node: sha256(node.join()), web: sha256(web.join()) };
  const episodes = { ...options, ...hashes, partsAt, nativePartsAt: partingOf(node, native) };
  return { report: { browser, episodes }, problems };
}

async function playedHere(
  open: typeof onnxruntimeWeb,
  model: Uint8Array,
  shape: PolicyShape,
  options: TrajectoryOptions,
): Promise<string[]> {
  const { seed, agents, world } = options;
  const policy = await open(model, shape);
  try {
    const environment = await createEnvironment({ seed, firstAgent: 0, agents, parameters: {}, world });
    return await playTrajectory(environment, policy, options);
  } finally {
    await policy.close();
  }
}
