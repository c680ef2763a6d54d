/** One HTML file that asks for nothing: what every report has around its sections, and the pieces that they are made of. */

import { colourOf, dashOf } from './chart.ts';
import { type Content, Html, html } from './html.ts';
import type { Missing } from './read-run.ts';
import { style } from './style.ts';

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: Content;
}

export interface PageParts {
  readonly title: string;
  /** Under the title: what it is a report of. */
  readonly lead: Content;
  readonly tiles: readonly Tile[];
  readonly sections: readonly Section[];
  /** What it was made from, to know whether it has to be made again. */
  readonly digest: string;
}

/** A fact that one looks for first. */
export interface Tile {
  readonly name: string;
  readonly value: Content;
  readonly detail?: Content;
}

/** Refuses scripts, requests and forms, whatever should find its way into the page. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** The name under which a report tells what it was made from. */
export const DIGEST_NAME = 'gaitsmith-made-from';

export function page({ title, lead, tiles, sections, digest }: PageParts): string {
  const shown = sections.filter(({ content }) => content);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="${DIGEST_NAME}" content="${digest}">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="quiet">${lead}</p>
<nav aria-label="Sections">${shown.map(({ id, title: name }) => html`<a href="#${id}">${name}</a>`)}</nav>
</header>
<main>
<dl class="tiles">${tiles.map(tileOf)}</dl>
${shown.map(
  ({ id, title: name, content }) => html`<section id="${id}">
<h2>${name}</h2>
${content}
</section>
`,
)}</main>
</body>
</html>
`.text;
}

function tileOf({ name, value, detail }: Tile): Html {
  return html`<div><dt>${name}</dt><dd>${value}${detail ? html`<small>${detail}</small>` : ''}</dd></div>`;
}

/** A verdict in its colour, and in words. */
export function verdictOf(verdict: string): Html {
  const kind = { pass: 'good', done: 'good', passed: 'good', fail: 'bad', failed: 'bad' }[verdict] ?? 'unsure';
  return html`<span class="${kind}">${verdict}</span>`;
}

/** What is what in a picture of several lines, or areas. */
export interface Legend {
  readonly names: readonly string[];
  readonly areas?: boolean | undefined;
}

/** A picture with its caption under it; whoever does not see it has the alternative. */
export function figure(picture: Html, title: string, caption: Content, legend?: Legend): Html {
  return html`<figure>${picture}<figcaption><strong>${title}</strong>${caption}${legendOf(legend)}</figcaption></figure>`;
}

function legendOf({ names, areas = false }: Legend = { names: [] }): Content {
  if (names.length < 2) return '';
  return html`<ul class="legend">${names.map(
    (name, index) =>
      html`<li><svg viewBox="0 0 26 10" aria-hidden="true"><line x1="0" y1="5" x2="26" y2="5" stroke="${colourOf(index)}" stroke-width="${areas ? 10 : 3}" stroke-dasharray="${areas ? '' : dashOf(index)}"/></svg>${name}</li>`,
  )}</ul>`;
}

export interface Column {
  readonly name: string;
  /** `number`: to the right; `path`: may be broken anywhere. */
  readonly kind?: 'number' | 'path';
}

/** A table that scrolls by itself where it is too wide, by keys too. */
export function table(label: string, columns: readonly Column[], rows: readonly (readonly Content[])[]): Html {
  const kind = (index: number) => columns[index]!.kind ?? '';
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table>
<thead><tr>${columns.map(({ name }, index) => html`<th scope="col" class="${kind(index)}">${name}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${row.map((cell, index) => html`<td class="${kind(index)}">${cell}</td>`)}</tr>
`,
  )}</tbody></table></div>`;
}

export function listOfMissing(missing: readonly Missing[]): Content {
  if (missing.length === 0) return '';
  return html`<ul class="missing">${missing.map(
    ({ what, mend }) => html`<li>${what}${mend ? html` <code>${mend}</code>` : ''}</li>`,
  )}</ul>`;
}
