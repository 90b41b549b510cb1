/**
 * D-Bus values as bytes (D-Bus specification 0.43, "Marshaling (Wire Format)"). Reading knows every type a service
 * manager answers with; writing knows strings only, which is all that is ever asked. Own code rather than a library:
 * it runs as root on bytes that an ordinary account's manager may have chosen, so it is small, bounded, without XML,
 * and cannot send anything but the questions of `dbus-connection.ts`.
 */

/** A value as read: a variant is its content, a dictionary a list of pairs, 64-bit numbers are bigints. */
export type DbusValue = number | bigint | boolean | string | Uint8Array | readonly DbusValue[];

/** The peer broke the protocol; nothing more can be read from it. */
export class DbusProtocolError extends Error {
  override name = "DbusProtocolError";
}

/** Nesting the specification allows: 32 arrays in 32 structures. */
const MAX_DEPTH = 64;
/** A signature is one byte of length. */
const MAX_SIGNATURE = 255;

/** The first complete type of a signature at `at`, as the index after it. */
export function endOfType(signature: string, at: number, depth = 0): number {
  if (depth > MAX_DEPTH) throw new DbusProtocolError("types are nested too deep");
  const code = signature[at];
  if (code === "a") return endOfType(signature, at + 1, depth + 1);
  if (code === "(" || code === "{") {
    const close = code === "(" ? ")" : "}";
    let here = at + 1;
    while (signature[here] !== close) here = endOfType(signature, here, depth + 1);
    return here + 1;
  }
  if (code === undefined || !"ybnqiuxtdsogvh".includes(code))
    throw new DbusProtocolError(`no type at column ${at} of signature ${JSON.stringify(signature)}`);
  return at + 1;
}

const ALIGNMENT: ReadonlyMap<string, number> = new Map([
  ["y", 1],
  ["g", 1],
  ["v", 1],
  ["n", 2],
  ["q", 2],
  ["b", 4],
  ["i", 4],
  ["u", 4],
  ["s", 4],
  ["o", 4],
  ["a", 4],
  ["h", 4],
  ["x", 8],
  ["t", 8],
  ["d", 8],
  ["(", 8],
  ["{", 8],
]);

/** Reads values from one message, never beyond its end. */
export class WireReader {
  readonly #bytes: Buffer;
  readonly #little: boolean;
  #at: number;

  constructor(bytes: Buffer, little: boolean, at = 0) {
    this.#bytes = bytes;
    this.#little = little;
    this.#at = at;
  }

  /** One value for each complete type of the signature. */
  values(signature: string): readonly DbusValue[] {
    const values: DbusValue[] = [];
    for (let at = 0; at < signature.length; ) {
      const end = endOfType(signature, at);
      values.push(this.value(signature.slice(at, end), 0));
      at = end;
    }
    return values;
  }

  align(to: number): void {
    const rest = this.#at % to;
    if (rest !== 0) this.#take(to - rest);
  }

  value(type: string, depth: number): DbusValue {
    if (depth > MAX_DEPTH) throw new DbusProtocolError("values are nested too deep");
    const code = type[0] ?? "";
    this.align(ALIGNMENT.get(code) ?? 1);
    switch (code) {
      case "y":
        return this.#bytes.readUInt8(this.#take(1));
      case "b":
        return this.#uint32() !== 0;
      case "n":
        return this.#little ? this.#bytes.readInt16LE(this.#take(2)) : this.#bytes.readInt16BE(this.#take(2));
      case "q":
        return this.#little
          ? this.#bytes.readUInt16LE(this.#take(2))
          : this.#bytes.readUInt16BE(this.#take(2));
      case "i":
        return this.#little ? this.#bytes.readInt32LE(this.#take(4)) : this.#bytes.readInt32BE(this.#take(4));
      case "u":
      case "h":
        return this.#uint32();
      case "x":
        return this.#little
          ? this.#bytes.readBigInt64LE(this.#take(8))
          : this.#bytes.readBigInt64BE(this.#take(8));
      case "t":
        return this.#little
          ? this.#bytes.readBigUInt64LE(this.#take(8))
          : this.#bytes.readBigUInt64BE(this.#take(8));
      case "d":
        return this.#little
          ? this.#bytes.readDoubleLE(this.#take(8))
          : this.#bytes.readDoubleBE(this.#take(8));
      case "s":
      case "o":
        return this.#text(this.#uint32());
      case "g":
        return this.#text(this.#bytes.readUInt8(this.#take(1)));
      case "v":
        return this.#variant(depth);
      case "a":
        return this.#array(type.slice(1), depth);
      case "(":
      case "{":
        return this.#members(type.slice(1, -1), depth);
      default:
        throw new DbusProtocolError(`unknown type ${JSON.stringify(code)}`);
    }
  }

  /** Moves on by `count` bytes and tells where they begin. */
  #take(count: number): number {
    const from = this.#at;
    if (count > this.#bytes.length - from) throw new DbusProtocolError("the message ends within a value");
    this.#at = from + count;
    return from;
  }

  #uint32(): number {
    const at = this.#take(4);
    return this.#little ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at);
  }

  #text(length: number): string {
    const at = this.#take(length + 1);
    if (this.#bytes[at + length] !== 0) throw new DbusProtocolError("a text does not end in NUL");
    return this.#bytes.toString("utf8", at, at + length);
  }

  #variant(depth: number): DbusValue {
    const signature = this.#text(this.#bytes.readUInt8(this.#take(1)));
    if (signature === "" || endOfType(signature, 0) !== signature.length)
      throw new DbusProtocolError("a variant does not hold exactly one type");
    return this.value(signature, depth + 1);
  }

  #array(element: string, depth: number): DbusValue {
    const length = this.#uint32();
    this.align(ALIGNMENT.get(element[0] ?? "") ?? 1);
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new DbusProtocolError("an array is longer than its message");
    if (element === "y") return new Uint8Array(this.#bytes.subarray(this.#take(length), end));
    const values: DbusValue[] = [];
    while (this.#at < end) values.push(this.value(element, depth + 1));
    if (this.#at !== end) throw new DbusProtocolError("an array ends within an element");
    return values;
  }

  #members(types: string, depth: number): DbusValue {
    const values: DbusValue[] = [];
    for (let at = 0; at < types.length; ) {
      const end = endOfType(types, at);
      values.push(this.value(types.slice(at, end), depth + 1));
      at = end;
    }
    return values;
  }
}

/** A string or object path with its length before and NUL after it, little endian. */
export function wireText(text: string): Buffer {
  const body = Buffer.from(text, "utf8");
  const bytes = Buffer.alloc(4 + body.length + 1);
  bytes.writeUInt32LE(body.length, 0);
  body.copy(bytes, 4);
  return bytes;
}

/** A signature with its length before and NUL after it. */
export function wireSignature(signature: string): Buffer {
  if (signature.length > MAX_SIGNATURE) throw new RangeError("signature too long");
  return Buffer.concat([Buffer.from([signature.length]), Buffer.from(signature, "latin1"), Buffer.from([0])]);
}

/** Zero bytes up to the next multiple of `to`. */
export function padded(bytes: Buffer, to: number): Buffer {
  const rest = bytes.length % to;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(to - rest)]);
}
