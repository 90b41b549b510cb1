import { defineConfig } from "vitest/config";

/** Test files share one worker's modules (`isolate: false`): keep no module-level state. */
const config: ReturnType<typeof defineConfig> = defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    setupFiles: ["test/seed.ts"],
    isolate: false,
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", "./test/counts-reporter.ts"],
  },
});

export default config;
