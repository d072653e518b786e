import { createLogger } from '../../logger.ts'
import { examples, whole, type Register } from '../context.ts'
import { DONE, INTERRUPTED, interruption, line } from '../io.ts'
import { databaseUrl } from './migrate.ts'

interface ApiOptions {
  readonly port?: number
  readonly host?: string
}

export const registerApi: Register = (program, context) => {
  program
    .command('api')
    .description('serve the HTTP API in this process')
    .option('--port <n>', 'the port, instead of PORT', whole(0, 65_535))
    .option('--host <address>', 'the address, instead of HOST')
    .addHelpText('after', examples('memoir api', 'memoir api --host 0.0.0.0 --port 8080'))
    .action(async (options: ApiOptions) => {
      const config = context.config()
      databaseUrl(config)
      using interrupted = interruption(context.io)
      await using closers = new AsyncDisposableStack()
      const services = await context.parts.createServices(
        config,
        createLogger(config.LOG_LEVEL, 'memoir-api'),
      )
      closers.defer(async () => await services.close())
      const api = await context.parts.startApi(services, {
        host: options.host ?? config.HOST,
        port: options.port ?? config.PORT,
      })
      closers.defer(async () => await api.close())
      line(context.io.stdout, `The API listens at ${api.url}`)
      context.exit((await interrupted.first) === 'SIGINT' ? INTERRUPTED : DONE)
    })
}
