/** Each command's JSON, in each of its forms, is what docs/json.md tells: every one that is not run for it by another test. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../base/files/own-files.ts';
import { RandomStream } from '../../../base/random/stream.ts';
import { reExported } from '../../../bench/damages.ts';
import { decodeModel } from '../../../onnx/decode.ts';
import { encodeModel } from '../../../onnx/encode.ts';
import { compiled } from '../../compiled/loader.ts';
import { copyExampleProject } from '../../example-project.ts';
import { jsonOf } from '../../json-output.ts';

const MINUTES = 60_000;

const settings = `
behaviors:
  Walker:
    hyperparameters: { batch_size: 256, buffer_size: 1024, num_epoch: 1 }
    network_settings: { normalize: true, hidden_units: 32, num_layers: 2 }
    max_steps: 1024
env_settings: { seed: 1 }
`;

const sweep = `
config: settings.yaml
set: [gaitsmith.agents=16, gaitsmith.evaluation_episodes=2]
kind: grid
looks: 1
decisions: 1024
settings: { hyperparameters.num_epoch: [1] }
`;

const few = '--episodes 2 --set max_steps=50 --workers 1';
const training = '--config settings.yaml --agents 16 --workers 1';
/** In their order, for some need what those before made. `view` ends by the signal that a user sends. */
const rows: readonly (readonly [what: string, words: string])[] = [
  ['a folder set up', 'init --ci github'],
  ['what is missing', 'doctor'],
  ['seeds', `train ${training} --run-id many --seeds 2`],
  ['a sweep', 'sweep sweep.yaml --processes 1'],
  ['all stages', `pipeline ${training}`],
  ['all stages up to date', `pipeline ${training}`],
  ['a checkpoint', 'export'],
  ['a proof', 'validate'],
  ['a deploy', 'deploy'],
  ['a deploy that is only told', 'deploy --dry-run --model other.onnx'],
  ['a deploy of a file', 'deploy --model other.onnx'],
  ['the history', 'deploy --history'],
  ['the last step back', 'deploy --rollback'],
  ['one policy', `evaluate walker.onnx ${few}`],
  ['two policies', `evaluate walker.onnx --compare other.onnx --statistics ${few}`],
  ['a policy in a browser', `evaluate walker.onnx --web ${few}`],
  ['a baseline', 'regress walker.onnx --update-baseline --reason first --episodes 48 --set max_steps=50 --workers 1'],
  ['a verdict', 'regress walker.onnx --workers 1'],
  ['a file judged', 'lint walker.onnx'],
  ['a file told', 'inspect walker.onnx --svg walker.svg'],
  ['a report', 'report walker --quick'],
  ['a comparison', 'report many --compare --quick'],
  ['a film', 'film --policy walker.onnx --speeds 1 --seconds 0.4 --tries 1 --size 64 --sheet sheet.png'],
  ['a page', 'build:viewer --out page'],
  ['a player', 'build'],
];

describe('the JSON of', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gaitsmith-json-'));
  const work = join(folder, 'work');
  beforeAll(() => {
    copyExampleProject(join(folder, 'game'));
    mkdirSync(work);
    writeFileSync(join(work, 'settings.yaml'), settings);
    writeFileSync(join(work, 'sweep.yaml'), sweep);
    const shipped = readFileSync(join(packageRoot, 'models/walker/walker.onnx'));
    writeFileSync(join(work, 'walker.onnx'), shipped);
    const other = reExported(decodeModel(shipped, 'walker.onnx'), new RandomStream(1));
    writeFileSync(join(work, 'other.onnx'), encodeModel(other));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(rows)(
    '%s is as it is told: %s',
    async (_what, words) => {
      const script = join(packageRoot, 'pipeline/gaitsmith.ts');
      const { stdout, stderr } = await execa(
        process.execPath,
        ['--import', compiled, script, ...words.split(' '), '--json'],
        { cwd: work, reject: false },
      );
      const told = await jsonOf(stdout);
      expect(told.error, stderr).toBeUndefined();
    },
    5 * MINUTES,
  );
});
