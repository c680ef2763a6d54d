/**
 * A process that does jobs, one after another, for its parent. It is one of its own, and no thread: whoever talks with the queue stays free
 * to do so whatever a job computes, and a job that is given up, or that takes its process with it, takes nothing else.
 */
import { UserError } from '../../base/failure/user-error.ts';
import type { JobContext, JobResult } from '../job.ts';
import { jobKinds } from '../jobs.ts';
import type { FromProcess, HandedJob, ToProcess } from './messages.ts';

const reply = (message: FromProcess) => void process.send!(message);
/** Called once what was sent to be kept lies where it is safe. */
let hasKept = () => {};

process.on('message', (message: ToProcess) => {
  if ('do' in message) void answer(message.do);
  else hasKept();
});
// Its parent has ended, whichever way.
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole group; what becomes of a job is for the parent to say.
process.on('SIGINT', () => {});

async function answer(job: HandedJob): Promise<void> {
  try {
    reply({ tell: 'done', result: await done(job) });
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    reply({ tell: 'failed', message, problem: error instanceof UserError ? error.problem : undefined });
  }
}

async function done({ kind, record, files, kept }: HandedJob): Promise<JobResult<unknown>> {
  const context: JobContext = {
    file(sha256) {
      const bytes = files[sha256];
      if (!bytes) throw new Error(`the file ${sha256} did not come with the job`);
      return bytes;
    },
    kept,
    keep(at, files) {
      const answered = new Promise<void>((resolve) => {
        hasKept = resolve;
      });
      reply({ tell: 'keep', at, files });
      return answered;
    },
    progress: (progress) => reply({ tell: 'progress', progress }),
  };
  const { record: schema, load } = jobKinds[kind];
  const work = (await load()) as (record: unknown, context: JobContext) => Promise<JobResult<unknown>>;
  return work(schema.parse(record), context);
}
