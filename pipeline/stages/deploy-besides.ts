/** What `npm run deploy` does in no run's name: a dry run, a file of its own, the history of a project and its last step back. */
import { z } from 'zod';
import { UserError } from '../../base/failure/user-error.ts';
import type { CommandResult } from '../../cli/command-line.ts';
import type { OptionsOf } from '../../cli/options.ts';
import type { DeployResult } from '../../deploy-unity/deploy.ts';
import { deployRecordOutput, deployResultOutput } from '../../deploy-unity/output.ts';
import type { DeployRecord } from '../../deploy-unity/records.ts';
import type { Besides } from '../stage.ts';
import { besidesOptions, type deployOptions, unityProjectOf } from './deploy-options.ts';

type Options = OptionsOf<typeof deployOptions & typeof besidesOptions>;

export const deployBesides: Besides = {
  options: besidesOptions,
  output: [
    z.strictObject({ history: z.array(deployRecordOutput).describe('from old to new') }).describe('With `--history`.'),
    z.strictObject({ rollback: deployRecordOutput }).describe('With `--rollback`.'),
    z.strictObject({ deploy: deployResultOutput }).describe('With `--model` or `--dry-run`.'),
  ],
  async run(given, { run, terminal }): Promise<CommandResult | undefined> {
    const options = given as Options;
    const { dryRun, model } = options;
    refuseTwoAtOnce(options);
    if (options.history) {
      const { history } = await import('../../deploy-unity/rollback.ts');
      const records = history(unityProjectOf(options));
      terminal.print(records.length === 0 ? 'nothing is remembered of deploys into this project' : linesOf(records));
      return { json: { history: records } };
    }
    if (options.rollback) {
      const { rollback } = await import('../../deploy-unity/rollback.ts');
      const record = await rollback(unityProjectOf(options));
      const files = record.files.map(({ path, after }) => `  ${after === null ? 'removed ' : 'put back'} ${path}`);
      terminal.print([`rolled back ${record.asset}:`, ...files].join('\n'));
      return { json: { rollback: record } };
    }
    if (!dryRun && model === undefined) return undefined;
    const { requestOfFile, requestOfRun } = await import('./deploy-request.ts');
    const { deploy } = await import('../../deploy-unity/deploy.ts');
    const request = await (model === undefined ? requestOfRun(options, run) : requestOfFile(options, model));
    const result = await deploy({ ...request, dryRun });
    for (const warning of warningLines(result)) terminal.printError(terminal.color.yellow(`warning: ${warning}`));
    if (dryRun) terminal.print(result.written.length === 0 ? 'nothing would change' : result.diff);
    else terminal.print(summaryOf(result));
    return { json: { deploy: result } };
  },
};

function refuseTwoAtOnce({ dryRun, model, rollback, history }: Options): void {
  const acts = Object.entries({
    '--rollback': rollback,
    '--history': history,
    '--model or --dry-run': dryRun || model !== undefined,
  });
  const given = acts.filter(([, isGiven]) => isGiven).map(([name]) => name);
  if (given.length < 2) return;
  throw new UserError({ what: 'only one of these can be asked for at a time', where: given.join(', ') });
}

/** For the table of the pipeline, and after the command. */
export function summaryOf(result: DeployResult): string {
  const { unchanged, sha256Before, asset, recognised, bound, attached, parityTest } = result;
  const { kind, version } = recognised.inference;
  const verb = unchanged ? 'already holds' : sha256Before ? 'replaced' : 'new';
  const agents = bound.map(
    ({ path, agents: count }) => `, bound to ${count === 1 ? '' : `${count} agents in `}${path}`,
  );
  const added = attached ? `, with its agent on ${attached.place} of ${attached.path}` : '';
  return `${verb} ${asset} for ${kind}${version ? ` ${version}` : ''}${agents.join('')}${added}${parityTest ? `, with ${parityTest}` : ''}`;
}

export function warningLines({ warnings }: DeployResult): string[] {
  return warnings.map(({ message, where }) => (where ? `${where}: ${message}` : message));
}

function linesOf(records: readonly DeployRecord[]): string {
  const short = (hash: string | null) => hash?.slice(0, 12) ?? 'none';
  return records
    .map(({ when, what, asset, sha256, from, score, phase }) => {
      const ended = phase === 'done' ? '' : ' (not finished: the next deploy sees to it)';
      return `${when}  ${what.padEnd(8)}  ${asset}  ${short(sha256)}  ${from}${score === null ? '' : `, score ${score}`}${ended}`;
    })
    .join('\n');
}
