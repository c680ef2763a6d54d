/**
 * CRC-32C (Castagnoli, polynomial 0x1EDC6F41, here bit-reversed), as iSCSI has it (RFC 3720, appendix B.4), and TensorFlow's
 * masked form: a checksum of data that holds checksums would say little.
 */
const REVERSED_POLYNOMIAL = 0x82f63b78;
const MASK_ADDEND = 0xa282ead8;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ REVERSED_POLYNOMIAL : crc >>> 1;
  return crc;
});

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Rotated right by 15 bits, plus a constant (tensorflow/tsl/lib/hash/crc32c.h). */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + MASK_ADDEND) >>> 0;
}
