/**
 * How fast a walker learns in a page, beside Node on the same machine, by hand:
 *
 *     node --import tsx tests/system/viewer/measure-learning.ts [SECONDS [ROUNDS]]
 *
 * First both learn the same thing by turns (onnxruntime-node and two threads in Node, onnxruntime-web and two workers in headless
 * Chromium), so that what else the machine does is shared; then the page goes on alone for so many seconds (default 300).
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { behavior } from '../../../envs/walker/behavior.ts';
import { environmentUrl } from '../../../envs/walker/environment-url.ts';
import { parseConfiguration } from '../../../train/configuration/parse.ts';
import type { IterationMetrics } from '../../../train/keep/metrics-table.ts';
import { train } from '../../../train/train.ts';
import { latestReward, type Point } from '../../../viewer/learn/curves.ts';
import type { Shown } from './learn-page/main.ts';
import { findChromium, openChromium, serveLearnPage } from './learn-pages.ts';

declare const shown: Shown;

const [seconds = 300, rounds = 3] = process.argv.slice(2).map(Number);
const settings = readFileSync(join(import.meta.dirname, '../../../viewer/learn/learn-to-walk.yaml'), 'utf8');
/** Updates of a turn; the first is not counted, for much is compiled in it. */
const UPDATES = 6;

const folder = mkdtempSync(join(tmpdir(), 'measure-'));
const served = await serveLearnPage();
const browser = await openChromium(findChromium()!, join(folder, 'profile'));
console.log(
  `${cpus()[0]!.model}, ${availableParallelism()} cores; Node ${process.version}, Chromium ${browser.browser()?.version() ?? ''}`,
);

interface Share {
  readonly decisions: number;
  readonly collecting: number;
  readonly learning: number;
}

async function inNode(turn: number): Promise<Share> {
  const told: IterationMetrics[] = [];
  const over = new AbortController();
  await train(
    {
      configuration: parseConfiguration(settings, 'learn-to-walk.yaml', behavior.name),
      environment: { kind: 'embedded', module: environmentUrl },
      ...{ behavior, seed: 1, agents: 32, workers: 2, engine: { threads: 2 }, resume: false },
      checkpointFolder: join(folder, `node-${turn}`),
      metricsPath: join(folder, `node-${turn}.jsonl`),
    },
    {
      ...{ info() {}, warn() {}, signal: over.signal },
      iteration(metrics) {
        told.push(metrics);
        if (told.length === UPDATES) over.abort();
      },
    },
  );
  const sum = (of: (metrics: IterationMetrics) => number) =>
    told.slice(1).reduce((all, metrics) => all + of(metrics), 0);
  return {
    decisions: told.at(-1)!.step - told[0]!.step,
    collecting: sum(({ seconds: { physics, inference } }) => physics + inference),
    learning: sum(({ seconds: { learning } }) => learning),
  };
}

const page = await browser.newPage();
await page.goto(served.address);

async function inPage(): Promise<Share> {
  await page.evaluate(() => shown.panel.engine.forget());
  await page.getByRole('button', { name: 'Learn to walk' }).click();
  await page.waitForFunction((count) => shown.panel.engine.points.length >= count, UPDATES, { timeout: 0 });
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.waitForFunction(() => shown.panel.engine.state === 'stopped', undefined, { timeout: 0 });
  const points: Point[] = await page.evaluate(() => shown.panel.engine.points);
  const [first, last] = [points[0]!, points[UPDATES - 1]!];
  const collecting = last.collecting - first.collecting;
  return { decisions: last.step - first.step, collecting, learning: last.seconds - first.seconds - collecting };
}

const totals = { Node: [] as Share[], page: [] as Share[] };
for (let turn = 0; turn < rounds; turn++) {
  totals.Node.push(await inNode(turn));
  totals.page.push(await inPage());
}
const median = (values: number[]) => values.sort((one, other) => one - other)[Math.floor(values.length / 2)]!;
const rates = Object.entries(totals).map(([where, shares]) => {
  const rate = (time: (share: Share) => number) => median(shares.map((share) => share.decisions / time(share)));
  const all = rate(({ collecting, learning }) => collecting + learning);
  const [collected, learnt] = [rate(({ collecting }) => collecting), rate(({ learning }) => learning)];
  console.log(
    `${where}: ${all.toFixed(0)} decisions a second in all; collects ${collected.toFixed(0)}, learns ${learnt.toFixed(0)}; load ${loadavg()[0]!.toFixed(1)}`,
  );
  return { all, collected, learnt };
});
if (rounds > 0) {
  const [node, web] = rates as [(typeof rates)[0], (typeof rates)[0]];
  const ratio = (name: keyof typeof node) => (node[name] / web[name]).toFixed(2);
  console.log(`Node is ${ratio('all')} times as fast (collecting ${ratio('collected')}, learning ${ratio('learnt')})`);
}

await page.evaluate(() => shown.panel.engine.forget());
await page.getByRole('button', { name: 'Learn to walk' }).click();
const began = performance.now();
for (let minute = 1; performance.now() - began < seconds * 1000; minute++) {
  await sleep(Math.min(minute * 60_000, seconds * 1000) - (performance.now() - began));
  const points: Point[] = await page.evaluate(() => shown.panel.engine.points);
  const { step, episodeLength } = points.at(-1) ?? { step: 0, episodeLength: null };
  const told = `${step} decisions, reward ${latestReward(points)?.toFixed(1)}, episodes of ${episodeLength?.toFixed(1)} decisions`;
  console.log(`after ${Math.round((performance.now() - began) / 1000)} s: ${told}; load ${loadavg()[0]!.toFixed(1)}`);
}
await page.screenshot({ path: join(tmpdir(), 'learn-to-walk.png') });
await browser.close();
served.close();
rmSync(folder, { recursive: true, force: true });
