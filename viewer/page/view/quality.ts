/** How finely the picture is drawn: as well as the machine can at a pace that the eye takes for motion. */

export interface Quality {
  /** Pixels drawn for each of the page's. */
  readonly ratio: number;
  /** Edge of the shadow map, pixels. */
  readonly shadow: number;
  /** Whether shadows have soft edges, and round bodies many corners; said once, when the page opens. */
  readonly isSoft: boolean;
}

/** The best first. */
export const qualities: readonly Quality[] = [
  { ratio: 2, shadow: 2048, isSoft: true },
  { ratio: 1, shadow: 1024, isSoft: true },
  { ratio: 0.75, shadow: 512, isSoft: false },
  { ratio: 0.5, shadow: 512, isSoft: false },
];

/** Where a picture is painted by the processor, one begins here. */
const ofSoftware = 2;

/** Below it, frames a second, one level less is drawn. */
const TOO_SLOW = 22;
/** Milliseconds that it is measured over. */
const LONG_ENOUGH = 2000;
/** A picture that took longer than this, milliseconds, was not waited for by anybody: the page was hidden. */
const HIDDEN = 5000;

export class QualityKeeper {
  #level: number;
  #frames = 0;
  #since = Number.NaN;
  #last = Number.NaN;

  readonly #isKept: boolean;

  /**
   * @param renderer what WebGL calls itself.
   * @param level that is kept whatever the pace, where one was asked for.
   */
  constructor(renderer: string, level?: number) {
    this.#isKept = level !== undefined;
    this.#level = level ?? (/swiftshader|llvmpipe|software|basic render/i.test(renderer) ? ofSoftware : 0);
  }

  get quality(): Quality {
    return qualities[this.#level]!;
  }

  /** Once for each picture. @returns whether the quality has changed. */
  count(now: number): boolean {
    if (!(now - this.#last < HIDDEN)) this.#since = Number.NaN;
    this.#last = now;
    if (Number.isNaN(this.#since)) {
      this.#since = now;
      this.#frames = 0;
      return false;
    }
    this.#frames += 1;
    const milliseconds = now - this.#since;
    if (milliseconds < LONG_ENOUGH) return false;
    const isTooSlow = (1000 * this.#frames) / milliseconds < TOO_SLOW;
    this.#since = now;
    this.#frames = 0;
    if (this.#isKept || !isTooSlow || this.#level === qualities.length - 1) return false;
    this.#level += 1;
    return true;
  }
}
