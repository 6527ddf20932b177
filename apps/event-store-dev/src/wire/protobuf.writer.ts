const LENGTH_DELIMITED = 2;
const TWO_TO_32 = 0x1_0000_0000;

/**
 * Writes one protobuf message from its end to its beginning, so that the length of every part is known when it is to be written. Fields are
 * given last first. What proto3 leaves out (zero, empty) the caller leaves out.
 */
export class ProtobufWriter {
  private readonly bytes: Buffer;
  private at: number;

  /** @param size at least as many bytes as the message will take */
  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size);
    this.at = size;
  }

  get written(): Buffer {
    return this.bytes.subarray(this.at);
  }

  /** A number field of 64 bits, as its upper and lower half. */
  uint64(field: number, high: number, low: number): void {
    this.varint(high, low);
    this.varint(0, field << 3);
  }

  content(field: number, content: Uint8Array): void {
    this.at -= content.length;
    this.bytes.set(content, this.at);
    this.begin(field, content.length);
  }

  text(field: number, text: string): void {
    const length = Buffer.byteLength(text);
    this.at -= length;
    this.bytes.write(text, this.at, 'utf8');
    this.begin(field, length);
  }

  message(field: number, write: () => void): void {
    const end = this.at;
    write();
    this.begin(field, end - this.at);
  }

  private begin(field: number, length: number): void {
    this.varint(0, length);
    this.varint(0, (field << 3) | LENGTH_DELIMITED);
  }

  private varint(high: number, low: number): void {
    let [upper, lower] = [high >>> 0, low >>> 0];
    const start = this.at - sizeOf(upper, lower);
    let at = start;
    while (upper > 0 || lower > 0x7f) {
      this.bytes[at++] = (lower & 0x7f) | 0x80;
      lower = ((lower >>> 7) | (upper << 25)) >>> 0;
      upper >>>= 7;
    }
    this.bytes[at] = lower;
    this.at = start;
  }
}

/** Bytes a varint takes: seven bits in each. */
function sizeOf(high: number, low: number): number {
  const bits = high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(low);
  return Math.max(1, Math.ceil(bits / 7));
}

/** Upper and lower half of a number that is not negative and below 2^64. */
export function halves(value: bigint): [high: number, low: number] {
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) {
    const number = Number(value);
    return [Math.floor(number / TWO_TO_32), number % TWO_TO_32];
  }
  return [Number(value >> 32n), Number(value & 0xffff_ffffn)];
}
