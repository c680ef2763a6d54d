/**
 * `--set path=value`: a setting said on the command line, as if it stood in the file.
 *
 *     --set hyperparameters.learning_rate=1e-4 --set 'gaitsmith.phases=[{ from_step: 9000, beta: 0 }]'
 *     --set environment_parameters.friction=0.4
 *
 * A path begins with a block of the file, or it is meant inside the behaviour: of every one that the file has settings for. The
 * value is YAML. The schema checks it like one of the file, and errors name it by what was typed.
 */
import { parseDocument } from 'yaml';
import { UserError } from '../../base/failure/user-error.ts';
import { groupedNumber, type LocatedYaml, type Path } from './located-yaml.ts';
import { fileSchema } from './schema.ts';

/**
 * Lays them over what the file says, one after the other.
 *
 * @param overrides "path=value" each.
 * @throws UserError for one that is none, or whose value is no YAML.
 */
export function layOver(source: LocatedYaml, overrides: readonly string[]): void {
  for (const typed of overrides) {
    const { path, value } = parsed(typed);
    for (const whole of wholePaths(source, path)) source.set(whole, value, `--set ${typed}`);
  }
}

/** @throws UserError where it is no path=value. */
function parsed(typed: string): { readonly path: readonly string[]; readonly value: unknown } {
  const at = typed.indexOf('=');
  const path = typed.slice(0, Math.max(0, at)).trim().split('.');
  const text = typed.slice(at + 1);
  if (at < 0 || path.includes('') || text.trim() === '') {
    throw new UserError({
      what: 'this names no setting and its value',
      where: '--set',
      value: typed,
      expected: 'path=value, such as hyperparameters.learning_rate=1e-4, with null for nothing',
    });
  }
  const document = parseDocument(text, { customTags: [groupedNumber] });
  const [problem] = document.errors;
  if (problem) {
    const what = `the value is not valid YAML: ${problem.message.split('\n')[0]!.replace(/ at line \d+, column \d+:$/, '')}`;
    throw new UserError({ what, where: '--set', value: typed }, { cause: problem });
  }
  return { path, value: document.toJS() };
}

function wholePaths(source: LocatedYaml, path: readonly string[]): Path[] {
  if (path[0]! in fileSchema.shape) return [path];
  const behaviors = Object.keys((source.valueAt(['behaviors']) as object | null | undefined) ?? {});
  const blocks: Path[] = behaviors.map((name) => ['behaviors', name]);
  if (source.valueAt(['default_settings']) || behaviors.length === 0) blocks.push(['default_settings']);
  return blocks.map((block) => [...block, ...path]);
}
