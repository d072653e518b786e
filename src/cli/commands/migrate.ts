import { examples, type Register } from '../context.ts'
import { line, writeJson } from '../io.ts'
import { databaseUrl } from '../serve.ts'

export const registerMigrate: Register = (program, context) => {
  program
    .command('migrate')
    .option('--json', 'answer one JSON value on standard output')
    .addHelpText('after', examples('memoir migrate'))
    .action(async ({ json }: { json?: boolean }) => {
      const applied = await context.parts.migrate(databaseUrl(context.config()))
      if (json) return writeJson(context.io.stdout, { applied })
      for (const name of applied) line(context.io.stdout, `applied ${name}`)
      line(context.io.stdout, 'The schema is up to date.')
    })
}
