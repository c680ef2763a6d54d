/** What hands and keys do. */
import { button, element } from '../element.ts';

const rows: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['drag a body'], 'pull it with a spring'],
  [['click the ground'], 'put the target there'],
  [['click a walker'], 'watch that one ([ and ] for the next)'],
  [['drag elsewhere', 'wheel'], 'turn and zoom; right button moves'],
  [['Space'], 'play or pause'],
  [['.', ','], 'one physics step, one decision'],
  [['-', '+'], 'slower, faster'],
  [['R'], 'restart'],
  [['P'], 'push, away from the camera'],
  [['T'], 'throw a box'],
  [['F'], 'the camera follows, or stays'],
  [['←', '→'], 'target speed, 0.1 m/s'],
  [['M'], 'mean or sampled actions'],
  [['D'], 'dark or light'],
  [['Esc'], 'let go, close'],
];

export function helpDialog(): HTMLDialogElement {
  const keys = ([words, does]: (typeof rows)[number]) =>
    element(
      'tr',
      {},
      element('td', {}, ...words.flatMap((word) => [element('kbd', {}, word), ' '])),
      element('td', {}, does),
    );
  const dialog: HTMLDialogElement = element(
    'dialog',
    { 'aria-labelledby': 'help-title' },
    element('h2', { id: 'help-title' }, 'Hands and keys'),
    element('table', {}, element('tbody', {}, ...rows.map(keys))),
    element(
      'p',
      { class: 'hint', style: 'margin: 12px 0' },
      'The physics and the policy run here, in your browser: the same code that trains walkers, in WebAssembly, and onnxruntime-web. Nothing is sent anywhere.',
    ),
    button('Close', 'Close (Esc)', () => dialog.close(), { class: 'main' }),
  );
  return dialog;
}
