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
import { launchChromium } from '../../../browser/chromium.ts';
import { behavior } from '../../../envs/walker/behavior.ts';
import { environmentUrl } from '../../../envs/walker/environment-url.ts';
import { parseConfiguration } from '../../../train/configuration/parse.ts';
import type { IterationMetrics } from '../../../train/keep/metrics-table.ts';
import { train } from '../../../train/train.ts';
import { latestReward, type Point } from '../../../viewer/learn/curves.ts';
import type { Shown } from './learn-page/main.ts';
import { serveLearnPage } from './learn-pages.ts';

declare const shown: Shown;

const [seconds = 300, rounds = 3] = process.argv.slice(2).map(Number);
const settings = readFileSync(join(import.meta.dirname, '../../../viewer/learn/learn-to-walk.yaml'), 'utf8');
/** Updates of a turn; the first is not counted, for much is compiled in it. */
const UPDATES = 6;

const folder = mkdtempSync(join(tmpdir(), 'measure-'));
const served = await serveLearnPage();
const browser = await launchChromium();
console.log(
  `${cpus()[0]!.model}, ${availableParallelism()} cores; Node ${process.version}, Chromium ${browser.version()}`,
);

interface Share {
  readonly decisions: number;
  readonly collecting: number;
  readonly learning: number;
  /** Seconds of all cores together. */
  readonly processor: number;
}

async function inNode(turn: number): Promise<Share> {
  const told: IterationMetrics[] = [];
  const processor: number[] = [];
  const used = () => Object.values(process.cpuUsage()).reduce((sum, part) => sum + part / 1e6, 0);
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
        processor.push(used());
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
    processor: processor.at(-1)! - processor[0]!,
  };
}

const page = await browser.newPage();
await page.goto(served.address);

const session = await browser.newBrowserCDPSession();

/** Seconds that its process has used; the page's workers are threads of it. */
async function processorOfPage(): Promise<number> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return processInfo.filter(({ type }) => type === 'renderer').reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

async function inPage(): Promise<Share> {
  await page.evaluate(() => shown.panel.engine.forget());
  await page.getByRole('button', { name: 'Learn to walk' }).click();
  const processor: number[] = [];
  for (const updates of [1, UPDATES]) {
    await page.waitForFunction((count) => shown.panel.engine.points.length >= count, updates, { timeout: 0 });
    processor.push(await processorOfPage());
  }
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.waitForFunction(() => shown.panel.engine.state === 'stopped', undefined, { timeout: 0 });
  const points: Point[] = await page.evaluate(() => shown.panel.engine.points);
  const [first, last] = [points[0]!, points[UPDATES - 1]!];
  const collecting = last.collecting - first.collecting;
  return {
    decisions: last.step - first.step,
    collecting,
    learning: last.seconds - first.seconds - collecting,
    processor: processor[1]! - processor[0]!,
  };
}

/** Decisions a second. */
const ratesOf = ({ decisions, collecting, learning, processor }: Share) => ({
  all: decisions / (collecting + learning),
  processor: decisions / processor,
  collects: decisions / collecting,
  learns: decisions / learning,
});

function told(where: string, share: Share): Share {
  const { all, collects, learns, processor } = ratesOf(share);
  const rates = `${all.toFixed(0)} decisions a second in all; collects ${collects.toFixed(0)}, learns ${learns.toFixed(0)}; ${processor.toFixed(0)} a second of processor time`;
  console.log(`${where}: ${rates}; load ${loadavg()[0]!.toFixed(1)}`);
  return share;
}

const totals = { Node: [] as Share[], page: [] as Share[] };
for (let turn = 0; turn < rounds; turn++) {
  totals.Node.push(told('Node', await inNode(turn)));
  totals.page.push(told('page', await inPage()));
}
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
for (const name of rounds > 0 ? (['all', 'collects', 'learns', 'processor'] as const) : []) {
  const [node, web] = [totals.Node, totals.page].map((shares) => mean(shares.map((share) => ratesOf(share)[name])));
  console.log(`${name}: Node is ${(node! / web!).toFixed(2)} times as fast, by the means of all turns`);
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
