/**
 * The one table of commands: what the entry finds, what the help text lists, what a mistyped name is compared with, and what
 * docs/commands.md tells. Each command stands in the room it is about; only the one that is asked for is loaded.
 */
import type { CommandEntry } from '../cli/command-line.ts';
import { needs, needsLines } from './needs.ts';
import type { StageEntry } from './stages.ts';

/** All commands: the pipeline, its stages in their order, and those that work on what it made or on its world. */
export function commandTable(stages: readonly StageEntry[]): readonly CommandEntry[] {
  const commands: readonly CommandEntry[] = [
    {
      name: 'pipeline',
      summary: 'runs all stages in this order',
      async load() {
        const { pipelineCommand } = await import('./pipeline-command.ts');
        const { report } = await import('./runs.ts');
        const { withOwnCharacter } = await import('./own-character.ts');
        return pipelineCommand(await Promise.all(stages.map((stage) => stage.load())), report, withOwnCharacter);
      },
    },
    ...stages.map(({ name, summary, load }) => ({
      name,
      summary,
      load: async () => (await import('./stage-command.ts')).stageCommand(await load()),
    })),
    {
      name: 'evaluate',
      summary: 'plays episodes with a policy and tells how it fares, next to another one too',
      load: async () => (await import('../evaluate/command.ts')).evaluateCommand((await import('./runs.ts')).evaluable),
    },
    {
      name: 'regress',
      summary: 'judges whether a policy still walks as well as its baseline',
      load: async () => (await import('../regress/command.ts')).regressCommand((await import('./runs.ts')).evaluable),
    },
    {
      name: 'sweep',
      summary: 'tries settings in many trainings, and writes the best configuration as a file',
      async load() {
        const { sweepCommand } = await import('../sweep/command.ts');
        const { embeddedWorldOf } = await import('./embedded-world.ts');
        return sweepCommand((await import('./run-options.ts')).runOptions.runsDir, embeddedWorldOf);
      },
    },
    {
      name: 'ship',
      summary: 'makes the policy of a run the one that comes with Gaitsmith',
      load: async () => (await import('../ship/command.ts')).shipCommand((await import('./runs.ts')).shippable),
    },
    {
      name: 'film',
      summary: 'paints a policy walking, as an animated PNG',
      load: async () => (await import('../film/command.ts')).filmCommand((await import('./runs.ts')).filmable),
    },
    {
      name: 'report',
      summary: 'tells what came of a run as one HTML page, or lays several runs over one another',
      load: async () => (await import('../report/command.ts')).reportCommand((await import('./runs.ts')).reportable),
    },
    {
      name: 'view',
      summary: 'shows a policy walking in the browser',
      load: async () => (await import('../viewer/server/command.ts')).viewCommand((await import('./runs.ts')).viewable),
    },
    {
      name: 'build:viewer',
      summary: 'makes that page as a static folder',
      load: async () => (await import('../viewer/server/command.ts')).buildViewerCommand,
    },
    {
      name: 'lint',
      summary: "judges any ML-Agents policy by what Unity's packages demand of it",
      load: async () =>
        (await import('../lint/command.ts')).lintCommand((await import('./unity-packages.ts')).packagesOf),
    },
    {
      name: 'inspect',
      summary: "tells what is in a policy's file, and draws its graph",
      load: async () => (await import('../inspect/command.ts')).inspectCommand,
    },
    {
      name: 'init',
      summary: 'sets a folder up: finds the Unity project, writes gaitsmith.yaml and scripts',
      load: async () => (await import('../init/command.ts')).initCommand,
    },
    {
      name: 'import-rig',
      summary: "reads a ragdoll of a Unity project: the rig of a character of one's own",
      load: async () => (await import('../import-rig/command.ts')).importRigCommand,
    },
    {
      name: 'doctor',
      summary: 'tells what this machine and the Unity project lack, and what mends it',
      load: async () => (await import('./examined.ts')).doctorOfWalker(),
    },
    {
      name: 'actor',
      summary: 'does the jobs of others: plays episodes and trains, for whoever shares work out through a Redis',
      load: async () => (await import('../fleet/actor-command.ts')).actorCommand,
    },
    {
      name: 'queue',
      summary: 'tells what is in such a Redis, or clears a run out of it',
      load: async () => (await import('../fleet/queue-command.ts')).queueCommand,
    },
    {
      name: 'serve-env',
      summary: 'plays the embedded Walker as a Unity player, for any ML-Agents trainer',
      load: async () => (await import('../envs/unity/player/serve-env-command.ts')).serveEnvCommand,
    },
    {
      name: 'build',
      summary: 'makes that player an executable that trainers can launch',
      load: async () => (await import('../envs/unity/player/build-command.ts')).buildCommand,
    },
  ];
  return commands.map((command) => {
    const needed = needs[command.name];
    return needed ? { ...command, needs: needsLines(needed) } : command;
  });
}
