import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../../base/random/stream.ts';
import { type AgentNumbers, STANDING, shareNumbers, viewNumbers } from '../../../../envs/unity/player/agent-numbers.ts';
import { type AgentNews, NewsWriter } from '../../../../envs/unity/player/news-writer.ts';
import { decodeMessage, encodeMessage } from '../../../../envs/unity/protocol/wire.ts';

/** The same message by way of protobufjs and the project's description of it. */
function byProtobuf({ ended, deciding, isFirst }: AgentNews, name: string, size: number, numbers: AgentNumbers) {
  const info = (agent: number, done: boolean) => {
    const rows = done ? numbers.finalObservations : numbers.observations;
    return {
      id: agent,
      reward: done || numbers.standings[agent] === STANDING.goesOn ? numbers.rewards[agent]! : 0,
      done,
      max_step_reached: done && numbers.standings[agent] === STANDING.cutOff,
      observations: [
        {
          shape: [size],
          float_data: { data: rows.slice(agent * size, (agent + 1) * size) },
          dimension_properties: [1],
          name: `VectorSensor_size${size}`,
        },
      ],
    };
  };
  const value = [...ended.map((agent) => info(agent, true)), ...deciding.map((agent) => info(agent, false))];
  const brain = { brain_name: `${name}?team=0`, is_training: true, action_spec: { num_continuous_actions: 2 } };
  return encodeMessage({
    header: { status: 200 },
    unity_output: {
      rl_output: { agentInfos: { [`${name}?team=0`]: { value } } },
      ...(isFirst ? { rl_initialization_output: { brain_parameters: [brain] } } : {}),
    },
  });
}

function filledNumbers(agents: number, size: number): AgentNumbers {
  const numbers = viewNumbers(shareNumbers(agents, { name: '', observationSize: size, actionSize: 2 }));
  const random = new RandomStream(agents, size);
  const { observations, finalObservations, rewards, standings } = numbers;
  for (let at = 0; at < observations.length; at++) {
    observations[at] = random.normal();
    finalObservations[at] = random.normal();
  }
  for (let agent = 0; agent < agents; agent++) {
    rewards[agent] = random.uniform() < 0.3 ? 0 : random.normal();
    standings[agent] = random.below(3);
  }
  return numbers;
}

describe('the message written byte by byte', () => {
  // Sizes on both sides of where a length takes a byte more; agents whose ids do.
  const sizes = [1, 2, 24, 25, 31, 32, 243, 4095, 5000];

  it.each(sizes)('is the one of the protobuf library, with %d observations', (size) => {
    const agents = size > 1000 ? 5 : 300;
    const numbers = filledNumbers(agents, size);
    const writer = new NewsWriter({ name: 'Walker', observationSize: size, actionSize: 2 }, numbers);
    const everybody = Array.from({ length: agents }, (_, agent) => agent);
    const some = everybody.filter((agent) => agent % 3 === 0);
    const messages: AgentNews[] = [
      { ended: [], deciding: everybody, isFirst: true },
      { ended: some, deciding: everybody, isFirst: false },
      { ended: some, deciding: [], isFirst: false },
      { ended: everybody, deciding: everybody, isFirst: true },
      { ended: [], deciding: [0], isFirst: false },
    ];
    for (const news of messages) {
      const written = Buffer.from(writer.write(news));
      expect(written.equals(byProtobuf(news, 'Walker', size, numbers))).toBe(true);
    }
  });

  it('leaves no trace of a longer one before it, and no negative zero', () => {
    const numbers = filledNumbers(3, 4);
    numbers.rewards.fill(-0);
    const writer = new NewsWriter({ name: 'W', observationSize: 4, actionSize: 2 }, numbers);
    writer.write({ ended: [0, 1, 2], deciding: [0, 1, 2], isFirst: true });
    const { unity_output } = decodeMessage(writer.write({ ended: [], deciding: [1], isFirst: false }));
    const infos = unity_output!.rl_output!.agentInfos['W?team=0']!.value;
    expect(infos.map(({ id, reward }) => ({ id, reward }))).toEqual([{ id: 1, reward: 0 }]);
  });

  it('is the one that ML-Agents wrote', () => {
    const numbers = viewNumbers(shareNumbers(4, { name: 'A', observationSize: 2, actionSize: 2 }));
    numbers.observations.set([1, -2], 6);
    numbers.rewards[3] = 0.5;
    const writer = new NewsWriter({ name: 'A', observationSize: 2, actionSize: 2 }, numbers);
    expect(Buffer.from(writer.write({ ended: [], deciding: [3], isFirst: true })).toString('hex')).toBe(
      '0a0308c80112550a3f123d0a08413f7465616d3d3012310a2f3d0000003f50036a260a0102220a0a080000803f000000c03201014212566563746f7253656e736f725f73697a653212122a103a08413f7465616d3d3040014a020802',
    );
  });
});
