/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

// What ships never loads msgpackr's native part (SECURITY.md): the specs, which load the CommonJS build, must not either.
process.env.MSGPACKR_NATIVE_ACCELERATION_DISABLED = 'true';

const config: Config = {
  // Most of the time the end-to-end specs wait for processes: two of them do not fight for one core.
  maxWorkers: 2,
  roots: ['<rootDir>/spec'],
  testMatch: ['**/*.spec.ts'],
  transform: {
    // Type checks are `tsc --noEmit` in the test command: ts-jest skips them under isolatedModules.
    '\\.ts$': [
      'ts-jest',
      {
        tsconfig: {
          target: 'es2022',
          module: 'commonjs',
          moduleResolution: 'bundler',
          isolatedModules: true,
          esModuleInterop: true,
          allowImportingTsExtensions: true,
          strict: true,
        },
      },
    ],
  },
};

export default config;
