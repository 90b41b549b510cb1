import { snapshotText } from "../../hosts/snapshot.ts";
import { parseCommand } from "../arguments.ts";
import { CASE_OPTIONS } from "../case.ts";
import type { Command } from "../command.ts";
import { STYLE_OPTIONS, TARGET_OPTIONS } from "../target.ts";
import { OUT_OPTION, takeRecording, writeRecording } from "./collect.ts";

export const snapshot: Command = {
  name: "snapshot",
  summary: "The host as one JSON text, to look at again later or elsewhere",
  usage: "timerwarden snapshot [-O FILE] [TARGET]",
  examples: [
    { line: "timerwarden snapshot -O web-03.json", does: "this host, everything an audit reads" },
    { line: "timerwarden list snapshot:web-03.json", does: "look at it again" },
  ],
  operands: [["TARGET"]],
  options: { ...OUT_OPTION, ...CASE_OPTIONS, ...TARGET_OPTIONS, quiet: STYLE_OPTIONS.quiet },

  async run(args, streams) {
    const given = parseCommand(this, args, streams.env);
    const recording = await takeRecording(given, streams);
    writeRecording(Buffer.from(snapshotText(recording)), "json", recording, given, streams);
    return 0;
  },
};
