/** Which policies there are to choose from: a list beside the page, and files that were dropped onto it. */

import { type ListedPolicy, type PolicyList, readPolicyList } from '../reading/policy-list.ts';
import type { AboutPolicy } from '../simulation/messages.ts';
import { type Link, Told } from './link.ts';

export interface OpenPolicy extends AboutPolicy {
  /** Of the worker. */
  readonly number: number;
  /** In the list. */
  readonly id: string;
}

export class Policies {
  readonly #link: Link;
  readonly #listed: ListedPolicy[] = [];
  readonly #open = new Map<string, Promise<OpenPolicy>>();
  #start = '';

  constructor(link: Link) {
    this.#link = link;
  }

  get listed(): readonly ListedPolicy[] {
    return this.#listed;
  }

  /** The one that a page without an address begins with. */
  get start(): string {
    return this.#start;
  }

  /** Reads the list beside the page. @throws Told where there is none. */
  async load(): Promise<PolicyList> {
    const answer = await fetch('./policies.json', { cache: 'no-store' });
    if (!answer.ok)
      throw new Told({
        what: `the list of policies could not be loaded (${answer.status})`,
        mend: 'drop a Walker .onnx onto the page',
      });
    const list = readPolicyList(await answer.json());
    const own = this.#listed.filter(({ group }) => group === dropped || group === learnt);
    this.#listed.splice(0, this.#listed.length, ...list.policies, ...own);
    this.#start = list.start;
    return list;
  }

  /** A policy of the list, opened once. @throws Told where there is none of that id, or it can't be opened. */
  open(id: string): Promise<OpenPolicy> {
    const listed = this.#listed.find((policy) => policy.id === id);
    const opening = this.#open.get(id) ?? this.#fetch(id, listed);
    this.#open.set(id, opening);
    opening.catch(() => this.#open.delete(id));
    return opening;
  }

  /** One of a file's bytes, which then stands in the list. @throws Told where it can't be opened. */
  async add(name: string, bytes: Uint8Array): Promise<OpenPolicy> {
    const about = await this.#link.open(name, bytes);
    const id = `dropped:${about.hash}`;
    const policy = { ...about, id };
    if (!this.#listed.some((listed) => listed.id === id))
      this.#listed.push({ id, name, group: dropped, address: '', hash: about.hash });
    this.#open.set(id, Promise.resolve(policy));
    return policy;
  }

  /** One that is being learnt: the newest takes the place of the one before. */
  async addLearnt(name: string, bytes: Uint8Array): Promise<OpenPolicy> {
    const about = await this.#link.open(name, bytes);
    const id = `dropped:learnt-${about.hash}`;
    const before = this.#listed.findIndex((listed) => listed.group === learnt);
    if (before >= 0) {
      const [old] = this.#listed.splice(before, 1);
      const opened = await this.#open.get(old!.id);
      this.#open.delete(old!.id);
      // Once the new one has begun.
      if (opened) setTimeout(() => this.#link.tell({ kind: 'close', number: opened.number }), 5000);
    }
    const policy = { ...about, id };
    this.#listed.push({ id, name, group: learnt, address: '', hash: about.hash });
    this.#open.set(id, Promise.resolve(policy));
    return policy;
  }

  /** The listed policy whose file has this hash; undefined where there is none. */
  idOf(hash: string): string | undefined {
    return this.#listed.find((policy) => policy.hash === hash)?.id;
  }

  async #fetch(id: string, listed: ListedPolicy | undefined): Promise<OpenPolicy> {
    if (!listed)
      throw new Told({
        what: `there is no policy "${id}" in the list`,
        mend: 'choose another one, or drop its .onnx onto the page',
      });
    const answer = await fetch(listed.address, { cache: 'no-store' });
    if (!answer.ok) {
      const said = await answer.text();
      throw new Told({ what: `${listed.name} could not be loaded: ${said.slice(0, 300) || answer.status}` });
    }
    const about = await this.#link.open(listed.name, new Uint8Array(await answer.arrayBuffer()));
    return { ...about, id };
  }
}

/** The group of those that were dropped onto the page. */
const dropped = 'Dropped here';
const learnt = 'Learnt here';
