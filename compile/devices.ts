/** The devices that a graph can be run on, by onnxruntime's own names; loads nothing, for it is read for --help too. */
import { UserError } from '../base/failure/user-error.ts';
import { type BackendName, backendNames } from './eager-backends.ts';

export const devices = ['cpu', 'webgpu', 'cuda', 'coreml', 'dml'] as const;
export type Device = (typeof devices)[number];

/** What a session really runs on. */
export interface DeviceUse {
  readonly device: Device;
  /** What was asked for, where it could not be had, and why. */
  readonly missing?: { readonly device: Device; readonly why: string };
  /** How many of the graph's operations the device took; onnxruntime computes the others on the CPU. */
  readonly operations?: { readonly onDevice: number; readonly all: number };
}

/** What each device needs, for the person who asked for one that is not there. */
const needs: Readonly<Record<Device, string>> = {
  cpu: 'nothing',
  webgpu: 'a GPU with a driver for Vulkan (Linux), Direct3D 12 (Windows) or Metal (macOS)',
  cuda: "an NVIDIA GPU, CUDA 12, cuDNN 9 and onnxruntime's CUDA libraries, which npm ci does not fetch",
  coreml: 'macOS',
  dml: 'Windows with DirectX 12',
};

/** One line: the device is not there, why, what it needs, and that the CPU goes on. */
export function missingDeviceText({ device, why }: NonNullable<DeviceUse['missing']>): string {
  return `device ${device} cannot be used (${why}); the CPU goes on in its place. It needs ${needs[device]}: see docs/backends.md`;
}

interface EngineChoice {
  readonly backend: BackendName;
  readonly device: Device;
  readonly threads?: number | undefined;
}

/** @throws UserError for a backend or device that there isn't, or a device or threads with an eager backend. */
export function checkEngine({ backend, device, threads }: EngineChoice): void {
  if (!backendNames.includes(backend)) {
    throw new UserError({ what: 'unknown backend', value: backend, expected: `one of ${backendNames.join(', ')}` });
  }
  checkDevice(device);
  if (backend !== 'onnx' && device !== 'cpu') {
    throw new UserError({
      what: `a device is for the traced update; the eager backend ${backend} has its own`,
      where: '--device',
      value: device,
      mend: 'leave out --device or --backend',
    });
  }
  if (backend !== 'onnx' && threads !== undefined) {
    throw new UserError({
      what: `threads are for the traced update; the eager backend ${backend} computes in its own way`,
      where: '--threads',
      value: threads,
      mend: 'leave out --threads or --backend',
    });
  }
}

/** @throws UserError for a device that there isn't. */
export function checkDevice(device: Device): void {
  if (devices.includes(device)) return;
  throw new UserError({ what: 'unknown device', value: device, expected: `one of ${devices.join(', ')}` });
}
