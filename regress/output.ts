/** What `regress --json` tells, and its `--report`, for docs/json.md and the tests. */
import { z } from 'zod';
import type { KeysOf } from '../base/json.ts';
import {
  characterOutput,
  deterministicOutput,
  parametersOutput,
  seedOutput,
  sha256Output,
  speedsOutput,
  worldOutput,
} from '../evaluate/output.ts';
import type { BaselineSettings } from './baseline.ts';
import type { CheckResult } from './checks.ts';
import type { RegressBand, RegressReport } from './regress.ts';

const settings = z
  .strictObject({
    seed: seedOutput,
    speeds: speedsOutput,
    deterministic: deterministicOutput,
    world: worldOutput,
    character: characterOutput,
    parameters: parametersOutput,
  } satisfies KeysOf<BaselineSettings>)
  .describe('which episodes');

const found = z.union([z.number(), z.string()]).nullable();

const check = {
  name: z.string(),
  verdict: z
    .enum(['pass', 'fail', 'undecided', 'told', 'skipped'])
    .describe('told: a number that is not judged; skipped: a cheaper check has failed'),
  value: found.describe('what was found'),
  limit: found.describe('what was allowed'),
  message: z.string(),
} satisfies KeysOf<CheckResult>;

const band = {
  speed: z.tuple([z.number(), z.number()]).describe('m/s, from .. to'),
  pairs: z.int().describe('episodes'),
  baseline: z.number().describe('mean reward'),
  candidate: z.number().describe('mean reward'),
} satisfies KeysOf<RegressBand>;

const verdict = {
  verdict: z.enum(['pass', 'fail', 'undecided']),
  policy: z.string().describe('the file that was judged'),
  sha256: sha256Output,
  baseline: z
    .strictObject({ policy: z.string(), sha256: sha256Output, settings })
    .describe('what it was compared with'),
  margin: z.number().describe("share of the baseline's mean reward that may be lost"),
  checks: z.array(z.strictObject(check)).describe('in the order of their cost'),
  pairs: z.int().nullable().describe('episodes that both have played'),
  looks: z.int().nullable().describe('how often they were looked at'),
  correlation: z.number().nullable().describe('of the two rewards of a pair'),
  deviation: z.number().nullable().describe("of the candidate's reward less what the margin leaves of the baseline's"),
  detectable: z
    .number()
    .nullable()
    .describe("what so many pairs show in 80 of 100 cases, a share of the baseline's mean"),
  change: z.number().nullable().describe("how the mean changed, a share of the baseline's"),
  needed: z.int().nullable().describe('pairs that would decide, where these did not'),
  falls: z
    .strictObject({ onlyBaseline: z.int(), onlyCandidate: z.int(), p: z.number() })
    .nullable()
    .describe("episodes that only one of both fell in, and McNemar's exact p"),
  bands: z.array(z.strictObject(band)).describe('mean rewards by target speed'),
} satisfies KeysOf<RegressReport>;

export const regressOutput = [
  z
    .strictObject(verdict)
    .describe('The verdict. What belongs to the behaviour is null where a cheaper check had failed.'),
  z
    .strictObject({
      baseline: z.string().describe('the file that was written'),
      sha256: z.string().describe('SHA-256 of the policy that it was made of'),
      episodes: z.int(),
      reward: z.number().describe('mean of an episode'),
      settings,
    })
    .describe('With `--update-baseline`.'),
];
