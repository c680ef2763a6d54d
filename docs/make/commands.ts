/** docs/commands.md's tables: every command of the one table, and its flags. */
import { commandText } from '../../base/command-text.ts';
import type { CommandEntry } from '../../cli/command-line.ts';
import { typedName } from '../../cli/options.ts';
import { tableText } from './house.ts';
import { anchorOf } from './markdown.ts';

/** The list of commands, then each with its flags. */
export async function commandsText(commands: readonly CommandEntry[]): Promise<string> {
  const list = tableText(
    ['command', 'what it does'],
    commands.map(({ name, summary }) => [`[\`${commandText(name)}\`](#${anchorOf(commandText(name))})`, summary]),
  );
  const sections = await Promise.all(commands.map(sectionOf));
  return [list, ...sections].join('\n\n');
}

async function sectionOf({ name, needs = [], load }: CommandEntry): Promise<string> {
  const { typed, summary, options } = await load();
  const rows = Object.entries(options).map(([key, option]) => [
    `\`${typedName(key, option)}${option.argument && !option.bare ? ` ${option.argument}` : ''}\``,
    option.description.replaceAll('|', '\\|'),
  ]);
  const flags = rows.length > 0 ? tableText(['flag', 'what it does'], rows) : 'It has no flags of its own.';
  const needed = needs.map((sentence) => `- ${codeIn(sentence)}`).join('\n');
  return [`## ${commandText(name)}`, `\`${typed}\` ${summary}.`, flags, needed].filter(Boolean).join('\n\n');
}

/** A command at a sentence's end as code. */
function codeIn(sentence: string): string {
  return sentence.replace(/(npm install .*)$/, '`$1`');
}
