/** The training that this browser keeps: one, in IndexedDB, so that it can go on after a reload. */
import type { Point } from './curves.ts';
import type { LearntPolicy } from './messages.ts';

export interface KeptTraining {
  readonly seed: number;
  readonly settings: string;
  /** As the trainer told it. */
  readonly checkpoint: Uint8Array;
  readonly step: number;
  /** At which there is nothing more to learn. */
  readonly maxSteps: number;
  /** The policy of the checkpoint, or one from shortly before. */
  readonly policy: LearntPolicy | undefined;
  /** What the curves showed by then. */
  readonly points: readonly Point[];
}

const STORE = 'trainings';
const LATEST = 'latest';

/** @returns undefined where there is none, or where this browser keeps nothing (a private window). */
export async function readKept(): Promise<KeptTraining | undefined> {
  try {
    return await within('readonly', (store) => store.get(LATEST) as IDBRequest<KeptTraining | undefined>);
  } catch {
    return undefined;
  }
}

/** Replaces the one before, all or nothing. @throws DOMException where this browser keeps nothing, or has no room. */
export async function keep(training: KeptTraining): Promise<void> {
  await within('readwrite', (store) => store.put(training, LATEST));
}

/** @throws as `keep`. */
export async function forget(): Promise<void> {
  await within('readwrite', (store) => store.delete(LATEST));
}

async function within<Result>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const opening = indexedDB.open('gaitsmith-learn', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await settled(opening);
  try {
    const transaction = database.transaction(STORE, mode);
    const result = await settled(work(transaction.objectStore(STORE)));
    if (mode === 'readwrite') await committed(transaction);
    return result;
  } finally {
    database.close();
  }
}

function settled<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}
