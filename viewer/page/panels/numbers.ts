/** All observations and actions by name; what the network cuts, beyond 5 after the policy's own normaliser, is marked. */
import { cut, normalised } from '../../reading/names.ts';
import type { Decided } from '../../simulation/messages.ts';
import { element } from '../element.ts';
import type { Session } from '../session.ts';

/** Milliseconds between two writings: faster than that nobody reads. */
const BETWEEN = 200;

interface Row {
  readonly name: string;
  readonly root: HTMLTableRowElement;
  readonly cells: readonly HTMLElement[];
}

export class Numbers {
  readonly children: readonly HTMLElement[];
  readonly #session: Session;
  readonly #search = element('input', {
    type: 'search',
    'aria-label': 'Names to show',
    style: 'width: 100%',
  });
  readonly #beyond = element('p', { class: 'hint' });
  readonly #observations: readonly Row[];
  readonly #actions: readonly Row[];
  readonly #table: HTMLElement;
  #last = 0;

  constructor(session: Session) {
    this.#session = session;
    const { task, actionNames: actions } = session.who;
    this.#search.placeholder = `name, such as ${task.behavior.bodyNames!.at(-1)}`;
    const observations = task.behavior.observationNames!;
    this.#observations = observations.map((name) => rowOf(name, 2));
    this.#actions = actions.map((name) => rowOf(name, 1));
    const bodyOf = (rows: readonly Row[]) => element('tbody', {}, ...rows.map(({ root }) => root));
    const head = (...names: readonly string[]) =>
      element('thead', {}, element('tr', {}, ...names.map((name) => element('th', { scope: 'col' }, name))));
    const scroll = (label: string, table: HTMLElement) =>
      element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label }, table);
    this.#table = element(
      'div',
      { class: 'numbers' },
      element('h3', {}, `${observations.length} observations`),
      scroll('Observations', element('table', {}, head('name', 'seen', 'normalised'), bodyOf(this.#observations))),
      element('h3', { style: 'margin-top: 10px' }, `${actions.length} actions`),
      scroll('Actions', element('table', {}, head('name', 'value'), bodyOf(this.#actions))),
    );
    this.children = [this.#search, this.#beyond, this.#table];
    this.#search.addEventListener('input', () => {
      const wanted = this.#search.value.trim().toLowerCase();
      for (const { name, root } of [...this.#observations, ...this.#actions])
        root.hidden = !name.toLowerCase().includes(wanted);
    });
  }

  hear({ observations: seen, actions: done, walker }: Decided): void {
    const now = performance.now();
    if (now - this.#last < BETWEEN || this.#table.offsetParent === null) return;
    this.#last = now;
    const cooked = normalised(seen, this.#session.policyOf(walker)?.normalizer);
    let beyond = 0;
    this.#observations.forEach(({ root, cells }, at) => {
      const isBeyond = Math.abs(cooked[at]!) > cut;
      if (isBeyond) beyond += 1;
      root.classList.toggle('beyond', isBeyond);
      cells[0]!.textContent = seen[at]!.toFixed(3);
      cells[1]!.textContent = cooked[at]!.toFixed(2);
    });
    this.#actions.forEach(({ cells }, at) => {
      cells[0]!.textContent = done[at]!.toFixed(3);
    });
    this.#beyond.textContent = `${beyond} of ${seen.length} beyond ±${cut}, where the network cuts them.`;
  }
}

function rowOf(name: string, columns: number): Row {
  const cells = Array.from({ length: columns }, () => element('td', {}, ''));
  return { name, cells, root: element('tr', {}, element('td', {}, name), ...cells) };
}
