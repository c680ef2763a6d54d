/**
 * `npm run bench -- <name>`: what is measured, never asserted. Each bench is a command with its own flags, --help and --json.
 */
import { commandText } from '../base/command-text.ts';
import { nearestName } from '../base/failure/nearest-name.ts';
import { UserError } from '../base/failure/user-error.ts';
import { endWith } from '../cli/command-line.ts';

interface BenchEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<{ bench(argv: readonly string[]): Promise<never> }>;
}

const benches: readonly BenchEntry[] = [
  { name: 'train', summary: 'decisions a second, collecting and learning', load: () => import('./train.ts') },
  {
    name: 'update',
    summary: 'one minibatch of PPO, next to TensorFlow.js and PyTorch',
    load: () => import('./update.ts'),
  },
  {
    name: 'learn',
    summary: 'reward against decisions and the clock, three seeds',
    load: () => import('./learn-command.ts'),
  },
  {
    name: 'sim',
    summary: 'the simulator beside PhysX, and the PhysX world by itself',
    load: () => import('./sim-command.ts'),
  },
  {
    name: 'soak',
    summary: 'millions of decisions: NaN, blow-ups, energy, memory',
    load: () => import('./soak-command.ts'),
  },
  { name: 'wire', summary: 'the Walker embedded and over gRPC, side by side', load: () => import('./wire-command.ts') },
  {
    name: 'fleet',
    summary: 'trainings by processes of this machine, and by actors over a Redis',
    load: () => import('./fleet-command.ts'),
  },
  {
    name: 'regress',
    summary: 'which damages of a policy regress catches, and how often it is wrong',
    load: () => import('./regress-command.ts'),
  },
  {
    name: 'viewer',
    summary: 'the page in a browser: frames a second and simulated speed',
    load: () => import('./viewer.ts'),
  },
  {
    name: 'scale',
    summary: 'what 10, 100 and 1,000 cores would come to, by a simulation of measured constants',
    load: () => import('./scale-command.ts'),
  },
  { name: 'ops', summary: 'what can be traced, and what it becomes in ONNX', load: () => import('./ops-command.ts') },
  {
    name: 'assets',
    summary: 'a Unity project of 20,000 metas and 1,500 prefabs, looked through',
    load: () => import('./assets-command.ts'),
  },
];

const [name = '', ...rest] = process.argv.slice(2);
const entry = benches.find((bench) => bench.name === name);
if (entry) await (await entry.load()).bench(rest);
await endWith(process.argv.slice(2), 'bench', async (terminal) => {
  if (name !== '' && !name.startsWith('-')) {
    const names = benches.map((bench) => bench.name);
    throw new UserError({
      what: 'unknown bench',
      value: name,
      expected: nearestName(name, names) ?? `one of ${names.join(', ')}`,
      mend: `see ${commandText('bench', '--help')}`,
    });
  }
  const help = benches
    .map((bench) => `  ${commandText('bench', `${bench.name.padEnd(9)} ${bench.summary}`)}`)
    .join('\n');
  terminal.print(help);
  return { json: { help } };
});
