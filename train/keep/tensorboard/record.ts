import { maskedCrc32c } from './crc32c.ts';

/**
 * Data in TensorFlow's record framing, of which an event file is a sequence: length (uint64), checksum of the length, the
 * data, checksum of the data; all little endian.
 */
export function record(data: Uint8Array): Uint8Array {
  const framed = Buffer.alloc(8 + 4 + data.length + 4);
  framed.writeBigUInt64LE(BigInt(data.length), 0);
  framed.writeUInt32LE(maskedCrc32c(framed.subarray(0, 8)), 8);
  framed.set(data, 12);
  framed.writeUInt32LE(maskedCrc32c(data), 12 + data.length);
  return framed;
}
