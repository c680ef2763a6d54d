/** Sets a folder up for Gaitsmith: writes what is not there yet, and leaves what is. */
import { existsSync, readFileSync } from 'node:fs';
import { UserError } from '../base/failure/user-error.ts';
import { ownFile } from '../base/files/own-files.ts';
import { writeAtomically } from '../base/files/write-atomically.ts';
import { type FoundProject, lookInto, projectsNear } from './look.ts';
import { GITHUB_WORKFLOW, GITIGNORE, projectFileText, scriptsFor } from './texts.ts';

export interface InitResult {
  readonly project: FoundProject | null;
  readonly written: readonly string[];
  /** What was there already, with what it may lack. */
  readonly kept: readonly { readonly path: string; readonly lacks?: string }[];
}

/**
 * @param unityProject where it lies; undefined: looked for nearby.
 * @param ci whether the workflow is wanted too.
 * @throws UserError where the named folder is no Unity project, or several lie nearby.
 */
export function init({ unityProject, ci }: { unityProject?: string | undefined; ci: boolean }): InitResult {
  const folder = unityProject ?? theOneNear();
  const project = folder === undefined ? undefined : lookInto(folder);
  const written: string[] = [];
  const kept: { path: string; lacks?: string }[] = [];
  const scripts = scriptsWanted(project);

  writeNew('gaitsmith.yaml', projectFileText(project, schemaPath()));
  writeNew('.gitignore', GITIGNORE, (text) => (/^\/?runs\/?\s*$/m.test(text) ? undefined : 'runs/'));
  if (ci) writeNew('.github/workflows/gaitsmith.yml', GITHUB_WORKFLOW);
  if (scripts.text !== undefined) {
    writeAtomically('package.json', scripts.text);
    written.push('package.json');
  } else kept.push({ path: 'package.json' });
  return { project: project ?? null, written, kept };

  function writeNew(path: string, text: string, lacking?: (text: string) => string | undefined): void {
    if (!existsSync(path)) {
      writeAtomically(path, text);
      written.push(path);
      return;
    }
    const lacks = lacking?.(readFileSync(path, 'utf8'));
    kept.push({ path, ...(lacks === undefined ? {} : { lacks }) });
  }
}

function theOneNear(): string | undefined {
  const near = projectsNear('.');
  if (near.length < 2) return near[0];
  throw new UserError({
    what: 'there are several Unity projects nearby',
    where: '--unity-project',
    expected: `one of ${near.join(', ')}`,
  });
}

/** As an editor finds it from gaitsmith.yaml, whose folder it is relative to. */
export function schemaPath(file = ownFile('gaitsmith.schema.json')): string {
  const path = file.replaceAll('\\', '/');
  return path.startsWith('/') || /^[A-Za-z]:/.test(path) ? path : `./${path}`;
}

/** package.json with the scripts that it lacks, indented as it is; no text where it lacks none. @throws UserError */
function scriptsWanted(project: FoundProject | undefined): { readonly text?: string } {
  const wanted = scriptsFor(project);
  if (!existsSync('package.json')) {
    return { text: `${JSON.stringify({ private: true, scripts: wanted }, undefined, 2)}\n` };
  }
  const before = readFileSync('package.json', 'utf8');
  let content: { scripts?: Record<string, string> };
  try {
    content = JSON.parse(before) as typeof content;
  } catch (error) {
    const { message } = error as Error;
    throw new UserError({ what: `this file is no JSON (${message})`, where: 'package.json', mend: 'correct it' });
  }
  const missing = Object.entries(wanted).filter(([name]) => content.scripts?.[name] === undefined);
  if (missing.length === 0) return {};
  const indent = /^[ \t]+/m.exec(before)?.[0] ?? '  ';
  const scripts = { ...content.scripts, ...Object.fromEntries(missing) };
  return { text: `${JSON.stringify({ ...content, scripts }, undefined, indent)}\n` };
}
