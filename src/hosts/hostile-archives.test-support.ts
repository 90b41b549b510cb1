/** Opens an archive as any command would, walks where an audit looks, and prints what came of it as JSON. */
import { readFileSync } from "node:fs";
import { isArchive, TargetError } from "./archive.ts";
import { openTarget } from "./open.ts";

const MOST_PATHS = 5000;

async function main(target: string, limits: string): Promise<unknown> {
  const { DEFAULT_LIMITS } = await import("./archive.ts");
  const { host } = await openTarget(target, {
    limits: { ...DEFAULT_LIMITS, ...(JSON.parse(limits) as object) },
  });
  const pending = ["/etc", "/usr", "/home", "/d", "/l", "/out", "/bomb", "/noise", "/x"];
  let paths = 0;
  for (let path = pending.pop(); path !== undefined && paths < MOST_PATHS; path = pending.pop()) {
    paths++;
    host.readFile(path);
    host.realPath(path);
    const names = host.readDirectory(path);
    if (names.kind !== "present") continue;
    for (const { name, kind } of names.value.slice(0, MOST_PATHS))
      if (kind !== "symlink") pending.push(path === "/" ? `/${name}` : `${path}/${name}`);
  }
  if (isArchive(host) && host.wanted().length > 0) await host.fetch();
  const last = host.readFile("/etc/last");
  return {
    told: isArchive(host) ? host.gaps.map(({ path, reason }) => `${path}: ${reason}`) : [],
    last: last.kind === "present" ? Buffer.from(last.value.bytes).toString() : last.kind,
    passwd: host.readFile("/etc/passwd", 100).kind,
  };
}

const [target = "", limits = "{}"] = process.argv.slice(2);
main(target, limits)
  .catch((error: unknown) => {
    if (error instanceof TargetError) return { refused: `${error.message} ${error.remedy}` };
    throw error;
  })
  .then((result) => {
    // Not getrusage(2): its peak is that of whoever started us, where that was larger.
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    process.stdout.write(
      JSON.stringify({ ...(result as object), mebibytes: Math.round(Number(kibibytes) / 1024) }),
    );
  })
  .catch((error: unknown) => {
    process.stderr.write(String(error instanceof Error ? error.stack : error));
    process.exitCode = 1;
  });
