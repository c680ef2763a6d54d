/**
 * The claim check: what is too large for a job lies beside it in the Redis, under its SHA-256, and the job carries the number. Each file is there
 * once, however many jobs name it.
 */

import { UserError } from '../../base/failure/user-error.ts';
import { sha256 } from '../../base/files/hash.ts';
import type { Files, JobResult } from '../job.ts';
import type { RunKeys } from './keys.ts';
import { MOST, resultMessage, stateMessage } from './messages.ts';
import type { RedisConnection } from './redis.ts';
import { Refused, sealed, sealedJson, unsealed, unsealedJson } from './sealed.ts';

/** What stands before a state's bytes: how far it is. */
const AT = /^\d{1,15}\n/;

export class Cloakroom {
  readonly #redis: RedisConnection;
  readonly #keys: RunKeys;

  constructor(redis: RedisConnection, keys: RunKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Hands in what records name, but for what is there already. @throws UserError where one is too large. */
  async putFiles(files: Files): Promise<void> {
    await this.#put(files, (sha256) => this.#keys.file(sha256));
  }

  /** @throws Refused where one is missing or damaged. */
  async files(names: readonly string[]): Promise<Files> {
    const found = names.map(async (name) => [name, await this.#file(this.#keys.file(name), name)] as const);
    return Object.fromEntries(await Promise.all(found));
  }

  /** Keeps where a job stands, unless it is further already. */
  async putState(job: string, at: number, files: Files): Promise<void> {
    const before = await this.#manifest(job).catch(() => undefined);
    const named = await this.#putOf(job, files);
    const isFurther = await this.#redis.advance(
      this.#keys.state(job),
      at,
      sealedJson(`state of ${job}`, { at, files: named }),
    );
    if (!isFurther || !before) return;
    const now = new Set(Object.values(named));
    const old = Object.values(before).filter((each) => !now.has(each));
    await this.#redis.remove(old.map((each) => this.#keys.fileOf(job, each)));
  }

  /** Undefined where nothing was kept. @throws Refused where what was is damaged: then the job begins anew. */
  async state(job: string): Promise<Files | undefined> {
    for (let attempt = 0; ; attempt++) {
      const named = await this.#manifest(job);
      if (!named) return undefined;
      try {
        return await this.#filesOf(job, named);
      } catch (error) {
        // Somebody may have kept the next one meanwhile, and taken away this one's files.
        if (attempt === 2) throw error;
      }
    }
  }

  /** @returns whether it is the first: a late one is dropped. */
  async putResult(job: string, { value, files }: JobResult<unknown>): Promise<boolean> {
    const named = await this.#putOf(job, files);
    const bytes = sealedJson(`result of ${job}`, { value, files: named });
    if (bytes.length > MOST.result)
      throw new Error(`a result has ${bytes.length} bytes, and ${MOST.result} are allowed`);
    return this.#redis.setFirst(this.#keys.result(job), bytes);
  }

  /** Undefined where there is none yet. @throws Refused where it is damaged. */
  async result(job: string): Promise<JobResult<unknown> | undefined> {
    const what = `result of ${job}`;
    const bytes = await this.#redis.get(this.#keys.result(job), MOST.result);
    if (!bytes) return undefined;
    const { value, files } = unsealedJson(what, bytes, resultMessage);
    return { value, files: await this.#filesOf(job, files) };
  }

  async #manifest(job: string): Promise<Readonly<Record<string, string>> | undefined> {
    const bytes = await this.#redis.get(this.#keys.state(job), MOST.result);
    if (!bytes) return undefined;
    const at = AT.exec(bytes.subarray(0, 16).toString('latin1'))?.[0] ?? '';
    const state = unsealedJson(`state of ${job}`, bytes.subarray(at.length), stateMessage);
    if (at !== `${state.at}\n`) throw new Refused(`the state of ${job} is another one's`);
    return state.files;
  }

  async #putOf(job: string, files: Files): Promise<Readonly<Record<string, string>>> {
    const named = Object.entries(files).map(([name, bytes]) => [name, sha256(bytes), bytes] as const);
    const bySha256 = Object.fromEntries(named.map(([, hash, bytes]) => [hash, bytes]));
    await this.#put(bySha256, (hash) => this.#keys.fileOf(job, hash));
    return Object.fromEntries(named.map(([name, hash]) => [name, hash]));
  }

  async #filesOf(job: string, named: Readonly<Record<string, string>>): Promise<Files> {
    const found = Object.entries(named).map(
      async ([name, hash]) => [name, await this.#file(this.#keys.fileOf(job, hash), hash)] as const,
    );
    return Object.fromEntries(await Promise.all(found));
  }

  async #put(files: Files, keyOf: (sha256: string) => string): Promise<void> {
    const hashes = Object.keys(files);
    const isThere = await this.#redis.exist(hashes.map(keyOf));
    for (const [index, hash] of hashes.entries()) {
      if (isThere[index]) continue;
      const bytes = sealed('file', files[hash]!);
      if (bytes.length > MOST.file) {
        throw new UserError({
          what: 'this file is too large for the queue',
          value: bytes.length,
          expected: `up to ${MOST.file} bytes`,
        });
      }
      await this.#redis.set(keyOf(hash), bytes);
    }
  }

  async #file(key: string, hash: string): Promise<Uint8Array> {
    const bytes = await this.#redis.get(key, MOST.file);
    if (!bytes) throw new Refused(`the file ${hash} is not there`);
    const body = new Uint8Array(unsealed('file', bytes));
    if (sha256(body) !== hash) throw new Refused(`the file ${hash} is another one`);
    return body;
  }
}
