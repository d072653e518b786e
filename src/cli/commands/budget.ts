import { Option } from 'commander'
import type { BudgetAnswer } from '../answers.ts'
import {
  dataOptions,
  dollars,
  examples,
  withClient,
  type DataOptions,
  type Register,
} from '../context.ts'
import { line, writeJson, type Io } from '../io.ts'

interface BudgetOptions extends DataOptions {
  readonly perDay?: number
  readonly default?: boolean
}

export const registerBudget: Register = (program, context) => {
  const command = program
    .command('budget')
    .addOption(
      new Option('--per-day <dollars>', 'what it may spend from now on')
        .argParser(dollars)
        .conflicts('default'),
    )
    .option('--default', 'leave it to BUDGET_PER_DAY again')
  dataOptions(command)
    .addHelpText(
      'after',
      `${examples('memoir budget', 'memoir budget --per-day 5', 'memoir budget --default')}

At the limit jobs pause; they go on by themselves when the day turns or the budget is raised.`,
    )
    .action(async (options: BudgetOptions) => {
      await withClient(context, options.namespace, async (client) => {
        const change = options.default ? null : options.perDay
        const budget = change === undefined ? await client.budget() : await client.setBudget(change)
        if (options.json) writeJson(context.io.stdout, budget)
        else print(budget, context.io)
      })
    })
}

function print({ per_day, default: fallback, spent_today, resets_at }: BudgetAnswer, io: Io): void {
  const limit = per_day ?? fallback
  const of = limit === null ? 'without a limit' : `of $${limit}`
  const whose = per_day === null && fallback !== null ? ' (BUDGET_PER_DAY)' : ''
  line(io.stdout, `$${spent_today.toFixed(4)} spent today, ${of}${whose}.`)
  line(io.stdout, `The next day begins at ${resets_at}.`)
}
