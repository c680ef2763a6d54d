/** Elements of the page, made in one call. */

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** `element('button', { class: 'plain', title: '...' }, 'Push')`; an attribute that is false or undefined is left out. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children);
  return made;
}

/** A button that does something. */
export function button(text: string, title: string, does: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element('button', { type: 'button', title, ...attributes }, text);
  made.addEventListener('click', does);
  return made;
}

/** A part of the panel that can be folded. */
export function section(
  title: string,
  id: string,
  isOpen: boolean,
  ...children: readonly (Node | string)[]
): HTMLDetailsElement {
  return element(
    'details',
    { id, open: isOpen },
    element('summary', {}, title),
    element('div', { class: 'inner' }, ...children),
  );
}

/** Saves bytes or text as a file of the person's. */
export function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = element('a', { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
