import { type Exporter, isAudit, type Report } from "../exporter.ts";
import { hostName } from "../finding-facts.ts";
import { rowsOf } from "../rows.ts";
import { visible } from "../visible.ts";

/**
 * Text for node_exporter's textfile collector. A moment that is unknown or never has no sample: 0 would be 1970.
 */
export const prometheus: Exporter = {
  name: "prometheus",
  takes: "report",
  mediaType: "text/plain; version=0.0.4; charset=utf-8",
  extension: ".prom",
  summary: "metrics for node_exporter's textfile collector",
  *write(report) {
    for (const { name, help, samples } of metrics(report)) {
      if (samples.length === 0) continue;
      yield `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
      for (const { labels, value } of samples) yield `${name}${labelText(labels)} ${value}\n`;
    }
  },
};

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

function metrics(report: Report): readonly Metric[] {
  const { tool, clock, coverage, target } = report;
  const info = { host: hostName(report), target: target.name, version: tool.version, systemd: clock.systemd };
  return [
    {
      name: "timerwarden_info",
      help: "What was looked at, and with what.",
      samples: [{ labels: info, value: 1 }],
    },
    alone("timerwarden_report_timestamp_seconds", "When the report was made.", seconds(clock.now)),
    alone("timerwarden_timers", "Timers examined.", coverage.timers),
    alone("timerwarden_jobs", "cron, anacron and at jobs examined.", coverage.jobs),
    alone("timerwarden_gaps", "Things that could not be read.", coverage.gaps.length),
    {
      name: "timerwarden_timer_next_timestamp_seconds",
      help: "Earliest next elapse.",
      samples: perTimer(report, ({ next }) => next.earliest),
    },
    {
      name: "timerwarden_timer_last_timestamp_seconds",
      help: "Last run as the evidence has it.",
      samples: perTimer(report, ({ last }) => last?.time ?? null),
    },
    ...(isAudit(report)
      ? [
          {
            name: "timerwarden_timer_verdict",
            help: "1 for the verdict that stands.",
            samples: verdicts(report),
          },
          {
            name: "timerwarden_findings",
            help: "Findings by rule, severity, and whether they were accepted.",
            samples: findings(report),
          },
          {
            name: "timerwarden_verdicts",
            help: "Activations by verdict.",
            samples: Object.entries(report.summary.verdicts).map(([verdict, value]) => ({
              labels: { verdict },
              value,
            })),
          },
        ]
      : []),
  ];
}

function alone(name: string, help: string, value: number): Metric {
  return { name, help, samples: [{ labels: {}, value }] };
}

/** The collector refuses a whole file for one sample given twice. */
function unique(report: Report): readonly Report["timers"][number][] {
  return [
    ...new Map(rowsOf(report).map((row) => [`${visible(row.scope)}/${visible(row.unit)}`, row])).values(),
  ];
}

function perTimer(
  report: Report,
  moment: (row: Report["timers"][number]) => string | null,
): readonly Sample[] {
  return unique(report).flatMap((row) => {
    const time = moment(row);
    return time === null ? [] : [{ labels: { scope: row.scope, unit: row.unit }, value: seconds(time) }];
  });
}

function verdicts(report: Report): readonly Sample[] {
  return unique(report).flatMap(({ scope, unit, verdict }) =>
    verdict === null ? [] : [{ labels: { scope, unit, verdict }, value: 1 }],
  );
}

function findings(report: Report): readonly Sample[] {
  const counts = new Map<string, { readonly labels: Sample["labels"]; value: number }>();
  for (const { rule, severity, accepted } of isAudit(report) ? report.findings : []) {
    const labels = { rule, severity, accepted: String(accepted !== null) };
    const key = labelText(labels);
    const known = counts.get(key);
    if (known) known.value++;
    else counts.set(key, { labels, value: 1 });
  }
  return [...counts.values()];
}

function seconds(rfc3339: string): number {
  return Date.parse(rfc3339) / 1000;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${visible(value).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
