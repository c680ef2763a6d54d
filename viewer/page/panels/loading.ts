/** What is being loaded, and how far it is. */
import { element } from '../element.ts';
import type { Link } from '../link.ts';

export class Loading {
  readonly root = element('div', { class: 'card loading', role: 'status' }, 'Loading the simulation…');

  constructor(link: Link) {
    link.on('loading', ({ what, loaded, total }) => {
      const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
      this.root.textContent = `Loading ${what}: ${megabytes(loaded)} of ${megabytes(total)} MB`;
    });
    link.on('ready', () => {
      this.root.textContent = 'Opening the policy…';
    });
    const done = () => {
      this.root.hidden = true;
    };
    link.on('begun', done);
    link.on('problem', done);
  }
}
