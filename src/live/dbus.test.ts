import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { connectDbus } from "./dbus-connection.ts";
import { decodeReply, encodeCall, messageLength } from "./dbus-message.ts";
import { DbusProtocolError, endOfType, WireReader } from "./dbus-wire.ts";
import { followManager } from "./follow-manager.ts";
import { parseJournal } from "./journal.ts";

const CALL = {
  destination: "org.freedesktop.systemd1",
  path: "/org/freedesktop/systemd1",
  interfaceName: "org.freedesktop.DBus.Properties",
  member: "GetAll",
  texts: ["org.freedesktop.systemd1.Manager"],
};

describe("wire format", () => {
  /** Values marshalled by hand after the specification's examples. */
  test.each([
    ["y", "2a", 42],
    ["b", "01000000", true],
    ["n", "feff", -2],
    ["q", "feff", 65534],
    ["i", "feffffff", -2],
    ["u", "feffffff", 4294967294],
    ["x", "feffffffffffffff", -2n],
    ["t", "ffffffffffffffff", 18446744073709551615n],
    ["d", "000000000000f03f", 1],
    ["s", "03000000666f6f00", "foo"],
    ["o", "020000002f6100", "/a"],
    ["g", "02617500", "au"],
    ["v", "01750000 05000000", 5],
    ["as", "0a000000 01000000 6100 0000 01000000 6200", null],
    ["au", "08000000 01000000 02000000", [1, 2]],
    ["ay", "02000000 0102", Uint8Array.of(1, 2)],
    ["(ys)", "07000000 01000000 6100", [7, "a"]],
    ["a{su}", "0c000000 00000000 01000000 6100 0000 09000000", [["a", 9]]],
  ])("%s of %s", (signature, hex, expected) => {
    const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
    if (expected === null) {
      // The inner length is one too small: the second text does not fit.
      expect(() => new WireReader(bytes, true).values(signature)).toThrow(DbusProtocolError);
    } else expect(new WireReader(bytes, true).values(signature)).toEqual([expected]);
  });

  test("big endian", () => {
    const bytes = Buffer.from("0000000361626300", "hex");
    expect(new WireReader(bytes, false).values("s")).toEqual(["abc"]);
  });

  test.each(["a", "(", "(y", "{s", "z", "a{sv"])("signature %s is refused", (signature) => {
    expect(() => endOfType(signature, 0)).toThrow(DbusProtocolError);
  });

  test("nesting is bounded", () => {
    expect(() => endOfType("(".repeat(70) + ")".repeat(70), 0)).toThrow(DbusProtocolError);
    expect(() => endOfType(`${"a".repeat(70)}y`, 0)).toThrow(DbusProtocolError);
    const nested = Buffer.concat([...Array(100).fill(Buffer.from("017600", "hex"))]);
    expect(() => new WireReader(nested, true).values("v")).toThrow(DbusProtocolError);
  });

  test("a call is as long as its header says, and reads back", () => {
    const bytes = encodeCall(CALL, 7);
    expect(messageLength(bytes, 1 << 20)).toBe(bytes.length);
    expect(decodeReply(bytes)).toEqual({ replyTo: null, error: null, values: [], signal: null });
  });

  test("a message beyond the limit is refused before it is read", () => {
    const head = encodeCall(CALL, 1).subarray(0, 16);
    head.writeUInt32LE(0x7fffffff, 4);
    expect(() => messageLength(head, 1 << 20)).toThrow(DbusProtocolError);
  });

  test("any bytes: a value or a protocol error, nothing else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 200 }), fc.boolean(), (random, little) => {
        const bytes = Buffer.from(random);
        bytes[0] = little ? 0x6c : 0x42;
        bytes[3] = 1;
        try {
          decodeReply(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(DbusProtocolError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe("a conversation", () => {
  const servers: Server[] = [];
  const folders: string[] = [];

  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  async function listen(onData: (socket: Socket, bytes: Buffer) => void): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), "timerwarden-dbus-"));
    const path = join(folder, "socket");
    const server = createServer((socket) => {
      socket.on("data", (bytes) => onData(socket, bytes));
      socket.on("error", () => socket.destroy());
    });
    servers.push(server);
    folders.push(folder);
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return path;
  }

  const limits = { milliseconds: 300, messageBytes: 1 << 16, inFlight: 2 };

  test("nobody there", async () => {
    await expect(connectDbus("/nonexistent/socket", 0, limits)).rejects.toThrow("ENOENT");
  });

  test("silence ends with the time limit", async () => {
    const path = await listen(() => undefined);
    await expect(connectDbus(path, 0, limits)).rejects.toThrow("no answer within 0.3 s");
  });

  test("a refusal says so", async () => {
    const path = await listen((socket) => socket.write("REJECTED EXTERNAL\r\n"));
    await expect(connectDbus(path, 0, limits)).rejects.toThrow("refuses this account");
  });

  test("endless greetings are cut off", async () => {
    const path = await listen((socket) => socket.write("x".repeat(10_000)));
    await expect(connectDbus(path, 0, limits)).rejects.toThrow("no answer to the greeting");
  });

  test("bytes that are no message end it", async () => {
    const path = await listen((socket) => socket.write(`OK 0\r\n${"?".repeat(64)}`));
    const connection = await connectDbus(path, 0, limits).catch((error: unknown) => error);
    if (connection instanceof Error) expect(connection.name).toBe("DbusProtocolError");
    else await expect((connection as Awaited<ReturnType<typeof connectDbus>>).ask(CALL)).rejects.toThrow();
  });

  test("only questions may be asked", async () => {
    const path = await listen((socket) => socket.write("OK 0\r\n"));
    const connection = await connectDbus(path, 0, limits);
    for (const member of ["LoadUnit", "StartUnit", "Reload", "SetEnvironment"])
      expect(() =>
        connection.ask({ ...CALL, interfaceName: "org.freedesktop.systemd1.Manager", member }),
      ).toThrow(RangeError);
    connection.close();
  });

  test("an answer in single bytes", async () => {
    const reply = replyTo(1, "hello");
    let asked = false;
    const path = await listen((socket) => {
      if (!asked) socket.write("OK 0\r\n");
      else for (const byte of reply) socket.write(Buffer.of(byte));
      asked = true;
    });
    const connection = await connectDbus(path, 0, limits);
    expect(await connection.ask(CALL)).toEqual(["hello"]);
    connection.close();
  });

  test("signals are told while it is followed, without an end in time, and its end once", async () => {
    const others: Socket[] = [];
    const path = await listen((socket) => {
      if (others.length === 0) socket.write("OK 0\r\n");
      others.push(socket);
    });
    const connection = await connectDbus(path, 0, limits);
    const told: unknown[] = [];
    let ends = 0;
    connection.follow(
      (signal) => told.push(signal),
      () => ends++,
    );
    await new Promise((resolve) => setTimeout(resolve, limits.milliseconds + 50));
    others[0]?.write(Buffer.concat([signal("Reloading"), signal("UnitNew")]));
    await vi.waitFor(() => expect(told).toHaveLength(2));
    expect(told[0]).toEqual({ path: CALL.path, interfaceName: CALL.interfaceName, member: "Reloading" });
    others[0]?.end();
    await vi.waitFor(() => expect(ends).toBe(1), 3000);
    connection.close();
    connection.follow(
      () => undefined,
      () => ends++,
    );
    expect(ends).toBe(2);
  });

  /** Laid out as a call is, with another kind. */
  function signal(member: string): Buffer {
    const bytes = encodeCall({ ...CALL, member, texts: ["x"] }, 1);
    bytes[1] = 4;
    return bytes;
  }

  test.each([
    ["/run/systemd/private", false, ["Subscribe"]],
    ["/run/dbus/system_bus_socket", true, ["Hello", "AddMatch", "Subscribe"]],
  ])("a manager at %s is asked for nothing but its signals", async (_, isBus, expected) => {
    const asked: string[] = [];
    let isGreeted = false;
    const path = await listen((socket, bytes) => {
      if (!isGreeted) socket.write("OK 0\r\n");
      isGreeted = true;
      for (const member of ["Hello", "AddMatch", "Subscribe"])
        if (bytes.includes(`\0${member}\0`)) {
          asked.push(member);
          socket.write(replyTo(asked.length, ""));
          if (member === "Subscribe")
            setTimeout(
              () => socket.write(Buffer.concat([signal("JobNew"), managerSignal("JobRemoved")])),
              20,
            );
        }
    });
    let changes = 0;
    const events = { onChange: () => changes++, onEnd: () => undefined };
    const stop = await followManager({ scope: "system", socketPath: path, isBus }, 0, events, limits);
    await vi.waitFor(() => expect(changes).toBe(1));
    stop();
    expect(asked).toEqual(expected);
  });

  function managerSignal(member: string): Buffer {
    const call = { ...CALL, interfaceName: "org.freedesktop.systemd1.Manager", member, texts: [] };
    const bytes = encodeCall(call, 1);
    bytes[1] = 4;
    return bytes;
  }

  /** A method return with one text. */
  function replyTo(serial: number, text: string): Buffer {
    const fields = Buffer.from("0501750000000000 0801670001730000".replace(" ", ""), "hex");
    fields.writeUInt32LE(serial, 4);
    const body = Buffer.concat([Buffer.alloc(4), Buffer.from(`${text}\0`)]);
    body.writeUInt32LE(text.length, 0);
    const head = Buffer.from("6c020101000000000100000000000000", "hex");
    head.writeUInt32LE(body.length, 4);
    head.writeUInt32LE(15, 12);
    return Buffer.concat([head, fields, body]);
  }
});

describe("the journal", () => {
  const line = (fields: Record<string, unknown>) =>
    JSON.stringify({
      __REALTIME_TIMESTAMP: "1700000000000001",
      MESSAGE_ID: "39f53479d3a045ac8e11786248231fbf",
      MESSAGE: "Started x.service.",
      UNIT: "x.service",
      _PID: "1",
      ...fields,
    });

  test("an entry of PID 1", () => {
    expect(parseJournal(`${line({ UNIT_RESULT: "done" })}\n`)).toEqual([
      {
        usec: 1_700_000_000_000_001,
        scope: "system",
        unit: "x.service",
        kind: "started",
        result: "done",
        message: "Started x.service.",
      },
    ]);
  });

  test("an entry of a user's manager", () => {
    const [event] = parseJournal(
      line({
        _PID: "77",
        _UID: "1500",
        _SYSTEMD_UNIT: "user@1500.service",
        _SYSTEMD_USER_UNIT: "init.scope",
        USER_UNIT: "y.service",
      }),
    );
    expect(event).toMatchObject({ scope: "user:1500", unit: "y.service" });
  });

  test.each([
    ["someone who only claims to be the manager", line({ _PID: "4711", _UID: "1500" })],
    ["another kind of message", line({ MESSAGE_ID: "0" })],
    ["no unit", line({ UNIT: undefined })],
    ["no time", line({ __REALTIME_TIMESTAMP: "soon" })],
    ["no JSON", "{"],
    ["no object", "[1]"],
    ["null", "null"],
  ])("nothing of %s", (_, text) => {
    expect(parseJournal(text)).toEqual([]);
  });

  test("fields given as bytes or twice do not break it", () => {
    expect(parseJournal(line({ MESSAGE: [1, 2, 3] }))[0]?.message).toBe("");
    expect(parseJournal(line({ MESSAGE: ["first", "second"] }))[0]?.message).toBe("first");
  });
});
