/**
 * Contact reports from PhysX, heard where they leave WebAssembly.
 *
 * The package finds a callback's arguments by a signature that it reads letter by letter, and the callback by two look-ups by
 * name: with one report in a decision that was 2 % of all time. The four arguments of a contact report are four words, so
 * from the second report on they are read as that.
 */
import type { MemoryViews } from './memory.ts';

/** Told of `count` contact pairs at a place in memory, while results are fetched. */
export type ContactListener = (pairs: number, count: number) => void;

/** What the package gives to WebAssembly to call JavaScript by: the place of the code, of the signature, of the arguments. */
export type CallOut = (code: number, signature: number, values: number) => number;

export class ContactReports {
  /** By the place of the PxSimulationEventCallbackImpl that the report is for. */
  readonly #listeners = new Map<number, ContactListener>();
  /** The code that is a contact report's, once it is known, and the one called last. */
  #contactCode: number | undefined;
  #lastCode: number | undefined;

  /** Tells `listener` of the contacts in the scenes that `events` was given to. */
  listen(events: { readonly ptr: number }, listener: ContactListener): void {
    this.#listeners.set(events.ptr, listener);
    // The first report comes this way, and thereby shows its code. PhysX hands out bare pointers, whatever the types say.
    const onContact = (_header: number, pairs: number, count: number) => {
      this.#contactCode = this.#lastCode;
      listener(pairs, count);
    };
    Object.assign(events, { onContact });
  }

  /** To be called before `events` is freed. */
  forget(events: { readonly ptr: number }): void {
    this.#listeners.delete(events.ptr);
  }

  /** The package's way out of WebAssembly, but for contact reports that someone listens to. */
  shorten(callOut: CallOut, memory: () => MemoryViews): CallOut {
    return (code, signature, values) => {
      if (code === this.#contactCode) {
        const { words } = memory().current();
        const listener = this.#listeners.get(words[values >>> 2]!);
        if (listener) {
          listener(words[(values >>> 2) + 2]!, words[(values >>> 2) + 3]!);
          return 0;
        }
      }
      this.#lastCode = code;
      return callOut(code, signature, values);
    };
  }
}
