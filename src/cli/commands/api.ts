import { examples, whole, type Register } from '../context.ts'
import { line } from '../io.ts'
import { serveWith } from '../serve.ts'

interface ApiOptions {
  readonly port?: number
  readonly host?: string
}

export const registerApi: Register = (program, context) => {
  program
    .command('api')
    .option('--port <n>', 'the port, instead of PORT', whole(0, 65_535))
    .option('--host <address>', 'the address, instead of HOST')
    .addHelpText('after', examples('memoir api', 'memoir api --host 0.0.0.0 --port 8080'))
    .action(async (options: ApiOptions) => {
      await serveWith(context, 'memoir-api', async ({ services, interrupted, closers }) => {
        const { HOST, PORT } = services.config
        const address = { host: options.host ?? HOST, port: options.port ?? PORT }
        const api = await context.parts.startApi(services, address)
        closers.defer(async () => await api.close())
        line(context.io.stdout, `The API listens at ${api.url}`)
        await interrupted.first
      })
    })
}
