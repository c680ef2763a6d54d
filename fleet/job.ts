/** What a job is made of: its record, the files beside it, what it finds around it, and what comes of it. The table of kinds: jobs.ts. */
import type { z } from 'zod';

/** Bytes by name: `policy.onnx`, `checkpoints/step-000200000.safetensors`. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** How far a job has come. */
export interface JobProgress {
  /** Episodes, or decisions, and of how many. */
  readonly done: number;
  readonly total: number;
  /** Whatever else is worth a number by now: `reward`, `heldOutReward`. */
  readonly fields?: Readonly<Record<string, number | null>>;
}

/** What a job finds around it. */
export interface JobContext {
  /** The bytes of a file that the record names. */
  file(sha256: string): Uint8Array;
  /** What was kept last of this very job, where it had been begun elsewhere. */
  readonly kept: Files | undefined;
  /** Keeps where it stands. @param at how far that is; what is kept only ever moves on. */
  keep(at: number, files: Files): Promise<void>;
  progress(progress: JobProgress): void;
}

/** What comes of a job: a small value, and what is large beside it. */
export interface JobResult<Value> {
  readonly value: Value;
  readonly files: Files;
}

/** A row of the table. */
export interface JobKind<RecordSchema extends z.ZodType = z.ZodType, ResultSchema extends z.ZodType = z.ZodType> {
  readonly record: RecordSchema;
  readonly result: ResultSchema;
  /** SHA-256 of each file that a record names. */
  filesOf(record: z.infer<RecordSchema>): readonly string[];
  /** Loads the function itself: who only hands jobs out needs no physics and no onnxruntime. */
  load(): Promise<(record: z.infer<RecordSchema>, context: JobContext) => Promise<JobResult<z.infer<ResultSchema>>>>;
}
