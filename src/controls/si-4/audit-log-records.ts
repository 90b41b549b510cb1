/** The audit log as text: `type=… msg=audit(seconds.milliseconds:serial): …` (auditd's RAW and ENRICHED formats). */
export interface AuditRecord {
  readonly type: string;
  readonly usec: number;
  readonly serial: number;
  readonly line: number;
  readonly body: string;
}

export interface AuditLog {
  readonly records: readonly AuditRecord[];
  /** Lines that are no records. */
  readonly garbled: readonly number[];
}

/** Only types that tell of the record itself keep their text. */
const TELLING = new Set(["DAEMON_START", "DAEMON_END", "DAEMON_ABORT", "CONFIG_CHANGE", "SYSTEM_BOOT"]);

export function parseAuditLog(text: string): AuditLog {
  const records: AuditRecord[] = [];
  const garbled: number[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line === "") continue;
    const [, type = "", seconds = "", serial = ""] =
      /^(?:node=\S{1,255} )?type=([A-Z0-9_[\]]+) msg=audit\((\d{1,12}\.\d{1,6}):(\d{1,12})\):/.exec(line) ??
      [];
    if (serial === "") garbled.push(index + 1);
    else
      records.push({
        type,
        usec: Math.round(Number(seconds) * 1_000_000),
        serial: Number(serial),
        line: index + 1,
        body: TELLING.has(type) ? line.slice(0, 2000) : "",
      });
  }
  return { records, garbled };
}
