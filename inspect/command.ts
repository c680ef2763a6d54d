/** `npm run inspect`: what is in a policy's file. */
import { commandText } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import { defineCommand } from '../cli/command-line.ts';
import { text } from '../cli/options.ts';
import { bytesOf } from '../lint/read-file.ts';
import type { Model } from '../onnx/model.ts';
import { inspectOutput } from './output.ts';

export const inspectCommand = defineCommand({
  name: 'inspect',
  typed: commandText('inspect'),
  summary: "tells what is in a policy's file: inputs, outputs, layers, normaliser, where it comes from",
  options: {
    file: { argument: 'FILE', bare: true, description: 'the policy, an .onnx file', schema: text() },
    svg: { argument: 'FILE', description: 'draw its graph there', schema: text().optional() },
  },
  output: [inspectOutput],
  exitCodeOfErrors: 2,
  epilogue: `Exit codes: 0 done, 1 it is no model, 2 there is no such file or flag.\nExample:\n  ${commandText('inspect', 'walker.onnx --svg walker.svg')}`,
  async run({ file, svg }, { terminal }) {
    const { decodeModel } = await import('../onnx/decode.ts');
    const { inspectModel } = await import('./inspect.ts');
    const { inspectionText } = await import('./tell.ts');
    const bytes = bytesOf(file);
    let model: Model;
    try {
      model = decodeModel(bytes, file);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { json: { file }, error, exitCode: 1 };
    }
    const inspection = inspectModel(model);
    if (svg !== undefined) {
      const { graphSvg } = await import('./graph-svg.ts');
      const { writeAtomically } = await import('../base/files/write-atomically.ts');
      writeAtomically(svg, graphSvg(model));
    }
    terminal.print(inspectionText(inspection, file));
    if (svg !== undefined) terminal.print(`\ndrew its graph into ${svg}`);
    return { json: { file, bytes: bytes.length, ...inspection, svg: svg ?? null } };
  },
});
