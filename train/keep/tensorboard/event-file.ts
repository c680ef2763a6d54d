/**
 * Writes an event file that TensorBoard opens. Each stretch of a run, from a start or a resumption on, has one of its own;
 * TensorBoard reads all that lie in a folder as one run, in the order of their names.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { appendDurably } from '../../../base/files/append-durably.ts';
import { type Event, encodeEvent, type Value } from './event.ts';
import { record } from './record.ts';

const NAME = /^events\.out\.tfevents\.(\d{10,})\./;

export class EventFile {
  readonly path: string;
  readonly #now: () => number;

  /**
   * Begins a file after those that are in the folder.
   *
   * @param after the step that the run goes on from: what was told of later ones counts no more. Left out, the run is a
   *   new one, and what an earlier one left in the folder is deleted, as ML-Agents does.
   * @param now seconds since 1970.
   */
  constructor(folder: string, after?: number, now = () => Date.now() / 1000) {
    const earlier = existsSync(folder) ? readdirSync(folder).filter((name) => NAME.test(name)) : [];
    if (after === undefined) for (const name of earlier) rmSync(join(folder, name));
    // Whatever the clock says, a later file has a later name.
    const last = after === undefined ? 0 : Math.max(0, ...earlier.map((name) => Number(NAME.exec(name)![1]) + 1));
    const second = String(Math.max(Math.floor(now()), last)).padStart(10, '0');
    this.path = join(folder, `events.out.tfevents.${second}.${hostname()}.${process.pid}`);
    this.#now = now;
    this.#append({ wallTime: now(), what: { fileVersion: 'brain.Event:2' } });
    if (after !== undefined) this.#append({ wallTime: now(), step: after + 1, what: { sessionStart: true } });
  }

  /** Tells some values of a step, in one record. */
  add(step: number, values: readonly Value[]): void {
    this.#append({ wallTime: this.#now(), step, what: { values } });
  }

  #append(event: Event): void {
    appendDurably(this.path, record(encodeEvent(event)));
  }
}
