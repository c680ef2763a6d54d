/**
 * How commands are said in messages, so that each can be pasted where it is read: in a checkout the scripts of package.json,
 * `npm run export -- --run-id walker`; where Gaitsmith is installed its program, `npx gaitsmith export --run-id walker`.
 *
 * A test holds every other file to this one: nowhere else is a command spelt (tests/base/command-text.test.ts).
 */

/** Sources run in a checkout alone; what is installed was built from them. */
const isCheckout = /\.ts(\?|$)/.test(import.meta.url);

/** Commands whose script has another name than they have: `npm run lint` is this project's own. */
const scripts: Readonly<Record<string, string>> = { lint: 'lint:policy' };

/**
 * The command as it is typed.
 *
 * @param flags what goes behind it, as a shell reads it (`quoted`)
 */
export function commandText(name: string, flags = '', inCheckout = isCheckout): string {
  return withFlags(inCheckout ? `npm run ${scripts[name] ?? name}` : `npx gaitsmith ${name}`, flags);
}

/** A command with flags behind it: npm hands on what follows the first "--", which some commands have in their name already. */
export function withFlags(typed: string, flags: string): string {
  if (flags === '') return typed;
  const needsDashes = isScript(typed) && !typed.includes(' -- ');
  return `${typed}${needsDashes ? ' --' : ''} ${flags}`;
}

/** Whether npm stands between what is typed and the command: without "--" it keeps flags for itself. */
export function isScript(typed: string): boolean {
  return typed.startsWith('npm run ');
}

/** One word as the shell of this system reads it. A page, which has no process, says it as most shells read it. */
export function quoted(word: string, platform: string = globalThis.process?.platform ?? 'browser'): string {
  if (/^[\w@%+=:,./-]+$/.test(word) || (platform === 'win32' && /^[\w@+=:,./\\-]+$/.test(word))) return word;
  return platform === 'win32' ? `"${word.replaceAll('"', '\\"')}"` : `'${word.replaceAll("'", `'\\''`)}'`;
}
