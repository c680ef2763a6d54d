/** The page's end of the line to its worker: questions with answers, and news for whoever listens. */
import type { AboutPolicy, FromWorker, ToldProblem, ToWorker } from '../simulation/messages.ts';

type Kind = FromWorker['kind'];
type News<Of extends Kind> = Extract<FromWorker, { kind: Of }>;

/** A problem that was told by the worker. */
export class Told extends Error {
  readonly problem: ToldProblem;

  constructor(problem: ToldProblem) {
    super(problem.what);
    this.problem = problem;
  }
}

export class Link {
  readonly #worker: Worker;
  readonly #listeners = new Map<Kind, Set<(news: never) => void>>();
  readonly #questions = new Map<number, { resolve(about: AboutPolicy): void; reject(error: Told): void }>();
  #numbers = 0;

  constructor() {
    this.#worker = new Worker(new URL('../simulation/worker.ts', import.meta.url), { type: 'module' });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => this.#hear(data));
    this.#worker.addEventListener('error', ({ message }) =>
      this.#hear({ kind: 'problem', problem: { what: `the simulation's worker did not start: ${message}` } }),
    );
  }

  on<Of extends Kind>(kind: Of, hear: (news: News<Of>) => void): void {
    const known = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, known.add(hear));
  }

  tell(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** Opens a policy. @throws Told where it can't be. */
  open(name: string, bytes: Uint8Array): Promise<AboutPolicy & { readonly number: number }> {
    this.#numbers += 1;
    const number = this.#numbers;
    return new Promise((resolve, reject) => {
      this.#questions.set(number, { resolve: (about) => resolve({ ...about, number }), reject });
      this.tell({ kind: 'open', number, name, bytes });
    });
  }

  #hear(news: FromWorker): void {
    const number = 'number' in news ? news.number : undefined;
    const question = number === undefined ? undefined : this.#questions.get(number);
    if (question && number !== undefined) {
      this.#questions.delete(number);
      if (news.kind === 'opened') question.resolve(news);
      else if (news.kind === 'problem') question.reject(new Told(news.problem));
      return;
    }
    for (const hear of this.#listeners.get(news.kind) ?? []) hear(news as never);
  }
}
