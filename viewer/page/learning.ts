/**
 * The part of the panel in which a walker learns in the page (`viewer/learn`). It is loaded when it is first opened, so that nobody
 * waits for it who only watches.
 */

import type { PolicyList } from '../reading/policy-list.ts';
import { element, section } from './element.ts';
import type { Problems } from './problems.ts';

/**
 * @param showPolicy lets a policy walk that was just learnt.
 * @param list what lies beside the page, once that is known.
 */
export function learningPart(
  showPolicy: (name: string, bytes: Uint8Array) => Promise<void>,
  list: Promise<PolicyList | undefined>,
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
    const [{ mountLearnPanel }, beside] = await Promise.all([import('../learn/panel.ts'), list]);
    const here = (address: string) => new URL(address, location.href).href;
    mountLearnPanel(into, {
      gpu: beside?.gpu && { script: here(beside.gpu.script), wasm: here(beside.gpu.wasm) },
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
