import tseslint from 'typescript-eslint';
import rxjsX from 'eslint-plugin-rxjs-x';

/** Folders may import from their own folder or lower ones (CONTRIBUTING). */
const mayNotImport = (...folders) => [
  'error',
  {
    patterns: [
      {
        group: folders,
        message: 'Imports go to one’s own folder or lower (CONTRIBUTING, "Folders are promises").',
      },
    ],
  },
];
const above = {
  protocol: [
    'rxjs',
    'rxjs/*',
    'node:*',
    'msgpackr*',
    '**/loop/*',
    '**/wire/*',
    '**/transport/*',
    '**/world/*',
    '**/watch/*',
    '**/sim/*',
    '**/peer.ts',
    '**/bin/*',
    '**/spec/*',
  ],
  loop: [
    'node:*',
    '**/protocol/*',
    '**/wire/*',
    '**/transport/*',
    '**/world/*',
    '**/watch/*',
    '**/sim/*',
    '**/peer.ts',
    '**/bin/*',
    '**/spec/*',
  ],
  wire: ['rxjs', 'rxjs/*', '**/transport/*', '**/watch/*', '**/sim/*', '**/peer.ts', '**/bin/*', '**/spec/*'],
  transport: ['**/watch/*', '**/sim/*', '**/peer.ts', '**/bin/*', '**/spec/*'],
  world: ['**/transport/*', '**/watch/*', '**/sim/*', '**/peer.ts', '**/bin/*', '**/spec/*'],
};

const injectedClock = {
  selector: 'CallExpression[callee.name=/^(interval|timer)$/][arguments.length<2]',
  message: 'Pass the injected clock: interval(period, clock).',
};
const sharedHiddenClass = [
  {
    selector: 'ObjectExpression > SpreadElement > ObjectExpression',
    message:
      'V8 gives each object made of a spread literal a hidden class of its own: all code that sees it gets slow.',
  },
  {
    selector: 'ObjectExpression > Property[kind="get"]',
    message: 'V8 keeps an object literal with a getter as a dictionary: write a method.',
  },
];

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'spec/bench/dist', '**/*.mjs', 'eslint.config.js'] },
  ...tseslint.configs.strictTypeChecked,
  rxjsX.configs.strict,
  {
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      // Passing on what another stream failed with is passing on an unknown.
      'rxjs-x/throw-error': 'off',
    },
  },
  ...Object.entries(above).map(([folder, folders]) => ({
    files: [`lib/${folder}/**/*.ts`],
    rules: { 'no-restricted-imports': mayNotImport(...folders) },
  })),
  {
    files: ['lib/protocol/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        'Date',
        'setTimeout',
        'setInterval',
        'setImmediate',
        'Buffer',
        'process',
        'performance',
        'crypto',
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Randomness comes as an argument.' },
      ],
    },
  },
  {
    files: ['lib/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', injectedClock],
    },
  },
  {
    files: ['lib/protocol/**/*.ts', 'lib/wire/**/*.ts', 'lib/transport/**/*.ts'],
    rules: {
      // Replaces the rule above, so it is said again.
      'no-restricted-syntax': ['error', injectedClock, ...sharedHiddenClass],
    },
  },
  {
    files: ['spec/**/*.ts'],
    rules: {
      '@typescript-eslint/no-misused-spread': 'off',
      'rxjs-x/no-nested-subscribe': 'off',
      'rxjs-x/no-unsafe-takeuntil': 'off',
      'rxjs-x/no-ignored-takewhile-value': 'off',
      'rxjs-x/no-ignored-subscription': 'off',
      'rxjs-x/no-ignored-error': 'off',
      'rxjs-x/no-exposed-subjects': 'off',
    },
  },
);
