/** Which policies walk, how many walkers, from which seed. */
import { walkerCounts } from '../../simulation/replay.ts';
import { button, element } from '../element.ts';
import type { Policies } from '../policies.ts';
import type { Problems } from '../problems.ts';
import type { Session } from '../session.ts';
import { walkerColours } from '../view/colours.ts';

export class Choose {
  readonly #session: Session;
  readonly #policies: Policies;
  readonly #problems: Problems;
  readonly #policy = element('select', { id: 'policy' });
  readonly #compare = element('select', { id: 'compare' });
  readonly #walkers = element('select', { id: 'walkers' });
  readonly #seed = element('input', {
    id: 'seed',
    type: 'number',
    min: 0,
    max: 2 ** 32 - 1,
    step: 1,
    style: 'width: 100%',
  });
  readonly children: readonly HTMLElement[];

  constructor(session: Session, policies: Policies, problems: Problems, addFile: (file: File) => void) {
    this.#session = session;
    this.#policies = policies;
    this.#problems = problems;
    for (const count of walkerCounts) this.#walkers.append(element('option', { value: count }, String(count)));
    this.#policy.addEventListener('change', () => this.#begin({ policy: this.#policy.value }));
    this.#compare.addEventListener('change', () => this.#begin({ compare: this.#compare.value }));
    this.#walkers.addEventListener('change', () => this.#begin({ walkers: Number(this.#walkers.value) }));
    this.#seed.addEventListener('change', () =>
      this.#begin({ seed: Math.min(2 ** 32 - 1, Math.max(0, Math.round(Number(this.#seed.value)))) }),
    );
    const file = element('input', {
      type: 'file',
      accept: '.onnx,.json',
      hidden: true,
      'aria-label': 'File of a policy or a replay',
    });
    file.addEventListener('change', () => {
      if (file.files?.[0]) addFile(file.files[0]);
      file.value = '';
    });
    const labelled = (name: string, control: HTMLElement, colour?: string) =>
      element(
        'div',
        { class: 'field grow' },
        element(
          'label',
          { for: control.id, class: 'legend' },
          ...(colour ? [element('i', { style: `background: ${colour}` })] : []),
          name,
        ),
        control,
      );
    this.children = [
      labelled('Policy', this.#policy, walkerColours[0].trunk),
      labelled('Beside it, from the same seed', this.#compare, walkerColours[1].trunk),
      element('div', { class: 'row' }, labelled('Walkers', this.#walkers), labelled('Seed', this.#seed)),
      element(
        'div',
        { class: 'row' },
        button(
          'Open a file…',
          'A Walker .onnx of ML-Agents, or a replay; dropping it onto the page does the same',
          () => file.click(),
        ),
        button('Another seed', 'Begin anew with the next seed', () => this.#begin({ seed: session.seed + 1 })),
        file,
      ),
    ];
    session.onChange(() => this.show());
  }

  /** The lists as they are now. */
  show(): void {
    const { policy, compare, walkers, seed } = this.#session;
    fill(this.#policy, this.#policies.listed, policy);
    fill(this.#compare, this.#policies.listed, compare, 'nobody');
    this.#walkers.value = String(walkers);
    if (document.activeElement !== this.#seed) this.#seed.value = String(seed);
  }

  #begin(change: Parameters<Session['begin']>[0]): void {
    this.#session.begin(change).catch((error: unknown) => {
      this.#problems.tellError(error);
      this.show();
    });
  }
}

function fill(select: HTMLSelectElement, listed: Policies['listed'], chosen: string, none?: string): void {
  const key = JSON.stringify(listed.map(({ id, name }) => [id, name]));
  if (select.dataset['key'] !== key) {
    const groups = [...new Set(listed.map(({ group }) => group))].map((group) => {
      const options = listed.filter((policy) => policy.group === group);
      return element(
        'optgroup',
        { label: group },
        ...options.map(({ id, name }) => element('option', { value: id }, name)),
      );
    });
    select.replaceChildren(...(none ? [element('option', { value: '' }, none)] : []), ...groups);
    select.dataset['key'] = key;
  }
  select.value = chosen;
}
