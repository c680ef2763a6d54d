/** What a command ended stdout with, parsed by the schema that docs/json.md is made from. */
import type { CommandEntry } from '../cli/command-line.ts';
import { outputSchema } from '../cli/json-output.ts';
import { commandTable } from '../pipeline/command-table.ts';
import { versionOutput } from '../pipeline/output.ts';
import { stages } from '../pipeline/stages.ts';

/**
 * The object in the last line.
 *
 * @param table the commands that there are, where they are others than the real ones.
 * @throws ZodError where it is another one than the documentation tells.
 */
// biome-ignore lint/suspicious/noExplicitAny: tests look at whatever they expect to be there
export async function jsonOf(stdout: string, table: readonly CommandEntry[] = commandTable(stages)): Promise<any> {
  const told = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as { readonly command: string };
  const entry = table.find(({ name }) => name === told.command);
  const output = entry ? ((await entry.load()).output ?? []) : versionOutput;
  outputSchema(told.command, output).parse(told);
  return told;
}
