/** auditd.conf(5): one `keyword = value` a line; the daemon refuses to start on anything else (auditd-config.c). */
import type { Span } from "../../syntax/span.ts";
import type { Subject } from "../subject.ts";
import { readText } from "./read-text.ts";
import { lineSpan, type SourceProblem } from "./source-problem.ts";

export interface AuditdSetting {
  readonly value: string;
  readonly span: Span;
}

export interface AuditdConfig {
  /** Whether the file is there and could be read. */
  readonly present: boolean;
  /** By keyword in small letters; of two lines the last counts. */
  readonly settings: ReadonlyMap<string, AuditdSetting>;
  readonly problems: readonly SourceProblem[];
}

export const AUDITD_CONFIG = "/etc/audit/auditd.conf";

/** Keywords of audit 2.8 to 4.0. */
const KEYWORDS = new Set(
  "action_mail_acct admin_space_left admin_space_left_action disk_error_action disk_full_action disp_qos dispatcher distribute_network enable_krb5 end_of_event_timeout flush freq krb5_client_name krb5_key_file krb5_principal local_events log_file log_format log_group max_log_file max_log_file_action max_restarts name name_format num_logs overflow_action plugin_dir priority_boost q_depth report_interval space_left space_left_action tcp_client_max_idle tcp_client_ports tcp_listen_port tcp_listen_queue tcp_max_per_addr transport use_libwrap verify_email write_logs".split(
    " ",
  ),
);

/** auditd's own settings, for `Subject.once`. */
export function readAuditdConfig({ host }: Pick<Subject, "host">): AuditdConfig {
  const problems: SourceProblem[] = [];
  const text = readText(host, AUDITD_CONFIG, problems);
  if (text === null) return { present: false, settings: new Map(), problems };
  const config = parseAuditdConfig(text, AUDITD_CONFIG);
  return { ...config, present: true };
}

export function parseAuditdConfig(text: string, path: string): Omit<AuditdConfig, "present"> {
  const settings = new Map<string, AuditdSetting>();
  const problems: SourceProblem[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const span = lineSpan(path, index + 1);
    const [, keyword = "", value = ""] = /^([A-Za-z0-9_]+)\s*=\s*(\S.*)$/.exec(line) ?? [];
    const name = keyword.toLowerCase();
    if (keyword === "") problems.push({ span, reason: "not of the form keyword = value" });
    else if (!KEYWORDS.has(name))
      problems.push({ span, reason: `auditd knows no keyword ${name.slice(0, 40)}` });
    else settings.set(name, { value, span });
  }
  return { settings, problems };
}
