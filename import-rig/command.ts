/** `npm run import-rig`: a ragdoll of a Unity project as a rig that can be trained. */
import { z } from 'zod';
import { commandText, quoted } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import { fromHere } from '../base/files/from-here.ts';
import { defineCommand } from '../cli/command-line.ts';
import { flag, text } from '../cli/options.ts';
import { importRigOutput } from './output.ts';

const subject = z
  .string('a prefab or a scene')
  .regex(/\S/, 'a prefab or a scene, such as Assets/Hero/Hero.prefab')
  .transform((typed) => {
    const parts = /^(.*?\.(?:prefab|unity)):(.+)$/i.exec(typed);
    return parts ? { asset: parts[1]!, object: parts[2]! } : { asset: typed.replace(/:$/, ''), object: undefined };
  });

export const importRigCommand = defineCommand({
  name: 'import-rig',
  typed: commandText('import-rig'),
  summary:
    'reads the ragdoll of a prefab or scene into a rig, with a report and a picture; the Unity project stays as it is',
  options: {
    subject: {
      argument: 'PREFAB|SCENE[:OBJECT]',
      bare: true,
      description:
        "the file, from the Unity project on; of several ragdolls in it, the one below this object (default: an agent's, else the largest)",
      schema: subject,
    },
    unityProject: {
      argument: 'PATH',
      description: 'the Unity project (default: the one that the file lies in, else the one nearby)',
      schema: text().optional(),
    },
    out: { argument: 'FILE', description: 'the rig (default: rigs/NAME.json)', schema: text().optional() },
    check: {
      description: 'write nothing: tell what has changed since the rig was imported; exit code 1 if anything has',
      schema: flag(),
    },
  },
  output: [importRigOutput],
  epilogue: `Example:\n  ${commandText('import-rig', 'Assets/Hero/Hero.prefab --unity-project ../MyGame')}`,
  async run({ subject: { asset, object }, unityProject, out, check }, { terminal }) {
    const { checkImport, writeImport } = await import('./import-rig.ts');
    const { projectOf } = await import('./project-of.ts');
    const { reportText } = await import('./report.ts');
    const { together } = await import('./findings.ts');
    const { jointsOf } = await import('../envs/ragdoll/rig-file.ts');
    const { color } = terminal;
    const request = { asset, object, unityProject: projectOf(asset, unityProject), out };
    const result = check ? checkImport(request) : writeImport(request);
    const { rig, findings, agent, others, written } = result;
    const changes = result.changes ?? [];
    const told = {
      out: result.out,
      name: rig.name,
      source: rig.source ?? asset,
      bodies: rig.bodies.length,
      joints: jointsOf(rig).length,
      mass: rig.bodies.reduce((sum, { mass }) => sum + mass, 0),
      findings: together(findings),
      agent,
      others,
      changes: result.changes,
      written,
    };

    if (check) {
      for (const change of changes) terminal.print(`${change.what}: ${change.before} -> ${change.now}`);
      if (changes.length === 0) {
        terminal.print(`${fromHere(result.out)} is what ${rig.source} says`);
        return { json: told };
      }
      const error = new UserError({
        what: `the ragdoll has changed since it was imported: ${changes.length} differences`,
        where: rig.source,
        mend: 'import it again with the same flags, without --check, and train again: a policy knows the body it was trained with',
      });
      return { json: told, error };
    }
    terminal.print(reportText(result));
    terminal.print('');
    const another = others.filter(({ isCopy }) => !isCopy);
    if (another.length > 0) {
      const list = another.map(({ root, bodies }) => `${root} (${bodies} bodies)`).join(', ');
      terminal.printError(
        color.yellow(`warning: the file has other ragdolls too: ${list}; name one behind a colon to import it`),
      );
    }
    if (rig.cannotCarry.length > 0) {
      const on = [...new Set(rig.cannotCarry.map(({ body }) => body))].join(', ');
      terminal.printError(color.yellow(`warning: this rig can not be trained before ${on} is mended, as told above`));
    }
    if (changes.length > 0) terminal.print(`${fromHere(result.out)} was there, with ${changes.length} differences`);
    for (const path of written) terminal.print(`wrote ${fromHere(path)}`);
    if (rig.cannotCarry.length === 0) {
      terminal.print(
        `next: ${commandText('init', `--from-rig ${quoted(fromHere(result.out).replaceAll('\\', '/'))}`)}`,
      );
    }
    return { json: told };
  },
});
