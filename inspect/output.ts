/** What `inspect --json` tells, for docs/json.md and the tests. */
import { z } from 'zod';
import type { KeysOf } from '../base/json.ts';
import type {
  InspectedLayer,
  InspectedNormaliser,
  InspectedObservation,
  InspectedValue,
  Inspection,
} from './inspect.ts';

const value = z
  .strictObject({
    name: z.string(),
    type: z.string().describe('of an element: float32, int64, ...'),
    shape: z
      .array(z.union([z.number(), z.string(), z.null()]))
      .nullable()
      .describe('a name where an axis may have any size'),
    constant: z.array(z.number()).optional().describe('the first numbers of an output that is a constant'),
  } satisfies KeysOf<InspectedValue>)
  .meta({ id: 'tensor' });

const layer = {
  operator: z.string(),
  where: z.string().describe('its node'),
  shapes: z.array(z.array(z.int())).describe('of its weights'),
  parameters: z.int(),
} satisfies KeysOf<InspectedLayer>;

const observation = {
  index: z.int(),
  name: z.string().nullable().describe('null where nobody knows what it is'),
  mean: z.number(),
  deviation: z.number(),
  state: z
    .enum(['moves', 'never moved', 'left out'])
    .describe('never moved in training; left out: the policy does not listen to it'),
} satisfies KeysOf<InspectedObservation>;

const normaliser = {
  inputs: z.array(z.string()),
  clip: z.tuple([z.number(), z.number()]).nullable().describe('least and greatest normalised value'),
  observations: z.array(z.strictObject(observation)),
} satisfies KeysOf<InspectedNormaliser>;

export const inspectOutput = z.strictObject({
  file: z.string(),
  bytes: z.int(),
  policy: z.string().describe('what kind of policy it is, in a sentence'),
  producer: z.string(),
  opset: z.int(),
  format: z.int().describe('version of the file format'),
  inputs: z.array(value),
  outputs: z.array(value),
  layers: z.array(z.strictObject(layer)).describe('nodes with weights of their own'),
  parameters: z.int().describe('numbers in all constants'),
  operators: z.record(z.string(), z.int()).describe('how often each is there'),
  normalisers: z.array(z.strictObject(normaliser)),
  provenance: z.record(z.string(), z.string()).describe('what the file tells of where it comes from'),
  svg: z.string().nullable().describe('the file that its graph was drawn into'),
} satisfies KeysOf<Inspection & { file: string; bytes: number; svg: string | null }>);
