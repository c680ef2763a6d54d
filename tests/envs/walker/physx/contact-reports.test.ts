import { describe, expect, it } from 'vitest';
import { type ContactListener, ContactReports } from '../../../../envs/walker/physx/contact-reports.ts';
import { MemoryViews } from '../../../../envs/walker/physx/memory.ts';

/** Calls out of WebAssembly as the package does it: by a table from code to what looks the callback up. */
function packageWith(reports: ContactReports) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const views = new MemoryViews(memory);
  const callbacks = new Map<number, { ptr: number; onContact?: (...values: number[]) => void }>();
  const calls: number[] = [];
  const callOut = reports.shorten(
    (code, _signature, values) => {
      calls.push(code);
      const [self, ...rest] = new Uint32Array(memory.buffer, values, 4);
      if (code === 77) callbacks.get(self!)!.onContact!(...rest);
      return code;
    },
    () => views,
  );
  return {
    calls,
    callback(ptr: number, listener: ContactListener) {
      callbacks.set(ptr, { ptr });
      reports.listen(callbacks.get(ptr)!, listener);
    },
    report(self: number, pairs: number, count: number): number {
      new Uint32Array(memory.buffer).set([self, 9, pairs, count], 64 / 4);
      return callOut(77, 0, 64);
    },
    callOut,
  };
}

describe('contact reports', () => {
  it('reach whom they are for, past the package from the second one on', () => {
    const { calls, callback, report } = packageWith(new ContactReports());
    const heard: string[] = [];
    callback(1000, (pairs, count) => heard.push(`first ${pairs} ${count}`));
    callback(2000, (pairs, count) => heard.push(`second ${pairs} ${count}`));
    report(1000, 5, 1);
    report(2000, 6, 2);
    report(1000, 7, 3);
    expect(heard).toEqual(['first 5 1', 'second 6 2', 'first 7 3']);
    expect(calls).toEqual([77]);
  });

  it('leave all other calls, and those that nobody listens to any more, to the package', () => {
    const reports = new ContactReports();
    const { calls, callback, report, callOut } = packageWith(reports);
    let heard = 0;
    callback(1000, () => {
      heard += 1;
    });
    report(1000, 5, 1);
    expect(callOut(12, 0, 64)).toBe(12);
    reports.forget({ ptr: 1000 });
    report(1000, 5, 1);
    expect(calls).toEqual([77, 12, 77]);
    expect(heard).toBe(2);
  });
});
