/** `--queue`: loads nothing, for it is read for --help too. */
import { type OptionSpec, text } from '../cli/options.ts';

/** The flag, for every command that shares its work out. */
export const queueOption = {
  argument: 'URL',
  description:
    'share the work out to actors by this Redis: redis://HOST:6379, or rediss://USER:PASSWORD@HOST:6379; the result is the same',
  schema: text().optional(),
} satisfies OptionSpec<string | undefined>;
