/**
 * Rules that judge what unit files say, by themselves: for units in a repository, where there is no host whose packages,
 * accounts, modes, times or other units could be asked. The rest would accuse every file of being unpackaged, or new.
 */
import { RULES } from "./index.ts";
import type { Rule } from "./rule.ts";

const TEXT_RULE_IDS: ReadonlySet<string> = new Set([
  "adds-account",
  "alters-file-times",
  "arms-another-timer",
  "beacon-schedule",
  "blinds-security-tool",
  "broken-unit",
  "clears-logs",
  "container-reaches-host",
  "cryptocurrency-miner",
  "deceptive-text",
  "decode-and-run",
  "deletes-itself",
  "destroys-data",
  "fetch-and-run",
  "fires-on-clock-change",
  "hidden-unit-name",
  "injects-library",
  "input-is-code",
  "instance-is-command",
  "kernel-thread-name",
  "makes-file-immutable",
  "misleading-line-break",
  "name-of-known-implant",
  "network-tunnel",
  "obfuscated-command",
  "plants-login-key",
  "plants-privilege",
  "program-in-hidden-directory",
  "program-in-shared-directory",
  "program-replaced-by-mount",
  "reads-stored-secrets",
  "repairs-persistence",
  "reverse-shell",
  "root-command-in-unprivileged-service",
  "root-runs-file-in-home",
  "runs-very-often",
  "scans-network",
  "sends-data-out",
  "timer-revives-daemon",
  "variable-holds-command",
  "wakes-machine-for-network",
  "watches-dead-drop",
]);

export const TEXT_RULES: readonly Rule[] = RULES.filter(({ id }) => TEXT_RULE_IDS.has(id));
