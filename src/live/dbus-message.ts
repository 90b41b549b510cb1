import {
  DbusProtocolError,
  type DbusValue,
  padded,
  WireReader,
  wireSignature,
  wireText,
} from "./dbus-wire.ts";

/** A question: which method of which object, with texts as its only arguments. */
export interface MethodCall {
  /** `null` on a private socket, where there is only one to ask. */
  readonly destination: string | null;
  readonly path: string;
  readonly interfaceName: string;
  readonly member: string;
  readonly texts: readonly string[];
}

/** What the other side says unasked: who said it, and its name. What it carries is not read. */
export interface Signal {
  readonly path: string;
  readonly interfaceName: string;
  readonly member: string;
}

/** An answer, or a signal, which has no `replyTo`. Calls from the other side are of no interest. */
export interface Reply {
  /** Serial number of the question; `null` for anything that is no answer. */
  readonly replyTo: number | null;
  /** The error's name, and its text; `null` for success. */
  readonly error: string | null;
  readonly values: readonly DbusValue[];
  readonly signal: Signal | null;
}

const METHOD_CALL = 1;
const METHOD_RETURN = 2;
const ERROR = 3;
const SIGNAL = 4;
/** The bus shall not start a service for us (NO_AUTO_START). */
const FLAGS = 2;
const PROTOCOL = 1;
/** Fixed part of a header before its fields. */
const FIXED = 16;

const PATH = 1;
const INTERFACE = 2;
const MEMBER = 3;
const ERROR_NAME = 4;
const REPLY_SERIAL = 5;
const DESTINATION = 6;
const SIGNATURE = 8;

/** A call as bytes. `serial` is at least 1. */
export function encodeCall(call: MethodCall, serial: number): Buffer {
  let body: Buffer = Buffer.alloc(0);
  for (const text of call.texts) body = Buffer.concat([padded(body, 4), wireText(text)]);
  let fields: Buffer = Buffer.alloc(0);
  const add = (code: number, type: string, value: Buffer) => {
    const head = Buffer.concat([Buffer.from([code]), wireSignature(type)]);
    const gap = type === "g" ? head : padded(head, 4);
    fields = Buffer.concat([padded(fields, 8), gap, value]);
  };
  add(PATH, "o", wireText(call.path));
  add(INTERFACE, "s", wireText(call.interfaceName));
  add(MEMBER, "s", wireText(call.member));
  if (call.destination !== null) add(DESTINATION, "s", wireText(call.destination));
  if (call.texts.length > 0) add(SIGNATURE, "g", wireSignature("s".repeat(call.texts.length)));
  const head = Buffer.alloc(FIXED);
  head.write("l", 0, "latin1");
  head[1] = METHOD_CALL;
  head[2] = FLAGS;
  head[3] = PROTOCOL;
  head.writeUInt32LE(body.length, 4);
  head.writeUInt32LE(serial, 8);
  head.writeUInt32LE(fields.length, 12);
  return Buffer.concat([padded(Buffer.concat([head, fields]), 8), body]);
}

/** The length of the message that begins here, or `null` when too little of it has come. */
export function messageLength(bytes: Buffer, most: number): number | null {
  if (bytes.length < FIXED) return null;
  const little = isLittle(bytes);
  const body = little ? bytes.readUInt32LE(4) : bytes.readUInt32BE(4);
  const fields = little ? bytes.readUInt32LE(12) : bytes.readUInt32BE(12);
  const length = Math.ceil((FIXED + fields) / 8) * 8 + body;
  if (length > most) throw new DbusProtocolError(`a message of ${length} bytes is more than is taken`);
  return length;
}

/** Reads one whole message. */
export function decodeReply(bytes: Buffer): Reply {
  const little = isLittle(bytes);
  const kind = bytes[1];
  if (bytes[3] !== PROTOCOL) throw new DbusProtocolError(`protocol version ${bytes[3]}`);
  const reader = new WireReader(bytes, little, FIXED - 4);
  const fields = fieldsOf(reader.value("a(yv)", 0));
  reader.align(8);
  const replyTo = fields.get(REPLY_SERIAL);
  const nothing = { replyTo: null, error: null, values: [], signal: null };
  if (kind === SIGNAL) return { ...nothing, signal: signalOf(fields) };
  if ((kind !== METHOD_RETURN && kind !== ERROR) || typeof replyTo !== "number") return nothing;
  const signature = fields.get(SIGNATURE);
  const values = typeof signature === "string" ? reader.values(signature) : [];
  if (kind === METHOD_RETURN) return { ...nothing, replyTo, values };
  const name = fields.get(ERROR_NAME);
  const text = typeof values[0] === "string" ? `: ${values[0]}` : "";
  return { ...nothing, replyTo, error: `${typeof name === "string" ? name : "an error"}${text}` };
}

function signalOf(fields: ReadonlyMap<number, DbusValue>): Signal {
  const text = (code: number): string => {
    const value = fields.get(code);
    return typeof value === "string" ? value : "";
  };
  return { path: text(PATH), interfaceName: text(INTERFACE), member: text(MEMBER) };
}

function isLittle(bytes: Buffer): boolean {
  if (bytes[0] === 0x6c) return true;
  if (bytes[0] === 0x42) return false;
  throw new DbusProtocolError("a message does not begin with its byte order");
}

function fieldsOf(value: DbusValue): ReadonlyMap<number, DbusValue> {
  const fields = new Map<number, DbusValue>();
  if (!Array.isArray(value)) return fields;
  for (const field of value as readonly DbusValue[]) {
    if (!Array.isArray(field)) continue;
    const [code, content] = field as readonly DbusValue[];
    if (typeof code === "number" && content !== undefined) fields.set(code, content);
  }
  return fields;
}
