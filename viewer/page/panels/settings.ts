/** Sliders, made from the table of settings. */
import type { SettingName } from '../../simulation/settings.ts';
import { button, element } from '../element.ts';
import type { Session } from '../session.ts';

/** A slider with its value; a double click on it brings back what is usual. */
export function slider(session: Session, name: SettingName): HTMLElement {
  const { label, unit, about, low, high, step } = session.who.settingsTable[name];
  const digits = step >= 1 ? 0 : step >= 0.1 ? 1 : 2;
  const value = element('output', { for: `set-${name}` });
  const input = element('input', { type: 'range', id: `set-${name}`, min: low, max: high, step, title: about });
  input.addEventListener('input', () => session.set(name, Number(input.value)));
  input.addEventListener('dblclick', () => session.set(name, session.who.settingsTable[name].usual));
  const show = () => {
    const now = session.settings[name];
    if (Number(input.value) !== now) input.value = String(now);
    value.textContent = `${now.toFixed(digits)}${unit && ` ${unit}`}`;
  };
  session.onChange(show);
  show();
  return element(
    'div',
    { class: 'field' },
    element('div', { class: 'label' }, element('label', { for: `set-${name}`, title: about }, label), value),
    input,
  );
}

/** A box to tick, for a setting of 0 or 1. */
export function tick(session: Session, name: SettingName): HTMLElement {
  const { label, about } = session.who.settingsTable[name];
  const input = element('input', { type: 'checkbox', id: `set-${name}` });
  input.addEventListener('change', () => session.set(name, input.checked ? 1 : 0));
  const show = () => {
    input.checked = session.settings[name] === 1;
  };
  session.onChange(show);
  show();
  return element('label', { class: 'check', title: about }, input, label);
}

/** Brings back what is usual, but for the target speed. */
export function usualWorld(session: Session): HTMLElement {
  const names = ['gravity', 'friction', 'motors', 'latency'] as const;
  return button('As usual', "Unity's scene again", () => {
    for (const name of names) session.set(name, session.who.settingsTable[name].usual);
  });
}
