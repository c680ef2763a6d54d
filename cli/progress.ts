/**
 * The live line: how far the work is, how fast, how long still, and where the time goes.
 *
 *     train  1,234,000 / 20,000,000 steps (6%)  reward 312  8,120 steps/s  38 min 31 s left  physics 61% inference 24% ...
 *
 * On a terminal it is redrawn ten times a second at most; elsewhere (a pipe, CI) it is a plain line now and then. The
 * plain line also goes to the log file.
 */
import { durationText } from './duration.ts';
import type { Terminal } from './terminal.ts';

export interface Progress {
  /** Cheap enough for every iteration. */
  update(state: ProgressState): void;
  /** Takes the live line away. What runs a stage calls it; a stage may, between two kinds of work. */
  end(): void;
}

export interface ProgressState {
  readonly done: number;
  /** With it the line has percent and time left. */
  readonly total?: number | undefined;
  /** What is counted: "steps". Steps a second and time left are worked out here. */
  readonly unit: string;
  /** More to say, in order: { reward: '812' }. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Where the time went, in any one unit: { physics: 6.1, inference: 2.4, learning: 1.5 }; shown in percent. */
  readonly split?: Readonly<Record<string, number>>;
}

export interface ProgressSetup {
  readonly terminal: Terminal;
  /** Begins the line: the stage's name. */
  readonly label: string;
  /** Receives the plain lines, for the log file. */
  readonly note?: (line: string) => void;
  readonly secondsBetweenLines?: number;
  /** Seconds on a clock that never jumps back. */
  readonly now?: () => number;
}

const SECONDS_BETWEEN_DRAWINGS = 0.1;
/** Speed is taken over this long: short enough to follow a change, long enough to be calm. */
const SECONDS_OF_SPEED = 30;

export function createProgress(setup: ProgressSetup): Progress {
  const { terminal, label, note, secondsBetweenLines = 10, now = () => performance.now() / 1000 } = setup;
  const speed = createSpeedometer();
  let drawn = Number.NEGATIVE_INFINITY;
  let written = Number.NEGATIVE_INFINITY;
  let pending: string | undefined;

  const writePlain = (line: string) => {
    if (!terminal.live) terminal.print(line);
    note?.(line);
    pending = undefined;
  };
  return {
    update(state) {
      const time = now();
      const line = `${label}  ${progressText(state, speed.measure(time, state.done))}`;
      pending = line;
      if (terminal.live && time - drawn >= SECONDS_BETWEEN_DRAWINGS) {
        drawn = time;
        terminal.showLive(line);
      }
      if (time - written >= secondsBetweenLines) {
        written = time;
        writePlain(line);
      }
    },
    end() {
      terminal.showLive(undefined);
      // The last state is what one wants to read later, however short ago the line before it was.
      if (pending !== undefined) writePlain(pending);
      written = Number.NEGATIVE_INFINITY;
      drawn = Number.NEGATIVE_INFINITY;
      speed.forget();
    },
  };
}

/** The line without its label. @param perSecond undefined where too little is known. */
export function progressText(state: ProgressState, perSecond: number | undefined): string {
  const { done, total, unit, fields = {}, split = {} } = state;
  const parts = [total === undefined ? `${grouped(done)} ${unit}` : `${grouped(done)} / ${grouped(total)} ${unit}`];
  if (total) parts[0] += ` (${Math.floor((100 * Math.min(done, total)) / total)}%)`;
  for (const [name, value] of Object.entries(fields)) parts.push(`${name} ${value}`);
  if (perSecond !== undefined) {
    parts.push(`${perSecond < 10 ? perSecond.toFixed(1) : grouped(Math.round(perSecond))} ${unit}/s`);
    if (total !== undefined && total > done && perSecond > 0) {
      parts.push(`${durationText((total - done) / perSecond)} left`);
    }
  }
  const whole = Object.values(split).reduce((sum, share) => sum + share, 0);
  if (whole > 0) {
    parts.push(
      Object.entries(split)
        .map(([name, share]) => `${name} ${Math.round((100 * share) / whole)}%`)
        .join(' '),
    );
  }
  return parts.join('  ');
}

/** Speed over the last half minute. It begins at the first call, so a resumed training does not count what it found. */
function createSpeedometer() {
  let samples: { time: number; done: number }[] = [];
  return {
    measure(time: number, done: number): number | undefined {
      const last = samples.at(-1);
      if (last && done < last.done) samples = [];
      // Updates may come a thousand times a second; five samples a second are plenty.
      if (samples.length > 1 && time - samples.at(-2)!.time < 0.2) samples.pop();
      samples.push({ time, done });
      while (samples.length > 2 && time - samples[1]!.time >= SECONDS_OF_SPEED) samples.shift();
      const first = samples[0]!;
      return time > first.time ? (done - first.done) / (time - first.time) : undefined;
    },
    forget() {
      samples = [];
    },
  };
}

function grouped(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}
