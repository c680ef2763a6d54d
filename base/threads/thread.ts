/** A thread as whoever asks it sees it: a worker thread of Node (worker-thread.ts), or a web worker of a page. */
export interface Thread<Request, Reply> {
  /** @param handedOver memory that goes to the thread instead of being copied. */
  post(request: Request, handedOver?: readonly ArrayBuffer[]): void;
  /** Tells of each reply, and once of its end where it ends, asked to or not. There is one listener. */
  listen(listener: ThreadListener<Reply>): void;
  /** Whether the process goes on for its sake; in a browser that changes nothing. */
  hold(isHeld: boolean): void;
  /** Ends it wherever it is. */
  end(): Promise<void>;
}

export interface ThreadListener<Reply> {
  reply(reply: Reply): void;
  ended(error: unknown): void;
}

/** What a thread answers, and the memory that goes along instead of being copied. */
export interface Answer<Reply> {
  readonly reply: Reply;
  readonly handedOver: readonly ArrayBuffer[];
}
