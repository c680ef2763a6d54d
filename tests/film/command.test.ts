/** `npm run film`: which policy it paints, into which file, and what it refuses before it paints anything. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../cli/command-line.ts';
import { checkOptions, type Given } from '../../cli/parse-options.ts';
import { exportActor } from '../../export/export-actor.ts';
import { filmCommand, paintedOf } from '../../film/command.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { filmable } from '../../pipeline/runs.ts';
import { Normaliser } from '../../train/policy/normaliser.ts';
import { initialParameters } from '../../train/policy/policy.ts';
import { compiled } from '../compiled/loader.ts';
import { jsonOf } from '../json-output.ts';
import { because } from '../skipping.ts';
import { readAnimation, readPicture } from './read-png.ts';

let folder: string;
let policy: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gaitsmith-'));
  const run = join(folder, 'runs/small');
  mkdirSync(run, { recursive: true });
  const network = { observationSize: 243, actionSize: 39, hiddenUnits: 8, layers: 1 };
  const parameters = initialParameters(network, 1);
  policy = join(run, 'policy.onnx');
  writeFileSync(policy, encodeModel(exportActor({ network, parameters, normaliser: new Normaliser(243) }, '0.0.0')));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The command in this process, with no terminal. */
async function film(given: Given) {
  const interrupts = { signal: new AbortController().signal };
  const silent = { terminal: { print() {} }, progress: { update() {}, end() {} }, interrupts };
  const command = filmCommand(filmable);
  return command.run(checkOptions(command.options, given), silent as unknown as CommandContext);
}

it('paints the policy of a run into its folder, and tells what is seen', async () => {
  const flags = ['--run-id', 'small', '--runs-dir', join(folder, 'runs'), '--sheet', join(folder, 'sheets/one.png')];
  const words = ['--json', '--speeds', '1,2.5', '--seconds', '0.4', '--tries', '2', '--size', '64', ...flags];
  const entry = join(import.meta.dirname, '../../pipeline/gaitsmith.ts');
  const { stdout } = await execa(process.execPath, ['--import', compiled, entry, 'film', ...words]);
  const out = join(folder, 'runs/small/walker.png');
  const bytes = readFileSync(out);
  expect(await jsonOf(stdout)).toMatchObject({
    ok: true,
    command: 'film',
    policy,
    out,
    bytes: bytes.length,
    sheet: join(folder, 'sheets/one.png'),
    panels: [
      { speed: 1, tries: 2, lasted: 0 },
      { speed: 2.5, tries: 2, lasted: 0 },
    ],
  });
  expect(readAnimation(bytes).frames).toHaveLength(6);
  expect(readPicture(readFileSync(join(folder, 'sheets/one.png'))).height).toBeGreaterThan(128);
  expect(readdirSync(join(folder, 'runs/small')).sort()).toEqual(['policy.onnx', 'walker.png']);
});

it.skipIf(because(process.platform === 'win32', 'Windows has no SIGINT to send'))(
  'ends with its JSON after Ctrl-C, and paints nothing',
  async () => {
    const out = join(folder, 'interrupted/walker.png');
    const flags = ['--policy', policy, '--out', out, '--tries', '300', '--json'];
    const entry = join(import.meta.dirname, '../../pipeline/gaitsmith.ts');
    const child = execa(process.execPath, ['--import', compiled, entry, 'film', ...flags], { reject: false });
    // The folder is made just before the first episode.
    await expect.poll(() => existsSync(dirname(out)), { timeout: 60_000, interval: 10 }).toBe(true);
    child.kill('SIGINT');
    const { exitCode, stdout } = await child;
    expect(exitCode).toBe(130);
    expect(await jsonOf(stdout)).toMatchObject({ ok: false, command: 'film', interrupted: true });
    expect(readdirSync(dirname(out))).toEqual([]);
  },
);

const refusals: [what: string, given: () => Given, told: RegExp][] = [
  ['a target speed out of range', () => ({ policy, speeds: '1,11' }), /--speeds: .*"1,11".*from 0\.1 to 10 m\/s/],
  ['more panels than fit', () => ({ policy, speeds: '1,2,3,4,5' }), /--speeds: .*one to four speeds/],
  ['a film of hours', () => ({ policy, seconds: '7200' }), /--seconds: .*from 0\.2 to 20/],
  ['a panel of one pixel', () => ({ policy, size: '1' }), /--size: .*64 to 640/],
  ['two policies', () => ({ policy, runId: 'small' }), /--policy and --run-id: .*leave one of them out/],
  ['a file that is not there', () => ({ policy: 'none.onnx' }), /none\.onnx: there is no such file/],
  [
    'a run that has exported nothing',
    () => ({ runId: 'other', runsDir: join(folder, 'runs') }),
    /runs\/other: no policy was exported here yet.*npm run export -- --run-id other/,
  ],
  [
    'a folder that cannot be one',
    () => ({ policy, out: join(policy, 'walker.png') }),
    /a part of this path is a file, not a folder/,
  ],
  ['a folder where the film is to be', () => ({ policy, out: folder }), /there is a folder where a file is to be/],
];
it.each(refusals)('refuses %s', async (_what, given, told) => {
  const refused = film(given());
  await expect(refused).rejects.toThrow(expect.objectContaining({ name: 'UserError' }));
  await expect(refused).rejects.toThrow(told);
});

describe('without a policy to name', () => {
  const given = { policy: undefined, runId: undefined, runsDir: 'runs', character: undefined, out: undefined };

  it('paints the walker that is shipped, and leaves the picture beside it alone', () => {
    const shipped = join(folder, 'shipped');
    mkdirSync(shipped);
    const walker = join(shipped, 'walker.onnx');
    copyFileSync(policy, walker);
    expect(paintedOf(given, filmable, shipped)).toMatchObject({ policy: walker, out: 'walker.png' });
    expect(paintedOf({ ...given, out: 'film.png' }, filmable, shipped)).toMatchObject({
      policy: walker,
      out: 'film.png',
    });
  });

  it('asks for one of another character, of which none is shipped', () => {
    expect(() => paintedOf({ ...given, character: 'rigs/crawler' }, filmable)).toThrow(/rigs\/crawler.*--policy/s);
  });

  it('asks for one where no walker is shipped', () => {
    expect(() => paintedOf(given, filmable, join(folder, 'none'))).toThrow(
      /none\/walker\.onnx: .*--policy FILE\.onnx or --run-id NAME/,
    );
  });
});
