/** Keeps a training in the folder of its run. */
import type { Configuration } from '../configuration/read.ts';
import type { Checkpoint } from './checkpoint.ts';
import { pruneCheckpoints } from './checkpoint-files.ts';
import { bestCheckpoint, writeBestCheckpoint, writeCheckpoint } from './checkpoint-folder.ts';
import { toldWithDump } from './dump.ts';
import type { Keeper } from './keeper.ts';
import { MetricsFile } from './metrics.ts';
import { Records } from './records.ts';
import { EventFile } from './tensorboard/event-file.ts';

export interface RecordOptions {
  readonly configuration: Configuration;
  readonly metricsPath: string;
  /** Where TensorBoard's event files go; absent: there are none. */
  readonly eventsFolder?: string;
}

export interface FolderOptions extends RecordOptions {
  readonly checkpointFolder: string;
  /** Where is kept what led to a NaN; absent: it is not kept. */
  readonly dumpFolder?: string;
}

/** @param saved what the run goes on from. */
export function folderKeeper(options: FolderOptions, saved: Checkpoint | undefined): Keeper {
  const { checkpointFolder, configuration } = options;
  return {
    records: recordsInFiles(options, saved),
    save(checkpoint) {
      const path = writeCheckpoint(checkpointFolder, checkpoint);
      pruneCheckpoints(checkpointFolder, configuration.behavior.keep_checkpoints, checkpoint.progress.step);
      return path;
    },
    best: () => bestCheckpoint(checkpointFolder),
    saveBest: (checkpoint) => void writeBestCheckpoint(checkpointFolder, checkpoint),
    told: (error, state) => toldWithDump(error, { ...options, ...state }),
  };
}

/** metrics.jsonl and TensorBoard's event files. @param saved what the run goes on from. */
export function recordsInFiles(
  { configuration, metricsPath, eventsFolder }: RecordOptions,
  saved: Checkpoint | undefined,
): Records {
  const step = saved?.progress.step;
  const metrics = new MetricsFile(metricsPath, step);
  const events = eventsFolder === undefined ? undefined : new EventFile(eventsFolder, step);
  return new Records(configuration, saved, { metrics, events });
}
