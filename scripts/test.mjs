/** Everything that must hold before a change lands: lint, types, build, tests. Ends with `N passed, N failed`. */
import { spawnSync } from "node:child_process";

const STEPS = [
  ["biome", "check"],
  ["tsc", "-p", "."],
  ["tsc", "-p", "tsconfig.pure.json"],
  ["tsc", "-p", "web"],
  ["knip"],
  ["node", "scripts/build.mjs"],
  ["vitest", "run"],
];

for (const [command, ...args] of STEPS) {
  const bin = command === "node" ? process.execPath : `node_modules/.bin/${command}`;
  console.log(`> ${command} ${args.join(" ")}`);
  const { status } = spawnSync(bin, args, { stdio: "inherit" });
  if (status !== 0) {
    if (command !== "vitest") console.log("0 passed, 1 failed");
    process.exit(1);
  }
}
