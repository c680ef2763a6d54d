/**
 * The three packages that run a policy in Unity, and which operators each knows, by the version that brought them.
 * Source: the tables of the released packages' importers (Barracuda 1.0.4 to 3.0.2, Sentis 1.2 to 2.1.3, Inference Engine 2.2 to 2.5).
 */

export const engineNames = ['barracuda', 'sentis', 'inference-engine'] as const;
export type EngineName = (typeof engineNames)[number];

/** A package in one of its versions; "1.4". */
export interface Engine {
  readonly name: EngineName;
  readonly version: string;
}

const BARRACUDA_1_4 = words(`
  Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization Cast Ceil Clip Concat Constant
  ConstantOfShape Conv ConvTranspose Cos Cosh DepthToSpace Div Dropout Elu Equal Exp Expand Flatten Floor Gather Gemm
  GlobalAveragePool GlobalMaxPool Greater HardSigmoid Hardmax Identity ImageScaler InstanceNormalization LRN LSTM LeakyRelu Less
  LessOrEqual Log LogSoftmax MatMul Max MaxPool Mean Min MirrorPad Mul Multinomial Neg NonMaxSuppression NonZero Not OneHot Or PRelu
  Pad Pow RandomNormal RandomNormalLike RandomUniform RandomUniformLike Range Reciprocal ReduceMax ReduceMean ReduceMin ReduceProd
  ReduceSum Relu Reshape Resize Round Selu Shape Sigmoid Sign Sin Sinh Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt
  Squeeze Sub Sum Tan Tanh Tile TopK Transpose Unsqueeze Upsample Where Xor`);

const BARRACUDA_3_0 = words('Erf RoiAlign ScatterND');

const SENTIS_1_2 = words(`
  Bernoulli CastLike Celu Compress CumSum Einsum GatherElements GatherND Gelu GreaterOrEqual HardSwish IsInf IsNaN
  LayerNormalization Mod ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare Scatter ScatterElements Shrink Size
  ThresholdedRelu Trilu`);

const sentis = [...BARRACUDA_1_4, ...BARRACUDA_3_0, ...SENTIS_1_2].filter((op) => op !== 'MirrorPad');

/** What each package knows, from the oldest version that ML-Agents 2.0 and newer depend on; later versions add to it. */
const operators: Readonly<
  Record<EngineName, readonly { readonly from: string; readonly operators: readonly string[] }[]>
> = {
  barracuda: [
    { from: '1.4', operators: BARRACUDA_1_4 },
    { from: '3.0', operators: BARRACUDA_3_0 },
  ],
  sentis: [
    { from: '1.2', operators: sentis },
    { from: '1.6', operators: ['GridSample'] },
  ],
  'inference-engine': [
    { from: '2.2', operators: [...sentis, 'GridSample', 'Mish'] },
    {
      from: '2.4',
      operators: words(`BitwiseAnd BitwiseOr BitwiseNot BitwiseXor BlackmanWindow HammingWindow HannWindow DFT STFT
          MelWeightMatrix`),
    },
  ],
};

/** What people call them. */
export const engineTitles: Readonly<Record<EngineName, string>> = {
  barracuda: 'Barracuda',
  sentis: 'Sentis',
  'inference-engine': 'Inference Engine',
};

/** Every package in the oldest version that an ML-Agents depends on which reads the present contract: what all of them know. */
export const oldestEngines: readonly Engine[] = engineNames.map((name) => ({
  name,
  version: operators[name][0]!.from,
}));

/** The version from which the engine knows an operator; undefined where no version does. */
export function knowsFrom(engine: EngineName, operator: string): string | undefined {
  return operators[engine].find((row) => row.operators.includes(operator))?.from;
}

/** Whether the engine's version is that one or newer; by the first two numbers, which is where things changed. */
export function isFrom({ version }: Engine, from: string): boolean {
  const [own, other] = [version, from].map((text) => text.split('.', 2).map(Number.parseFloat));
  const [major = 0, minor = 0] = own!;
  const [otherMajor = 0, otherMinor = 0] = other!;
  return major === otherMajor ? minor >= otherMinor : major > otherMajor;
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
