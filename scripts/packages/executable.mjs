/** The single executable: Node with the program, its page and its compiled code inside, for machines without Node. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { heading } from "../build/notices.mjs";
import { withNote } from "./elf-note.mjs";

const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/** Writes the executable `out` from `dist` and the Node `node`. */
export function buildExecutable(dist, node, out) {
  const work = mkdtempSync(join(tmpdir(), "timerwarden-executable-"));
  try {
    const compiled = join(work, "program.cache");
    run(node, ["scripts/build/compile-ahead.mjs", join(dist, "program.cjs"), compiled]);
    const web = readdirSync(join(dist, "web")).map((name) => [`web/${name}`, join(dist, "web", name)]);
    const config = {
      main: join(dist, "cli.cjs"),
      output: join(work, "blob"),
      disableExperimentalSEAWarning: true,
      assets: {
        "program.cjs": join(dist, "program.cjs"),
        "program.cache": compiled,
        ...Object.fromEntries(web),
      },
    };
    writeFileSync(join(work, "config.json"), JSON.stringify(config));
    run(node, ["--experimental-sea-config", join(work, "config.json")]);
    const stripped = join(work, "node");
    copyFileSync(node, stripped);
    run("strip", ["--strip-unneeded", "--remove-section=.comment", stripped]);
    writeFileSync(
      out,
      withNote(withFuse(readFileSync(stripped)), "NODE_SEA_BLOB", readFileSync(config.output)),
    );
    chmodSync(out, 0o755);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Node's licence, which tells those of everything inside it, and those of what we bundle. */
export function executableNotices(dist, node) {
  const places = [join(dirname(node), "../LICENSE"), join(dirname(node), "../share/doc/nodejs/LICENSE")];
  const place = places.find((path) => existsSync(path));
  if (place === undefined)
    throw new Error(`no licence of Node in ${places.join(" or ")}; name another Node with --node`);
  const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();
  return `${readFileSync(join(dist, "THIRD-PARTY.txt"), "utf8")}\n${heading(`Node.js ${version}`)}${readFileSync(place, "utf8")}`;
}

/** Tells Node that there is an application inside. */
function withFuse(elf) {
  const at = elf.indexOf(`${FUSE}:0`);
  if (at < 0 || elf.indexOf(`${FUSE}:0`, at + 1) >= 0)
    throw new Error(
      "this Node cannot carry an application (Debian's own keeps its code in libnode.so); name another with --node",
    );
  elf.write("1", at + FUSE.length + 1, "latin1");
  return elf;
}

function run(command, args) {
  const { status, error, stderr } = spawnSync(command, args, {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  if (error !== undefined) throw new Error(`${command}: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with status ${status}:\n${stderr}`);
}
