/** What went wrong, as sentences in the page, with what to do. */
import { UserError } from '../../base/failure/user-error.ts';
import type { ToldProblem } from '../simulation/messages.ts';
import { button, element } from './element.ts';
import { Told } from './link.ts';

export class Problems {
  readonly root = element('div', { class: 'problems', role: 'region', 'aria-label': 'Problems' });

  tell({ what, mend }: ToldProblem): void {
    // A file's name stays as it is written.
    const isFile = /^\S+\.\w+[:\s]/.test(what);
    const sentence = `${isFile ? what.charAt(0) : what.charAt(0).toUpperCase()}${what.slice(1)}.`;
    const known = [...this.root.children].find((card) => card.querySelector('.what')?.textContent === sentence);
    known?.remove();
    const card = element(
      'div',
      { class: 'card problem', role: 'alert' },
      element(
        'div',
        { style: 'flex: 1' },
        element('p', { class: 'what' }, sentence),
        ...(mend ? [element('p', { class: 'mend' }, `What to do: ${mend}.`)] : []),
      ),
      button('Close', 'Close this message', () => card.remove()),
    );
    this.root.append(card);
    while (this.root.children.length > 3) this.root.firstElementChild?.remove();
  }

  /** @param error whatever was thrown. */
  tellError(error: unknown): void {
    this.tell(problemOf(error));
  }

  clear(): void {
    this.root.replaceChildren();
  }
}

function problemOf(error: unknown): ToldProblem {
  if (error instanceof Told) return error.problem;
  if (error instanceof UserError) {
    const { mend } = error.problem;
    return { what: error.message.split('. To mend it: ')[0]!, ...(mend ? { mend } : {}) };
  }
  return { what: error instanceof Error ? error.message : String(error) };
}
