/** What is being watched: policies, walkers, seed and settings. Whoever changes them does it here, and the rest of the page hears of it. */
import { type Asked, writeAddress } from '../reading/address.ts';
import type { Input } from '../simulation/inputs.ts';
import type { Replay, Setup } from '../simulation/replay.ts';
import type { SettingName, Settings } from '../simulation/settings.ts';
import type { Who } from '../simulation/who.ts';
import type { Link } from './link.ts';
import type { OpenPolicy, Policies } from './policies.ts';

/** Simulated seconds for each second. */
export const paces = [0.1, 0.25, 0.5, 1, 2] as const;

export class Session {
  policy = '';
  /** Of the policy beside it; empty where there is none. */
  compare = '';
  walkers: number;
  seed: number;
  settings: Settings;
  theme: Asked['theme'];
  pace = 1;
  isPaused: boolean;
  watched = 0;
  /** Those that walk now. */
  open: readonly OpenPolicy[] = [];
  readonly who: Who;
  readonly #link: Link;
  readonly #policies: Policies;
  readonly #hearers: (() => void)[] = [];

  constructor(link: Link, policies: Policies, asked: Asked, who: Who) {
    this.who = who;
    this.#link = link;
    this.#policies = policies;
    this.walkers = asked.walkers;
    this.seed = asked.seed;
    this.settings = asked.settings;
    this.theme = asked.theme;
    this.isPaused = asked.isPaused;
  }

  onChange(hear: () => void): void {
    this.#hearers.push(hear);
  }

  changed(): void {
    const { policy, compare, walkers, seed, settings, theme } = this;
    const isDropped = (id: string) => id.startsWith('dropped:');
    const told = {
      policy: isDropped(policy) ? undefined : policy,
      compare: compare && !isDropped(compare) ? compare : undefined,
    };
    const address = writeAddress({ ...told, walkers, seed, settings, theme }, this.who.settingsTable);
    history.replaceState(null, '', `${location.pathname}${address}`);
    for (const hear of this.#hearers) hear();
  }

  /** Begins anew with what is chosen. @throws Told where a policy can't be opened: what walked goes on walking then. */
  async begin(
    { policy = this.policy, compare = this.compare, walkers = this.walkers, seed = this.seed } = {},
    replay?: Replay,
  ): Promise<void> {
    const ids = compare ? [policy, compare] : [policy];
    const open = await Promise.all(ids.map((id) => this.#policies.open(id)));
    [this.policy, this.compare, this.walkers, this.seed] = [policy, compare, walkers, seed];
    this.open = open;
    this.watched = Math.min(this.watched, walkers * ids.length - 1);
    const setup: Omit<Setup, 'policies'> = { seed, walkers, settings: this.settings };
    this.#link.tell({ kind: 'begin', policies: open.map(({ number }) => number), setup, ...(replay && { replay }) });
    this.watch(this.watched);
    this.changed();
  }

  /** Plays a replay. @throws Told where one of its policies is not here. */
  async play(replay: Replay, ids: readonly string[]): Promise<void> {
    this.settings = replay.settings;
    const [policy, compare = ''] = ids;
    await this.begin({ policy: policy!, compare, walkers: replay.walkers, seed: replay.seed }, replay);
    if (this.isPaused) this.pause(false);
  }

  set(name: SettingName, value: number): void {
    this.settings = { ...this.settings, [name]: value };
    this.do({ kind: 'set', name, value });
    this.changed();
  }

  do(input: Input): void {
    this.#link.tell({ kind: 'input', input });
  }

  watch(walker: number): void {
    this.watched = walker;
    this.#link.tell({ kind: 'watch', walker });
    for (const hear of this.#hearers) hear();
  }

  pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    this.tellPace();
  }

  setPace(pace: number): void {
    this.pace = pace;
    this.tellPace();
  }

  tellPace(): void {
    this.#link.tell({ kind: 'pace', pace: this.isPaused ? 0 : this.pace });
    for (const hear of this.#hearers) hear();
  }

  /** One physics step, or one decision, in a pause. */
  advance(steps: number): void {
    if (!this.isPaused) this.pause(true);
    this.#link.tell({ kind: 'advance', steps });
  }

  /** The policy whose walkers this one is of. */
  policyOf(walker: number): OpenPolicy | undefined {
    return this.open[Math.floor(walker / this.walkers)];
  }
}
