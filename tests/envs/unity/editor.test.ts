import { describe, expect, it } from 'vitest';
import { EditorConsole, type EditorPatience } from '../../../envs/unity/trainer/editor.ts';

const port = 5004;

/** An Editor's console on a clock of its own, in seconds. */
function consoleOf(patience: EditorPatience = { hint: 30 }) {
  let time = 0;
  const said: string[] = [];
  const editor = new EditorConsole(
    patience,
    (message) => said.push(message),
    () => 1000 * time,
  );
  return {
    editor,
    said,
    /** Looks each second until then. */
    lookUntil(end: number, session: (second: number) => { decisions: number; silentFor: number } | undefined) {
      for (; time < end; time++) {
        const reason = editor.look({ port, session: session(time) });
        if (reason !== undefined) return reason;
      }
      return undefined;
    },
  };
}

describe('the console', () => {
  it("says in ML-Agents' words what it waits for", () => {
    const { editor, said } = consoleOf();
    editor.listening(port);
    expect(said).toEqual(['Listening on port 5004. Start training by pressing the Play button in the Unity Editor.']);
  });

  it('tells the usual causes once where nobody presses Play', () => {
    const { editor, said, lookUntil } = consoleOf();
    editor.listening(port);
    lookUntil(29, () => undefined);
    expect(said).toHaveLength(1);
    lookUntil(300, () => undefined);
    expect(said).toHaveLength(2);
    expect(said[1]).toMatch(/^Nobody has pressed Play for 30 s\. The usual causes:\n/);
    for (const cause of [
      'Editor Training Port is not 5004',
      'Connect to Trainer',
      'proxy',
      'Play was pressed before',
    ]) {
      expect(said[1]).toContain(cause);
    }
  });

  it('tells others where Unity is there and no agent asks', () => {
    const { said, lookUntil } = consoleOf();
    lookUntil(10, () => undefined);
    lookUntil(100, () => ({ decisions: 0, silentFor: 10 }));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/no agent has asked for a decision for 30 s/);
    for (const cause of ['Behavior Type is not Default', 'Decision Requester']) expect(said[0]).toContain(cause);
  });

  it('tells others where Unity falls silent, each time anew', () => {
    const { said, lookUntil } = consoleOf();
    lookUntil(100, (second) => ({ decisions: 5, silentFor: 1000 * (second % 50) }));
    expect(said.map((line) => line.split('\n')[0])).toEqual(
      Array(2).fill('Unity has said nothing for 30 s. The usual causes:'),
    );
    expect(said[0]).toContain('paused');
  });

  it('says nothing while all goes well', () => {
    const { said, lookUntil } = consoleOf();
    lookUntil(500, () => ({ decisions: 5, silentFor: 20 }));
    expect(said).toEqual([]);
  });

  it('gives up only where it was told when', () => {
    expect(consoleOf().lookUntil(5000, () => undefined)).toBeUndefined();
    const impatient = { hint: 30, timeout: 60 };
    expect(consoleOf(impatient).lookUntil(59, () => undefined)).toBeUndefined();
    const reason = consoleOf(impatient).lookUntil(61, () => undefined);
    expect(reason).toMatch(/^The Unity environment took too long to respond: 60 s \(timeout_wait\)\./);
    const silent = { decisions: 9, silentFor: 60_000 };
    expect(consoleOf(impatient).lookUntil(2, () => silent)).toMatch(/took too long/);
  });

  it('says how a session ended, and that it goes on waiting', () => {
    const { editor, said } = consoleOf();
    for (const reason of ['stopped', 'lost', 'refused'] as const) editor.ended(reason, port);
    expect(said.filter((line) => line.startsWith('Listening'))).toHaveLength(3);
    expect(said[0]).toMatch(/left play mode.*Ctrl-C saves/);
    editor.ended('closed', port);
    expect(said).toHaveLength(6);
  });
});
