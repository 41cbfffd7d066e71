import type { Scenario } from './scenario.ts';
import { churnScenarios } from './scenarios/churn.ts';
import { costScenarios } from './scenarios/cost.ts';
import { failureScenarios } from './scenarios/failures.ts';
import { glomersScenarios } from './scenarios/glomers.ts';
import { irohScenarios } from './scenarios/iroh.ts';
import { restartScenarios } from './scenarios/restart.ts';
import { splitScenarios } from './scenarios/split.ts';
import { steadyScenarios } from './scenarios/steady.ts';

/** Every scenario, in the order of the README. */
export const scenarios: readonly Scenario[] = [
  ...irohScenarios,
  ...failureScenarios,
  ...steadyScenarios,
  ...glomersScenarios,
  ...splitScenarios,
  ...churnScenarios,
  ...restartScenarios,
  ...costScenarios,
];

/** All that `name` stands for: one scenario, a group, or `all`. */
export function scenariosOf(name: string): readonly Scenario[] {
  return scenarios.filter((one) => name === 'all' || one.name === name || one.group === name);
}
