/**
 * `npm run bench [NAME…]`: every question by default but `peers`, which needs root and half an hour. Build first: the
 * built program is what is measured.
 */
const QUESTIONS: Readonly<Record<string, () => Promise<void> | void>> = {
  list: async () => (await import("./list.ts")).benchList(),
  audit: async () => (await import("./audit.ts")).benchAudit(),
  assess: async () => (await import("./assess.ts")).benchAssess(),
  startup: async () => (await import("./startup.ts")).benchStartup(),
  calendar: async () => (await import("./calendar.ts")).benchCalendar(),
  packages: async () => (await import("./packages.ts")).benchPackages(),
  archives: async () => (await import("./archives.ts")).benchArchives(),
  dashboard: async () => (await import("./dashboard.ts")).benchDashboard(),
  mappings: async () => (await import("./mappings.ts")).benchMappings(),
  peers: async () => (await import("./peers/index.ts")).benchPeers(),
};

const byDefault = Object.keys(QUESTIONS).filter((name) => name !== "peers");
for (const name of process.argv.length > 2 ? process.argv.slice(2) : byDefault) {
  const question = QUESTIONS[name];
  if (question === undefined)
    throw new Error(`no benchmark ${name}; there are: ${Object.keys(QUESTIONS).join(" ")}`);
  await question();
}
