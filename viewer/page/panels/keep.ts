/** What can be taken home: a replay file, and a film of the picture. */
import { readReplay } from '../../simulation/replay.ts';
import { button, download, element } from '../element.ts';
import { type Link, Told } from '../link.ts';
import type { Policies } from '../policies.ts';
import type { Problems } from '../problems.ts';
import type { Session } from '../session.ts';
import { type Drawn, filmButtons } from './film.ts';

export class Keep {
  readonly children: readonly HTMLElement[];
  readonly #session: Session;
  readonly #policies: Policies;
  readonly #watching: Drawn[] = [];
  readonly #said = element(
    'p',
    { class: 'hint', role: 'status', id: 'kept' },
    'A replay holds the seed, the settings and every input with its step.',
  );

  constructor(session: Session, policies: Policies, link: Link, canvas: HTMLCanvasElement, problems: Problems) {
    this.#session = session;
    this.#policies = policies;
    link.on('kept', ({ replay, hash, steps }) => {
      download(`walker-${hash.slice(0, 8)}.replay.json`, new Blob([replay], { type: 'application/json' }));
      this.#said.textContent = `Saved ${steps} steps, hash ${hash}.`;
    });
    link.on('replayed', ({ isSame, hash, expected }) => {
      this.#said.textContent = isSame
        ? `Played again, the same to the last bit: hash ${hash}.`
        : `Played again, and it came out otherwise: hash ${hash}, not ${expected}.`;
    });
    this.children = [
      element(
        'div',
        { class: 'row' },
        button('Save replay', 'A file that plays again byte for byte: drop it onto this page', () =>
          link.tell({ kind: 'keep' }),
        ),
        ...filmButtons(canvas, problems, (drawn) => this.#watching.push(drawn)),
      ),
      this.#said,
    ];
  }

  /** Told of each picture, right after it was drawn. */
  seeDrawn(now: number): void {
    for (const drawn of this.#watching) drawn(now);
  }

  /** Plays a replay's file. @throws UserError where it is none. @throws Told where its policy is not here. */
  async play(text: string, name: string): Promise<void> {
    const replay = readReplay(text, name, this.#session.who.settingsTable);
    const ids = replay.policies.map(({ hash, name: policy }) => {
      const id = this.#policies.idOf(hash);
      if (id !== undefined) return id;
      throw new Told({
        what: `${name} was played by the policy ${policy} (hash ${hash}), which is not in the list`,
        mend: 'drop that .onnx onto the page first, then the replay',
      });
    });
    this.#said.textContent = `Playing ${name} again: ${replay.steps} steps, ${replay.inputs.length} inputs.`;
    await this.#session.play(replay, ids);
  }
}
