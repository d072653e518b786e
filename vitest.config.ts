import { defineConfig } from 'vitest/config'

/** Recording histories is no test: asked for by name, and then it alone runs. */
const recording = process.env['MEMOIR_RECORD_HISTORIES'] === 'true'

export default defineConfig({
  // Packages are tested from source, and once from their tarballs.
  resolve: { alias: { '@memoir/client': `${import.meta.dirname}/src/client/index.ts` } },
  test: {
    globalSetup: ['test/support/start-services.ts'],
    include: recording ? ['test/replay/record*.ts'] : ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Far more than any takes, since a machine may be busy with others.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    unstubEnvs: true,
    restoreMocks: true,
  },
})
