/**
 * `configuration.yaml`, which mlagents-learn leaves in the results of each run, spells out the command line of that run as well:
 * whether it was forced, resumed, begun from another one. That is no wish of who takes the file now.
 */

type Block = Readonly<Record<string, unknown>>;

/** No hand writes all of these; a run of ML-Agents writes them all. */
const SIGNS = ['run_id', 'initialize_from', 'load_model', 'resume', 'force', 'train_model', 'inference'];

/** What is told where one of these was set. */
const FLAGS: Readonly<Record<string, string>> = {
  initialize_from: '--initialize-from RUN',
  load_model: '--resume',
  resume: '--resume',
  force: '--force',
};

export interface FileWithNote {
  readonly value: unknown;
  /** What was left out, in a sentence. */
  readonly note?: string | undefined;
}

/** The file without the command line of the run that it was written by, where it was; any other file as it is. */
export function withoutItsCommandLine(file: unknown): FileWithNote {
  const block = isBlock(file) ? file : {};
  const own = block['checkpoint_settings'];
  if (!isBlock(own) || !SIGNS.every((name) => name in own)) return { value: file };
  const torch = block['torch_settings'];
  const device = isBlock(torch) && typeof torch['device'] === 'string' && torch['device'] !== 'cpu';
  const set = SIGNS.slice(1).filter((name) => own[name] !== null && own[name] !== false);
  if (set.length === 0 && !device) return { value: file };
  const names = [...set, ...(device ? ['torch_settings.device'] : [])];
  const flags = [...new Set([...set.flatMap((name) => FLAGS[name] ?? []), ...(device ? ['--device NAME'] : [])])];
  const said = flags.length > 0 ? `; what is meant for this one is said by ${flags.join(', ')}` : '';
  return {
    value: { ...block, checkpoint_settings: { run_id: own['run_id'] }, ...(device ? { torch_settings: null } : {}) },
    note: `mlagents-learn wrote this file at the end of a run, whose command line it repeats: ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} left out${said}.`,
  };
}

function isBlock(value: unknown): value is Block {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
