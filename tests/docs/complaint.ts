/** Whether a command works as a page shows it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../base/failure/user-error.ts';
import { checkOptions, parseArguments } from '../../cli/parse-options.ts';
import { wordsOf } from '../../docs/make/markdown.ts';
import { commandTable } from '../../pipeline/command-table.ts';
import { stages } from '../../pipeline/stages.ts';
import { root } from './pages.ts';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
const table = new Map(commandTable(stages).map((entry) => [entry.name, entry]));
/** What every command understands beside its own flags, and three dots where a page leaves something out. */
const EVERYWHERE = ['--json', '--help', '...'];
/** Pages tell of a value by a word in capitals: `--decisions N`. */
const isPlaceholder = (word: string) => /^[A-Z]+$/.test(word);

/** Why a command as it is shown does not work; undefined where it would. */
export async function complaintOf(command: string): Promise<string | undefined> {
  const [program, ...words] = wordsOf(command);
  const isNpm = program === 'npm';
  const [name, ...rest] = words.slice(1);
  if (isNpm && scripts[name!] === undefined) return `package.json has no script ${name}`;
  if (isNpm && rest.length > 0 && rest[0] !== '--')
    return `${rest[0]} stands where -- has to be, or npm takes it for itself`;
  const entry = table.get(name!);
  if (entry === undefined) return isNpm ? undefined : `there is no command ${name}`;
  const flags = (isNpm ? rest.slice(1) : rest).filter((word) => !EVERYWHERE.includes(word));
  try {
    const command = await entry.load();
    const parsed = parseArguments(command, flags, {});
    const isWhole = rest.length > 0 && !flags.some(isPlaceholder);
    if (isWhole && 'given' in parsed) checkOptions(command.options, parsed.given);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
