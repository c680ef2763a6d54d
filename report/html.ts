/**
 * HTML as a template that escapes: whatever is put into html`...` becomes text, unless it is HTML already.
 *
 * A run's id, its settings, and what a stage said are anybody's words. They pass through here, so none of them can become markup.
 */

/** A piece of HTML that may stand as it is. */
export class Html {
  readonly text: string;

  /** @param text trusted: made by `html`, or by the library that draws. */
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template; nothing is shown of null, undefined and false. */
export type Content = Html | string | number | null | undefined | false | readonly Content[];

export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(parts.map((part, at) => part + textOf(values[at])).join(''));
}

function textOf(content: Content): string {
  if (content === null || content === undefined || content === false) return '';
  if (content instanceof Html) return content.text;
  if (typeof content === 'object') return content.map(textOf).join('');
  return escaped(String(content));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that is inert between tags and within quoted attributes alike. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
