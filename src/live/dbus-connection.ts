import { createConnection, type Socket } from "node:net";
import {
  decodeReply,
  encodeCall,
  type MethodCall,
  messageLength,
  type Reply,
  type Signal,
} from "./dbus-message.ts";
import { DbusProtocolError, type DbusValue } from "./dbus-wire.ts";

/** The other side could not be reached, refused, or did not answer in time. */
export class DbusUnreachable extends Error {
  override name = "DbusUnreachable";
}

export interface DbusLimits {
  /** Milliseconds for the whole conversation. */
  readonly milliseconds: number;
  /** Bytes of one message; D-Bus itself allows 128 MiB. */
  readonly messageBytes: number;
  /** Questions under way at once. */
  readonly inFlight: number;
}

export const DEFAULT_DBUS_LIMITS: DbusLimits = {
  milliseconds: 20_000,
  messageBytes: 32 * 1024 * 1024,
  inFlight: 32,
};

/**
 * Everything that may ever be asked. None of it changes the other side, in particular nothing that loads a unit or
 * starts a service; the two that ask for signals end with the connection.
 */
const QUESTIONS: ReadonlySet<string> = new Set([
  "org.freedesktop.DBus.Hello",
  "org.freedesktop.DBus.AddMatch",
  "org.freedesktop.systemd1.Manager.Subscribe",
  "org.freedesktop.DBus.Properties.GetAll",
  "org.freedesktop.systemd1.Manager.ListUnits",
  "org.freedesktop.systemd1.Manager.ListJobs",
]);

/** An authenticated conversation that only asks. */
export interface DbusConnection {
  /** The values of the answer; rejects with `DbusUnreachable` on an error reply or when the time is over. */
  ask(call: MethodCall): Promise<readonly DbusValue[]>;
  /** From now on signals are told and no time limit holds, until the connection ends, which is told once. */
  follow(onSignal: (signal: Signal) => void, onEnd: () => void): void;
  close(): void;
}

/**
 * Connects to a socket and authenticates as `uid` (SASL EXTERNAL, which the kernel vouches for). A bus wants `Hello`
 * first; systemd's private sockets do not.
 */
export async function connectDbus(
  socketPath: string,
  uid: number,
  limits: DbusLimits = DEFAULT_DBUS_LIMITS,
): Promise<DbusConnection> {
  const connection = new Conversation(socketPath, uid, limits);
  await connection.authenticated;
  return connection;
}

interface Waiting {
  resolve(values: readonly DbusValue[]): void;
  reject(error: Error): void;
}

const MAX_SASL_LINE = 4096;
/** Milliseconds between looks at signals that came: whoever floods us with them waits, and we do not. */
const BREATH = 500;

class Conversation implements DbusConnection {
  readonly authenticated: Promise<void>;
  readonly #socket: Socket;
  readonly #limits: DbusLimits;
  readonly #timer: NodeJS.Timeout;
  readonly #waiting = new Map<number, Waiting>();
  readonly #queue: { readonly call: MethodCall; readonly waiting: Waiting }[] = [];
  readonly #chunks: Buffer[] = [];
  #received = 0;
  /** Bytes worth looking at again for a whole message. */
  #wanted = 1;
  #serial = 0;
  #failure: Error | null = null;
  #greet: Waiting | null = null;
  #follower: { readonly onSignal: (signal: Signal) => void; readonly onEnd: () => void } | null = null;

  constructor(socketPath: string, uid: number, limits: DbusLimits) {
    this.#limits = limits;
    this.authenticated = new Promise<void>((resolve, reject) => {
      this.#greet = { resolve: () => resolve(), reject };
    });
    this.#socket = createConnection({ path: socketPath });
    this.#timer = setTimeout(
      () => this.#fail(new DbusUnreachable(`no answer within ${limits.milliseconds / 1000} s`)),
      limits.milliseconds,
    );
    this.#socket.on("connect", () => {
      const identity = Buffer.from(String(uid), "latin1").toString("hex");
      // BEGIN goes along at once, as libsystemd does: a manager that reads it together with the first question leaves
      // that question lying until more comes.
      this.#socket.write(`\0AUTH EXTERNAL ${identity}\r\nBEGIN\r\n`);
    });
    this.#socket.on("data", (bytes) => this.#receive(bytes));
    this.#socket.on("error", (error: NodeJS.ErrnoException) =>
      this.#fail(new DbusUnreachable(error.code ?? error.message)),
    );
    this.#socket.on("close", () => this.#fail(new DbusUnreachable("the other side closed the connection")));
  }

  ask(call: MethodCall): Promise<readonly DbusValue[]> {
    if (!QUESTIONS.has(`${call.interfaceName}.${call.member}`))
      throw new RangeError(`${call.interfaceName}.${call.member} is no question`);
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) reject(this.#failure);
      else {
        this.#queue.push({ call, waiting: { resolve, reject } });
        this.#send();
      }
    });
  }

  follow(onSignal: (signal: Signal) => void, onEnd: () => void): void {
    clearTimeout(this.#timer);
    if (this.#failure === null) this.#follower = { onSignal, onEnd };
    else onEnd();
  }

  close(): void {
    this.#fail(new DbusUnreachable("closed"));
  }

  #send(): void {
    while (this.#waiting.size < this.#limits.inFlight) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#serial += 1;
      this.#waiting.set(this.#serial, next.waiting);
      this.#socket.write(encodeCall(next.call, this.#serial));
    }
  }

  #receive(bytes: Buffer): void {
    this.#chunks.push(bytes);
    this.#received += bytes.length;
    if (this.#received < this.#wanted) return;
    try {
      this.#read(Buffer.concat(this.#chunks.splice(0)));
    } catch (error) {
      this.#fail(error instanceof Error ? error : new DbusProtocolError(String(error)));
    }
    if (this.#follower === null) return;
    this.#socket.pause();
    setTimeout(() => this.#socket.resume(), BREATH).unref();
  }

  #read(all: Buffer): void {
    let rest = all;
    if (this.#greet !== null) {
      const end = rest.indexOf("\r\n");
      if (end < 0) {
        if (rest.length > MAX_SASL_LINE) throw new DbusProtocolError("no answer to the greeting");
        this.#keep(rest, rest.length + 1);
        return;
      }
      this.#greeted(rest.toString("latin1", 0, end));
      rest = rest.subarray(end + 2);
    }
    for (;;) {
      const length = messageLength(rest, this.#limits.messageBytes);
      if (length === null || rest.length < length) {
        this.#keep(rest, length ?? rest.length + 1);
        return;
      }
      this.#answer(decodeReply(rest.subarray(0, length)));
      rest = rest.subarray(length);
    }
  }

  #keep(rest: Buffer, wanted: number): void {
    if (rest.length > 0) this.#chunks.push(Buffer.from(rest));
    this.#received = rest.length;
    this.#wanted = wanted;
  }

  #greeted(line: string): void {
    const greet = this.#greet;
    if (!line.startsWith("OK ")) throw new DbusUnreachable(`it refuses this account (${line.slice(0, 40)})`);
    this.#greet = null;
    greet?.resolve([]);
  }

  #answer({ replyTo, error, values, signal }: Reply): void {
    if (signal !== null) this.#follower?.onSignal(signal);
    if (replyTo === null) return;
    const waiting = this.#waiting.get(replyTo);
    if (waiting === undefined) return;
    this.#waiting.delete(replyTo);
    if (error === null) waiting.resolve(values);
    else waiting.reject(new DbusUnreachable(error));
    this.#send();
  }

  #fail(error: Error): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    clearTimeout(this.#timer);
    this.#socket.destroy();
    this.#greet?.reject(error);
    for (const { reject } of [...this.#waiting.values(), ...this.#queue.map(({ waiting }) => waiting)])
      reject(error);
    this.#waiting.clear();
    this.#queue.length = 0;
    this.#follower?.onEnd();
  }
}
