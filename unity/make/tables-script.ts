/** WalkerTables.cs: what stands where in observations and actions, out of envs/walker's own two tables. */
import { jointActions } from '../../envs/walker/action.ts';
import { observationLayout } from '../../envs/walker/observation.ts';
import type { Rig } from '../../envs/walker/rig.ts';
import { blockOf, bodyNamed, pascalCase, scriptOf, tableOf } from './csharp.ts';

export function tablesScript(rig: Rig): string {
  const rows = observationLayout(rig).map(({ name, body, offset }) => {
    const about = rig.bodies[body]?.name;
    return { offset, about, seen: pascalCase(about === undefined ? name : name.slice(about.length + 1)) };
  });
  const kinds = [...new Set(rows.map(({ seen }) => seen))];
  const actions = jointActions(rig).map(({ body, rotation, strength }) =>
    [bodyNamed(rig.bodies[body]!.name), ...[...rotation, strength].map(actionOf)].join(', '),
  );
  return scriptOf(
    ['What stands where in the observations and the actions of the policy.'],
    [
      ...blockOf(
        'public enum Seen',
        kinds.map((kind, at) => kind + (at < kinds.length - 1 ? ',' : '')),
      ),
      '',
      ...blockOf('public static class WalkerTables', [
        '// In the order in which they are observed.',
        ...tableOf(
          'Observed',
          'Observations',
          rows.map(
            ({ seen, about }) => `new Observed(Seen.${seen}${about === undefined ? '' : `, ${bodyNamed(about)}`})`,
          ),
        ),
        '',
        '// Of each joint: the actions that turn it about x, y and z, and the one that sets its strength.',
        ...tableOf(
          'JointActions',
          'Actions',
          actions.map((row) => `new JointActions(${row})`),
        ),
      ]),
    ],
  );
}

function actionOf(index: number): string {
  return index < 0 ? 'JointActions.None' : String(index);
}
