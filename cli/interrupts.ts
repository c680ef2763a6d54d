/**
 * Ctrl-C, in one place: the first asks the work to finish and save, the second ends the process at once.
 *
 * SIGTERM and SIGHUP count as a Ctrl-C. A stage that the pipeline runs also takes the pipeline's word for it (a message
 * over IPC, which works on Windows too), and the end of the pipeline. On a terminal one Ctrl-C reaches it both ways, as a
 * signal and as a message: the message is never counted as a second one.
 *
 * npm hands on no SIGTERM: it ends, or the shell does that it started, and the command goes on under another parent. So under npm a
 * parent that has changed counts as an interrupt.
 */
import { constants } from 'node:os';

export interface Interrupts {
  /** Aborted by the first one. */
  readonly signal: AbortSignal;
  /** What the process exits with after an interruption: 130 for Ctrl-C; undefined while there was none. */
  exitCode(): number | undefined;
  /** What a second one does instead of ending the process; undefined: that again. */
  onSecond(instead: (() => void) | undefined): void;
  /** No longer listens. */
  stop(): void;
}

/** What the pipeline sends to its stage. */
export type InterruptMessage = { readonly gaitsmith: 'interrupt' | 'end'; readonly signal: NodeJS.Signals };

/** npm and other wrappers pass a signal on that the terminal has already sent: so near together, two are one. */
const MILLISECONDS_OF_ONE_PRESS = 250;

/** How often it is asked who the parent is. */
const MILLISECONDS_BETWEEN_PARENTS = 500;

/** @param isStageOfPipeline whether the process at the other end of the IPC channel is the pipeline. */
export function listenForInterrupts(isStageOfPipeline: boolean, env: NodeJS.ProcessEnv = process.env): Interrupts {
  const controller = new AbortController();
  let first: NodeJS.Signals | undefined;
  let lastPress = Number.NEGATIVE_INFINITY;
  const endProcess = (): void => {
    process.exit(exitCodeOf(first ?? 'SIGINT'));
  };
  let end = endProcess;

  const interrupt = (signal: NodeJS.Signals) => {
    if (first) return;
    first = signal;
    controller.abort(new Error(`interrupted by ${signal}`));
  };
  const onSignal = (signal: NodeJS.Signals) => {
    // Under nohup, or as a service, nobody means "stop" when a terminal is closed.
    if (signal === 'SIGHUP' && !process.stdin.isTTY && !process.stdout.isTTY && !process.stderr.isTTY) return;
    const isSamePress = performance.now() - lastPress < MILLISECONDS_OF_ONE_PRESS;
    const isFirst = lastPress === Number.NEGATIVE_INFINITY;
    lastPress = performance.now();
    if (isFirst) interrupt(signal);
    else if (!isSamePress) end();
  };
  const onMessage = (message: unknown) => {
    const { gaitsmith, signal } = message as Partial<InterruptMessage>;
    if (gaitsmith === 'interrupt') interrupt(signal ?? 'SIGINT');
    if (gaitsmith === 'end') end();
  };
  const onParentGone = () => interrupt('SIGHUP');

  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  if (isStageOfPipeline && process.connected) {
    process.on('message', onMessage);
    process.on('disconnect', onParentGone);
    process.channel?.unref(); // listening must not keep a finished stage alive
  }
  const parent = process.ppid;
  const isUnderNpm = env['npm_lifecycle_event'] !== undefined || env['npm_command'] !== undefined;
  const watch = isUnderNpm && !isStageOfPipeline ? setInterval(watchParent, MILLISECONDS_BETWEEN_PARENTS) : undefined;
  watch?.unref();
  function watchParent(): void {
    if (process.ppid === parent) return;
    clearInterval(watch);
    interrupt('SIGTERM');
  }
  return {
    signal: controller.signal,
    exitCode: () => (first ? exitCodeOf(first) : undefined),
    onSecond(instead) {
      end = instead ?? endProcess;
    },
    stop() {
      clearInterval(watch);
      for (const signal of signals) process.off(signal, onSignal);
      process.off('message', onMessage);
      process.off('disconnect', onParentGone);
    },
  };
}

/** The shells' convention: 128 and the number of the signal. */
function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
