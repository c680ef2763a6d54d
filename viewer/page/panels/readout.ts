/** The numbers that one looks at first: the speed that is held, falls, reward; and how fast the page itself is. */
import { HeldSpeed } from '../../reading/held-speed.ts';
import type { Decided, Frame } from '../../simulation/messages.ts';
import { apart } from '../../simulation/parting.ts';
import { element } from '../element.ts';
import type { Session } from '../session.ts';

/** The held speed is the mean of so many seconds. */
export const heldSeconds = 4;

export class Readout {
  readonly #session: Session;
  readonly #held = new HeldSpeed(heldSeconds);
  readonly #speed = element('dd', { 'data-reads': 'speed' }, '–');
  readonly #falls = element('dd', { 'data-reads': 'falls' }, '0');
  readonly #reward = element('dd', { 'data-reads': 'reward' }, '0');
  readonly #under = element('p', { class: 'under' });
  readonly #terms = element('p', { class: 'under', 'data-reads': 'terms', hidden: true });
  readonly #parting = element('div', { class: 'card parting', hidden: true });
  #falling = 0;
  #watched = -1;
  #frames = 0;
  #framesSince = performance.now();
  #framesPerSecond = 0;
  readonly root: HTMLElement;

  constructor(session: Session) {
    this.#session = session;
    this.root = element(
      'header',
      {},
      element('h1', {}, 'Gaitsmith'),
      element(
        'dl',
        { class: 'card readout', style: 'margin: 0' },
        element('dt', { title: `mean of the last ${heldSeconds} s, along the goal` }, 'speed it really holds'),
        this.#speed,
        element('dt', {}, 'falls'),
        this.#falls,
        element('dt', { title: 'of the episode under way' }, 'reward'),
        this.#reward,
      ),
      this.#under,
      this.#terms,
      this.#parting,
    );
  }

  /** m/s. */
  get heldSpeed(): number | undefined {
    return this.#held.mean;
  }

  hearFrame({ step, standings, parting, pace, cost }: Frame): void {
    const { watched, settings, walkers, open } = this.#session;
    const own = standings[watched];
    if (!own) return;
    if (watched !== this.#watched || own.falls !== this.#falling) this.#held.forget();
    [this.#watched, this.#falling] = [watched, own.falls];
    const held = this.#held.mean;
    const asked = element('small', {}, ` of ${settings.targetSpeed.toFixed(1)} m/s`);
    this.#speed.replaceChildren(held === undefined ? '–' : held.toFixed(2), asked);
    const all = standings.reduce((sum, { falls }) => sum + falls, 0);
    const where = own.fallenBody >= 0 ? this.#session.who.task.behavior.bodyNames![own.fallenBody]! : '';
    this.#falls.replaceChildren(
      String(all),
      ...(where ? [element('small', { title: 'what touched the ground' }, ` ${where}`)] : []),
    );
    this.#reward.replaceChildren(own.reward.toFixed(0));
    const named = open.length * walkers > 1 ? `walker ${watched + 1} of ${standings.length} · ` : '';
    const time = (step * this.#session.who.settings.step).toFixed(1);
    this.#under.textContent = `${named}${time} s · ${this.#framesPerSecond.toFixed(0)} frames/s · ${this.#session.isPaused ? 'paused' : `${pace.toFixed(2)}× real time`} · ${(cost / 10).toFixed(0)} % of a core`;
    this.#parting.hidden = parting === undefined;
    if (!parting) return;
    const [one, other] = open;
    const seen =
      parting.seen === null
        ? `still within ${apart * 100} cm`
        : `${apart * 100} cm apart after ${parting.seen.toFixed(2)} s`;
    const first =
      parting.first === null ? 'The same to the last bit' : `Parted after ${parting.first.toFixed(2)} s, ${seen}`;
    this.#parting.textContent = `${one?.name} and ${other?.name}, same seed. ${first}; ${this.#session.who.task.behavior.bodyNames![0]} ${parting.hips.toFixed(1)} m apart now.`;
  }

  hearDecision({ step, speed, terms }: Decided): void {
    this.#held.add(step * this.#session.who.settings.step, speed);
    const told = Object.entries(terms).map(([name, mean]) => `${name.replace('reward ', '')} ${mean.toFixed(2)}`);
    this.#terms.hidden = told.length === 0;
    this.#terms.textContent = `reward of a step: ${told.join(' · ')}`;
  }

  /** Once for each picture. */
  countFrame(now: number): void {
    this.#frames += 1;
    const milliseconds = now - this.#framesSince;
    if (milliseconds < 1000) return;
    this.#framesPerSecond = (1000 * this.#frames) / milliseconds;
    this.#frames = 0;
    this.#framesSince = now;
  }

  get framesPerSecond(): number {
    return this.#framesPerSecond;
  }
}
