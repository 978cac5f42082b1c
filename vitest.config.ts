import { defineConfig } from 'vitest/config'

const EXCLUDED = ['**/node_modules/**', '**/dist/**']

/** Unit tests stand beside the source and start nothing; the others start servers and processes. */
const projects = {
  unit: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts'],
  integration: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'test/**/*.test.ts'],
}

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'unit', include: projects.unit, exclude: EXCLUDED } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: projects.integration,
          exclude: EXCLUDED,
          globalSetup: ['packages/testing/src/global-setup.ts'],
        },
      },
    ],
  },
})
