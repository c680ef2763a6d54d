/** A validation that asks a browser, too. */
import type { ValidationReport } from '../report.ts';
import { type ValidateOptions, validate } from '../validate.ts';
import { type ChromiumRuntime, compareEpisodes, onnxruntimeChromium } from './chromium-runtime.ts';

/**
 * As `validate`, with onnxruntime-web in a headless Chromium as one engine more, and the same episodes there and here.
 *
 * @throws UserError where there is no Chromium, besides what `validate` throws.
 */
export async function validateWithWeb(options: ValidateOptions): Promise<ValidationReport> {
  const { model, shape, engines } = options;
  const opened: ChromiumRuntime[] = [];
  const inChromium: (typeof engines)[number] = async (...policy) => {
    const runtime = await onnxruntimeChromium(...policy);
    opened.push(runtime);
    return { ...runtime, close: async () => {} }; // it has to play yet
  };
  try {
    const report = await validate({ ...options, engines: [...engines, inChromium] });
    const [there] = opened;
    // A file that breaks the contract is run nowhere.
    if (!there) return report;
    const { report: web, problems: more } = await compareEpisodes(model, shape, there);
    const problems = [...report.problems, ...more];
    return { ...report, web, problems, passed: problems.length === 0 };
  } finally {
    for (const runtime of opened) await runtime.close();
  }
}
