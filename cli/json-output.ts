/**
 * What `--json` ends stdout with, as data: a command says what is its own (`output`), and around it stands what all have.
 * Tests parse what commands print by these schemas, and docs/json.md is made from them.
 */
import { z } from 'zod';

/** Of the JSON that commands end with: another one when what stands there has changed its meaning or is gone. */
export const SCHEMA_VERSION = 1;

/** One form of what is a command's own; its description says when it has that form, where there are several. */
export type OutputForm = z.ZodObject;

/** Why it failed: what the one red line says, in its parts. */
export const errorSchema = z.strictObject({
  message: z.string().describe('the whole, as it is printed'),
  what: z.string().optional().describe('what is wrong'),
  where: z.string().optional().describe('where: a file, a line, a flag'),
  value: z.unknown().describe('what was found there').optional(),
  expected: z.string().optional().describe('what would have been right'),
  mend: z.string().optional().describe('what mends it, most often a command'),
  bug: z.literal(true).optional().describe('it is a bug of Gaitsmith; the other parts are then missing'),
});

/** What every command's JSON begins with. */
export const envelope = z.strictObject({
  schemaVersion: z
    .literal(SCHEMA_VERSION)
    .describe('of all that this page tells; another one when a key goes or means another thing'),
  ok: z.boolean().describe('whether the exit code is 0'),
  command: z.string().describe('its name'),
  goOn: z.string().optional().describe('the command line that goes on from here'),
  error: errorSchema.optional().describe('why it failed; what is its own may then be missing'),
  interrupted: z
    .literal(true)
    .optional()
    .describe('it was stopped before it was done; what is its own may then be missing'),
  help: z.string().optional().describe('with --help: the text, and nothing else'),
});

/** Everything that a command can end stdout with. */
export function outputSchema(name: string, forms: readonly OutputForm[]): z.ZodType<object> {
  const { error, interrupted, help, ...rest } = envelope.shape;
  const head = { ...rest, command: z.literal(name) };
  return z.union([
    ...forms.map((form) => form.extend({ ...head, error: error.optional() }).strict()),
    ...[...forms, z.strictObject({})].flatMap((form) => [
      form
        .partial()
        .extend({ ...head, error: errorSchema })
        .strict(),
      form
        .partial()
        .extend({ ...head, interrupted: z.literal(true), error: error.optional() })
        .strict(),
    ]),
    z.strictObject({ ...head, help: z.string() }),
  ]);
}
