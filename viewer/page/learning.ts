/**
 * The part of the panel in which a walker learns in the page (`viewer/learn`). It is loaded when it is first opened, so that nobody
 * waits for it who only watches.
 */
import { element, section } from './element.ts';
import type { Problems } from './problems.ts';

/** @param showPolicy lets a policy walk that was just learnt. */
export function learningPart(
  showPolicy: (name: string, bytes: Uint8Array) => Promise<void>,
  problems: Problems,
): HTMLElement {
  const into = element('div', { id: 'learning' });
  const part = section('Learn to walk', 'learn', false, into);
  let isMounted = false;
  /** While one is being opened, later ones wait for the next. */
  let isShowing = false;
  const mount = async () => {
    if (!part.open || isMounted) return;
    isMounted = true;
    const { mountLearnPanel } = await import('../learn/panel.ts');
    mountLearnPanel(into, {
      showPolicy({ onnx, step }) {
        if (isShowing) return;
        isShowing = true;
        showPolicy(`learnt here, ${step.toLocaleString('en')} decisions`, onnx)
          .catch((error: unknown) => problems.tellError(error))
          .finally(() => {
            isShowing = false;
          });
      },
    });
  };
  part.addEventListener('toggle', () => {
    mount().catch((error: unknown) => problems.tellError(error));
  });
  return part;
}
