/** Why the other side gives no more answers. */
export class RemoteEnd extends Error {
  override name = "RemoteEnd";
}

export interface RemoteLimits {
  /** Milliseconds without a single byte. */
  readonly silence: number;
  /** Milliseconds for all questions together. */
  readonly total: number;
  /** Bytes that may come before the first answer: what a login shell prints by itself. */
  readonly greeting: number;
}

export const DEFAULT_REMOTE_LIMITS: RemoteLimits = {
  silence: 60_000,
  total: 900_000,
  greeting: 256 * 1024,
};

/** The program that carries questions there and answers back, such as ssh. */
export interface Carrier {
  readonly input: { write(question: Uint8Array): unknown };
  onData(heard: (piece: Uint8Array) => void): void;
  /** Called once, when nothing more will come; the reason in plain words. */
  onEnd(ended: (reason: string) => void): void;
  /** Keeps the process waiting while an answer is due, and lets it end otherwise. */
  hold(waiting: boolean): void;
  close(): void;
}

interface Waiting {
  readonly most: number;
  readonly resolve: (answer: { readonly body: Uint8Array; readonly says: string }) => void;
  readonly reject: (error: RemoteEnd) => void;
}

/**
 * A conversation with the remote script: one question, one answer, each answer closed by the session's secret word.
 * The other side may be hostile: what is longer than was asked for, too slow, or silent ends the conversation.
 */
export class RemoteShell {
  readonly #carrier: Carrier;
  readonly #mark: Buffer;
  readonly #limits: RemoteLimits;
  readonly #total: NodeJS.Timeout;
  #silence: NodeJS.Timeout | null = null;
  #pieces: Buffer[] = [];
  #length = 0;
  #ended: string | null = null;
  #waiting: Waiting | null = null;

  constructor(carrier: Carrier, word: string, limits: RemoteLimits = DEFAULT_REMOTE_LIMITS) {
    this.#carrier = carrier;
    this.#mark = Buffer.from(`\n@${word} `);
    this.#limits = limits;
    this.#total = setTimeout(
      () => this.#end(`it took longer than ${limits.total / 1000} seconds in all`),
      limits.total,
    );
    this.#total.unref();
    carrier.onData((piece) => this.#hear(Buffer.from(piece)));
    carrier.onEnd((reason) => this.#end(reason));
  }

  /** The first words of the script: `ready 1 0`, or `no tar`. Rejects with `RemoteEnd`. */
  async greeting(): Promise<string> {
    return (await this.#answer(this.#limits.greeting)).says;
  }

  /** Sends a question and answers what comes back, at most `most` bytes. Rejects with `RemoteEnd`. */
  async ask(question: Uint8Array, most: number): Promise<Uint8Array> {
    if (this.#ended === null) this.#carrier.input.write(question);
    return (await this.#answer(most)).body;
  }

  close(): void {
    this.#end("it was closed");
  }

  #answer(most: number): Promise<{ readonly body: Uint8Array; readonly says: string }> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) {
        reject(new RemoteEnd(this.#ended));
        return;
      }
      this.#waiting = { most, resolve, reject };
      this.#carrier.hold(true);
      this.#listen();
      this.#look(0);
    });
  }

  #listen(): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = setTimeout(
      () => this.#end(`nothing came for ${this.#limits.silence / 1000} seconds`),
      this.#limits.silence,
    );
  }

  #hear(piece: Buffer): void {
    if (this.#ended !== null) return;
    const before = this.#length;
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#waiting === null) {
      // Answers come one by one and only when asked for; a script has nothing else to say.
      if (this.#length > this.#limits.greeting) this.#end("it sends what nobody asked for");
      return;
    }
    this.#listen();
    this.#look(before);
  }

  /** Looks for the end mark in what has come since `from`. */
  #look(from: number): void {
    const waiting = this.#waiting;
    if (waiting === null || this.#length === 0) return;
    const all = this.#joined(from);
    const at = all.buffer.indexOf(this.#mark, all.start);
    const lineEnd = at < 0 ? -1 : all.buffer.indexOf(10, at + this.#mark.length);
    if (lineEnd < 0) {
      if (this.#length > waiting.most + this.#mark.length + 256)
        this.#end(`it sends more than the ${waiting.most} bytes that were asked for`);
      return;
    }
    const body = all.buffer.subarray(0, at);
    if (body.length > waiting.most) {
      this.#end(`it sends more than the ${waiting.most} bytes that were asked for`);
      return;
    }
    const says = all.buffer.toString("latin1", at + this.#mark.length, Math.min(lineEnd, at + 300));
    const rest = all.buffer.subarray(lineEnd + 1);
    this.#pieces = rest.length === 0 ? [] : [Buffer.from(rest)];
    this.#length = rest.length;
    this.#waiting = null;
    this.#quiet();
    waiting.resolve({ body, says: says.trim() });
  }

  /** All that has come when the mark may be in it; joining every time would take the square of the length. */
  #joined(from: number): { readonly buffer: Buffer; readonly start: number } {
    const last = this.#pieces.at(-1) ?? Buffer.alloc(0);
    const overlap = this.#mark.length + 512;
    if (from > 0 && last.length > overlap && !last.includes(this.#mark)) {
      const seam = Buffer.concat([...this.#tail(overlap), last.subarray(0, overlap)]);
      if (!seam.includes(this.#mark)) return { buffer: Buffer.alloc(0), start: 0 };
    }
    const buffer = this.#pieces.length === 1 ? last : Buffer.concat(this.#pieces);
    this.#pieces = [buffer];
    return { buffer, start: Math.max(0, from - overlap) };
  }

  /** The last bytes before the newest piece. */
  #tail(length: number): Buffer[] {
    const parts: Buffer[] = [];
    let have = 0;
    for (let i = this.#pieces.length - 2; i >= 0 && have < length; i--) {
      const part = this.#pieces[i] ?? Buffer.alloc(0);
      parts.unshift(part.subarray(Math.max(0, part.length - (length - have))));
      have += part.length;
    }
    return parts;
  }

  #quiet(): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = null;
    this.#carrier.hold(false);
  }

  #end(reason: string): void {
    if (this.#ended !== null) return;
    this.#ended = reason;
    clearTimeout(this.#total);
    this.#quiet();
    this.#pieces = [];
    this.#carrier.close();
    this.#waiting?.reject(new RemoteEnd(reason));
    this.#waiting = null;
  }
}
