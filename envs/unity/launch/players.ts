/**
 * The built players of a training: started, watched, started again when they die, and none left behind.
 *
 * A player that ends, however it does, or says nothing for too long, is started again, as often as the limits allow. What
 * it had decided last comes to nothing, and all else goes on.
 */
import { UserError } from '../../../base/failure/user-error.ts';
import { type Player, type PlayerEnd, type PlayerSettings, startPlayer } from './player.ts';
import { type RestartLimits, Restarts } from './restart-limits.ts';
import { Watchdog } from './watchdog.ts';

export interface PlayersOptions {
  /** What all have in common. */
  readonly player: Omit<PlayerSettings, 'port' | 'name' | 'hasWindow'>;
  /** One player for each. */
  readonly ports: readonly number[];
  hasWindow(player: number): boolean;
  readonly limits: RestartLimits;
  /** Seconds of silence until a player counts as dead. */
  readonly timeout: number;
  /** Milliseconds since the player's Unity was last answered; undefined while it isn't there. */
  silence(player: number): number | undefined;
  warn(message: string): void;
  /** A player has died for the last time. */
  fail(error: UserError): void;
}

interface Slot {
  readonly index: number;
  readonly restarts: Restarts;
  player: Player;
  /** When it was started, or its Unity last heard of; milliseconds. */
  heard: number;
  /** Why it was killed. */
  reason: string | undefined;
}

/** Milliseconds. */
const BETWEEN_LOOKS = 1_000;
const TO_END = 5_000;

export class Players {
  readonly #options: PlayersOptions;
  readonly #watchdog = new Watchdog();
  readonly #slots: readonly Slot[];
  readonly #looking: NodeJS.Timeout;
  #isDismissed = false;

  /** The ports must be listened at by now: a player that finds nobody there trains with nobody. */
  constructor(options: PlayersOptions) {
    this.#options = options;
    const { limits } = options;
    this.#slots = options.ports.map((_port, index) => {
      const slot = { index, restarts: new Restarts(limits), heard: performance.now(), reason: undefined };
      return Object.assign(slot, { player: this.#start(slot) });
    });
    this.#looking = setInterval(() => this.#look(), BETWEEN_LOOKS);
  }

  /** From now on they may end: none is started again. */
  dismiss(): void {
    this.#isDismissed = true;
    clearInterval(this.#looking);
  }

  /** Waits until they have ended by themselves, as Unity does when it is told to, and ends those that don't. */
  async close(): Promise<void> {
    this.dismiss();
    const late = setTimeout(() => {
      for (const { player } of this.#slots) player.kill();
    }, TO_END);
    await Promise.all(this.#slots.map(({ player }) => player.ended));
    clearTimeout(late);
    this.#watchdog.close();
  }

  #start(slot: Pick<Slot, 'index' | 'restarts'>): Player {
    const { index, restarts } = slot;
    const { player: common, ports, hasWindow } = this.#options;
    const again = restarts.count === 0 ? '' : `-restart-${restarts.count}`;
    const name = `Player-${index}${again}`;
    const player = startPlayer({ ...common, port: ports[index]!, hasWindow: hasWindow(index), name }, this.#watchdog);
    player.ended.then((end) => this.#ended(index, end));
    return player;
  }

  #look(): void {
    for (const slot of this.#slots) {
      const now = performance.now();
      const silence = this.#options.silence(slot.index);
      if (silence !== undefined) slot.heard = now - silence;
      if (slot.reason || now - slot.heard < 1000 * this.#options.timeout) continue;
      slot.reason = `it said nothing for ${this.#options.timeout} s (timeout_wait)`;
      slot.player.kill();
    }
  }

  #ended(index: number, { how, lines, log }: PlayerEnd): void {
    if (this.#isDismissed) return;
    const slot = this.#slots[index]!;
    const reason = slot.reason ?? how;
    const exceeded = slot.restarts.take(performance.now() / 1000);
    const end = [`the last lines of ${log}:`, ...lines.map((line) => `    ${line}`)].join('\n');
    if (exceeded === undefined) {
      this.#options.warn(`Restarting player ${index}, which ended: ${reason}; ${end}`);
      slot.reason = undefined;
      slot.heard = performance.now();
      slot.player = this.#start(slot);
      return;
    }
    this.#options.warn(`player ${index} ended: ${reason}; ${end}`);
    this.#options.fail(
      new UserError({
        what: 'a player ended, and may not be started again',
        where: `player ${index} (${this.#options.player.executable})`,
        value: reason,
        expected: `no more restarts than env_settings allow (${exceeded})`,
        mend: `find out why in ${log}; what was learnt is saved`,
      }),
    );
  }
}
