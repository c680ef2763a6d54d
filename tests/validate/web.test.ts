/** What a validation in a browser is made of, without one: episodes as hashes, where two of them part, numbers as text, finding it. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BROWSER_VARIABLE, findChromium, neededChromium } from '../../browser/chromium.ts';
import { createEnvironment } from '../../envs/walker/environment.ts';
import { bytesOfText, numbersOfText, textOfBytes, textOfNumbers } from '../../validate/web/bytes.ts';
import { compareEpisodes } from '../../validate/web/chromium-runtime.ts';
import { partingOf, playTrajectory } from '../../validate/web/trajectory.ts';
import { smallPolicyFile } from '../small-policies.ts';

const options = { world: 'unity', seed: 3, agents: 2, decisions: 20 } as const;
const shape = { observationSize: 243, actionSize: 39 };

/** Played with a policy that always wants the same, but for one decision of one action. */
async function played(changed?: { readonly decision: number; readonly by: number }) {
  const { seed, agents, world } = options;
  let decision = 0;
  const policy = {
    async run(_: Float32Array, rows: number, [name = '']: readonly string[]) {
      const means = new Float32Array(rows * shape.actionSize).fill(0.25);
      if (decision++ === changed?.decision) means[50]! += changed.by;
      return { [name]: means };
    },
  };
  const environment = await createEnvironment({ seed, firstAgent: 0, agents, parameters: {}, world });
  return playTrajectory(environment, policy, options);
}

describe('a trajectory', () => {
  it('is the same whenever it is played, and has a hash for each decision', async () => {
    const one = await played();
    expect(one).toHaveLength(options.decisions);
    expect(new Set(one).size).toBe(options.decisions);
    expect(partingOf(one, await played())).toBeNull();
  });

  it('parts where a single action is off by a little, at that very decision', async () => {
    const [one, other] = [await played(), await played({ decision: 11, by: 1e-6 })];
    expect(partingOf(one, other)).toBe(11);
  });

  it('that is longer parts where the other one ends', () => {
    expect(partingOf(['a', 'b'], ['a'])).toBe(1);
    expect(partingOf(['a'], ['a', 'b'])).toBe(1);
    expect(partingOf([], [])).toBeNull();
  });
});

describe('episodes here and there', () => {
  const { bytes } = smallPolicyFile();
  const browser = 'Chromium 1';

  it('that part are told with the decision, and their hashes differ', async () => {
    let asked: string[] = [];
    const there = {
      browser,
      async trajectory(given: typeof options) {
        const { onnxruntimeWeb } = await import('../../validate/runtime.ts');
        const environment = await createEnvironment({ ...given, firstAgent: 0, parameters: {} });
        asked = await playTrajectory(environment, await onnxruntimeWeb(bytes, shape), given);
        return asked.map((hash, at) => (at < 17 ? hash : `${hash}!`));
      },
    };
    const { report, problems } = await compareEpisodes(bytes, shape, there, options);
    expect(problems).toEqual(['the same episodes part at decision 17 of 20 in onnxruntime-web here and in Chromium 1']);
    expect(report.episodes).toMatchObject({ partsAt: 17, agents: 2 });
    expect(report.episodes!.node).not.toBe(report.episodes!.web);
  });

  it('are not played with a policy that is none of the Walker', async () => {
    const there = { browser, trajectory: () => Promise.reject(new Error('asked all the same')) };
    const other = await compareEpisodes(bytes, { observationSize: 6, actionSize: 2 }, there);
    expect(other).toEqual({ report: { browser, episodes: null }, problems: [] });
  });
});

describe('numbers as text', () => {
  it('come back to the last bit, whatever they are and however many', () => {
    const numbers = Float32Array.from([0, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e-42, -1 / 3]);
    expect(numbersOfText(textOfNumbers(numbers))).toEqual(numbers);
    const many = Uint8Array.from({ length: 100_001 }, (_, at) => at % 251);
    expect(Buffer.from(bytesOfText(textOfBytes(many))).equals(many)).toBe(true);
  });

  it('are those of a part of an array alone', () => {
    expect(numbersOfText(textOfNumbers(Float32Array.from([1, 2, 3, 4]).subarray(1, 3)))).toEqual(
      Float32Array.from([2, 3]),
    );
  });
});

describe('a Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chromium-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const program = (name: string, mode = 0o755) => {
    writeFileSync(join(folder, name), '');
    chmodSync(join(folder, name), mode);
    return join(folder, name);
  };

  it('is found on the PATH by any of its names, where it may be run', () => {
    const env = { PATH: [join(folder, 'none'), folder].join(delimiter) };
    program('chromium', 0o644);
    const chrome = program('google-chrome');
    expect(findChromium(env, 'linux')).toBe(chrome);
  });

  it('may be named, and then no other one is taken', () => {
    const own = program('my browser');
    expect(findChromium({ [BROWSER_VARIABLE]: own, PATH: folder }, 'linux')).toBe(own);
    const gone = join(folder, 'gone');
    expect(() => neededChromium({ [BROWSER_VARIABLE]: gone, PATH: folder })).toThrow(
      /GAITSMITH_BROWSER: there is no such browser; got .*gone/,
    );
  });

  it('that is not there is one sentence, with what mends it', () => {
    expect(() => neededChromium({ PATH: join(folder, 'empty') })).toThrow(
      /^no Chromium was found, and none is downloaded; expected chromium, .* or the path of one in GAITSMITH_BROWSER. To mend it: install one \(on Debian: apt-get install chromium\)/,
    );
  });
});
