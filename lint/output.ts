/** What `lint --json` tells, for docs/json.md and the tests. */
import { z } from 'zod';
import type { KeysOf } from '../base/json.ts';
import { engineNames } from './engines.ts';
import type { LintReport } from './lint.ts';
import type { Finding } from './rule.ts';

const finding = {
  code: z.string().describe('the rule, for good: docs/lint.md lists them'),
  level: z.enum(['error', 'warning', 'advice']),
  where: z.string().nullable().describe('an input, output, node or constant; null: the whole file'),
  found: z.string(),
  why: z.string().describe('what happens in Unity'),
  mend: z.string(),
  engines: z.array(z.enum(engineNames)).describe('the packages that it concerns'),
} satisfies KeysOf<Finding>;

export const lintOutput = z.strictObject({
  file: z.string(),
  passed: z.boolean().describe('no error, and with --strict no warning either'),
  engines: z.array(z.string()).describe('packages that it was judged for, such as "barracuda 1.4"'),
  policy: z.string().nullable().describe("what kind of policy it is, in a sentence; null where it can't be read"),
  findings: z.array(z.strictObject(finding)),
} satisfies KeysOf<LintReport & { file: string }>);
