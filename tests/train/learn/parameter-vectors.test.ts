import { expect, it } from 'vitest';
import { parametersIn, rowsOf, vectorsOf } from '../../../train/learn/parameter-vectors.ts';
import { initialParameters, type Network, parameterTable } from '../../../train/policy/policy.ts';

const network: Network = { observationSize: 5, actionSize: 3, hiddenUnits: 4, layers: 2, layerNorm: true };

it.each([false, true])('keeps every parameter by its name, shared body: %s', (sharedBody) => {
  const table = parameterTable({ ...network, sharedBody });
  const parameters = initialParameters({ ...network, sharedBody }, 1, { weights: 'ml-agents', logDeviation: -1 });
  const vectors = vectorsOf(table, parameters);
  expect(parametersIn(table, vectors)).toEqual(parameters);
  const owned = (['actor', 'critic'] as const).flatMap((owner) =>
    Object.entries(parametersIn(rowsOf(table, [owner]), { [owner]: vectors[owner] })),
  );
  expect(new Set(owned.map(([name]) => name))).toEqual(new Set(table.map(({ name }) => name)));
  for (const [name, values] of owned) expect(values, name).toEqual(parameters[name]);
});

it('shows a vector without a copy', () => {
  const table = parameterTable(network);
  const vectors = vectorsOf(table, initialParameters(network, 1));
  const seen = parametersIn(table, vectors)['critic.value.bias']!;
  vectors.critic[vectors.critic.length - 1] = 7;
  expect(seen).toEqual(Float32Array.of(7));
});
