/**
 * ML-Agents' schemas of earlier years, told by name: each has a sign that no file of today has, and a way out.
 *
 * Up to Release 2 (mlagents 0.16) behaviours stood at the top, their settings flat, curricula and samplers in files of their
 * own; up to Release 7 (0.20) `curriculum` and `parameter_randomization` stood beside `behaviors`.
 */
import { UserError } from '../../base/failure/user-error.ts';

interface OlderSchema {
  readonly what: string;
  readonly mend: string;
  /** The setting that gives it away, as a path; undefined where the file is none of these. */
  sign(file: Block): readonly string[] | undefined;
}

type Block = Readonly<Record<string, unknown>>;

const UPGRADE =
  'python -m mlagents.trainers.upgrade_config OLD.yaml NEW.yaml, of an mlagents package from Release 3 on that still has it; or write it anew by the pattern of config/walker.yaml';

/** Settings that stood right under a behaviour, and stand in blocks of their own by now. */
const FLAT = ['trainer', 'batch_size', 'buffer_size', 'learning_rate', 'num_layers', 'hidden_units', 'summary_path'];

const olderSchemas: readonly OlderSchema[] = [
  {
    what: 'this is a trainer_config.yaml of ML-Agents 0.x, up to Release 2, whose settings stand elsewhere by now',
    mend: UPGRADE,
    sign(file) {
      if ('behaviors' in file) return undefined;
      for (const [name, settings] of Object.entries(file)) {
        const flat = isBlock(settings) ? FLAT.find((setting) => setting in settings) : undefined;
        if (flat && name !== 'default_settings') return [name, flat];
      }
      return undefined;
    },
  },
  {
    what: 'this behaviour has its settings where ML-Agents 0.x had them, up to Release 2',
    mend: UPGRADE,
    sign(file) {
      for (const [name, settings] of isBlock(file['behaviors']) ? Object.entries(file['behaviors']) : []) {
        if (isBlock(settings) && 'trainer' in settings) return ['behaviors', name, 'trainer'];
      }
      return undefined;
    },
  },
  {
    what: 'this is a file for the --curriculum of ML-Agents 0.x, up to Release 2',
    mend: 'write it as a curriculum under environment_parameters of the configuration: docs/randomisation.md',
    sign: (file) => ('thresholds' in file && 'measure' in file ? ['thresholds'] : undefined),
  },
  {
    what: 'this is a file for the --sampler of ML-Agents 0.x, up to Release 2',
    mend: 'write its samplers under environment_parameters of the configuration: docs/randomisation.md',
    sign: (file) => ('resampling-interval' in file ? ['resampling-interval'] : undefined),
  },
  {
    what: 'ML-Agents had this beside the behaviours from Release 3 to 7',
    mend: 'write it under environment_parameters: docs/randomisation.md',
    sign: (file) =>
      ['curriculum', 'parameter_randomization']
        .filter((name) => name in file)
        .slice(0, 1)
        .map(String),
  },
];

/**
 * @param file what the file holds.
 * @param place tells where in the file a setting stands.
 * @throws UserError where the file is in a schema of before Release 8.
 */
export function refuseOlderSchemas(file: unknown, place: (path: readonly string[]) => string): void {
  if (!isBlock(file)) return;
  for (const { what, mend, sign } of olderSchemas) {
    const path = sign(file);
    if (path && path.length > 0) throw new UserError({ what, where: place(path), mend });
  }
}

function isBlock(value: unknown): value is Block {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
