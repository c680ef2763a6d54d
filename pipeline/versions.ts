/**
 * With what a stage was run: run.json keeps it, so that a result can be made again.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { packageRoot as root } from '../base/files/own-files.ts';
import type { StageRecord } from './manifest.ts';

export function versions(): StageRecord['versions'] {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return {
    gaitsmith: version,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    ...commit(),
  };
}

/** On what: no name of it, only what a time says nothing without. */
export function machine(): NonNullable<StageRecord['machine']> {
  const cpu = cpus()[0]?.model.trim() || 'unknown processor';
  return { cpu, cores: availableParallelism(), memoryGiB: Math.round(totalmem() / 2 ** 30) };
}

/** The commit in a word, "-dirty" where files had been changed since; null where nobody knows. */
export function commitText({ commit, dirty }: StageRecord['versions']): string | null {
  return commit !== null && dirty ? `${commit}-dirty` : commit;
}

/** Of the checkout that Gaitsmith runs from; nulls where it is none, or where there is no git. */
function commit(): Pick<StageRecord['versions'], 'commit' | 'dirty'> {
  try {
    const [folder, hash] = git('rev-parse', '--show-toplevel', 'HEAD').split('\n');
    // Unpacked inside a checkout of something else, that one's commit would say nothing.
    if (!folder || !hash || realpathSync(folder) !== realpathSync(root)) return { commit: null, dirty: null };
    return { commit: hash, dirty: git('status', '--porcelain') !== '' };
  } catch {
    return { commit: null, dirty: null };
  }
}

function git(...words: string[]): string {
  return execFileSync('git', words, {
    cwd: root,
    encoding: 'utf8',
    timeout: 5_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}
