/** Switching tfjs over to the recording backend and back, so that nothing of a trace is left behind. */
import { backend, backendName, engine, switchTo } from './backend.ts';
import type { Calls } from './calls.ts';
import { replaceGradients } from './gradients.ts';
import type { Recorder } from './recorder.ts';
import { tf } from './tensorflow.ts';
import { TraceError } from './trace-error.ts';

/** Makes the recording backend the active one; the returned function puts everything back as it was. */
export function enter(
  recorder: Recorder,
  calls: Calls,
  foldConstants: boolean,
  nameOf: (dataId: object) => string | undefined,
): () => void {
  const previous = tf.getBackend();
  const { state } = engine;
  const { activeTape, gradientDepth, kernelDepth } = state;
  const made: tf.Tensor[] = [];
  // Every tensor is announced to the engine, also one that is kept or that tfjs saves for the gradients and forgets when
  // something throws. Listening there is the only way to find them all.
  const { trackTensor } = engine;
  const variables = guardVariables();
  engine.trackTensor = (tensor, of) => {
    if (variables.isGuarded(tensor)) {
      throw new TraceError('a variable is assigned while tracing, which no graph can do; return the new value instead');
    }
    made.push(tensor);
    trackTensor.call(engine, tensor, of);
  };
  const { startScope, endScope } = engine;
  engine.startScope = (name) => {
    calls.start(name);
    startScope.call(engine, name);
  };
  engine.endScope = (result) => {
    calls.end(result);
    endScope.call(engine, result);
  };
  const giveBackGradients = replaceGradients();
  backend.start(recorder, calls, { foldConstants, nameOf });
  switchTo(backendName);
  engine.startScope('trace');
  const scopes = state.scopeStack.length;
  return () => {
    while (state.scopeStack.length >= scopes) engine.endScope();
    for (const tensor of made) if (!tensor.isDisposed) tensor.dispose();
    // The instance's own properties hide the class's methods; without them the methods are back.
    for (const name of ['trackTensor', 'startScope', 'endScope']) Reflect.deleteProperty(engine, name);
    variables.release();
    giveBackGradients();
    Object.assign(state, { activeTape, gradientDepth, kernelDepth });
    backend.stop();
    switchTo(previous);
  };
}

/**
 * Keeps the variables that exist from being assigned. tfjs frees a variable's old numbers before anyone can object to
 * the new ones, so each gets a second reference for the time of the trace.
 */
function guardVariables(): { isGuarded(tensor: tf.Tensor): boolean; release(): void } {
  const guarded = Object.values(engine.state.registeredVariables).map((variable) => {
    const { dataId } = variable;
    const owner = engine.state.tensorInfo.get(dataId)!.backend;
    owner.incRef(dataId);
    return { variable, dataId, owner };
  });
  const all = new Set<tf.Tensor>(guarded.map(({ variable }) => variable));
  return {
    isGuarded: (tensor) => all.has(tensor),
    release: () => {
      for (const { variable, dataId, owner } of guarded) {
        if (variable.dataId === dataId) owner.disposeData(dataId);
        else {
          // The second reference becomes the variable's own, and the engine counts it again.
          variable.dataId = dataId;
          engine.trackTensor(variable, owner);
        }
      }
    },
  };
}
