import { describe, expect, it } from 'vitest';
import { loadPhysX, packageScript, startPhysX } from '../../../../envs/walker/physx/physx.ts';

const globals = () => ['process', 'window'].map((name) => Object.getOwnPropertyDescriptor(globalThis, name));

describe('loading PhysX', () => {
  it('leaves the globals as they were', async () => {
    const before = globals();
    const loading = loadPhysX();
    expect(globals()).toEqual(before);
    await loading;
    expect(globals()).toEqual(before);
  });

  it('leaves the globals as they were where it fails', async () => {
    const before = globals();
    await expect(startPhysX(new Uint8Array([1, 2, 3]))).rejects.toThrow();
    // A sound module that is not PhysX: found out only while the package starts.
    const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    await expect(startPhysX(empty)).rejects.toThrow();
    expect(globals()).toEqual(before);
  });

  it('says what to install where the package is not there', () => {
    const resolve = () => {
      throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });
    };
    expect(() => packageScript(resolve)).toThrow(/physx-js-webidl: .*npm install physx-js-webidl.*--world unity/);
  });

  it('gives one PhysX to all who ask', async () => {
    expect(await loadPhysX()).toBe(await loadPhysX());
  });

  it('names a function that the package does not have', async () => {
    const physx = await loadPhysX();
    expect(() => physx.native('PxScene', 'stimulate', 1)).toThrow(/emscripten_bind_PxScene_stimulate_1/);
  });
});
