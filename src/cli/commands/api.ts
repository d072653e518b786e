import { examples, whole, type Register } from '../context.ts'
import { line } from '../io.ts'
import { requireFreePort } from '../free-port.ts'
import { databaseUrl, serveWith } from '../serve.ts'

interface ApiOptions {
  readonly port?: number
  readonly host?: string
}

const given = ({ host, port }: ApiOptions) => ({
  ...(host === undefined ? {} : { host }),
  ...(port === undefined ? {} : { port }),
})

export const registerApi: Register = (program, context) => {
  program
    .command('api')
    .option('--port <n>', 'the port, instead of PORT', whole(0, 65_535))
    .option('--host <address>', 'the address, instead of HOST')
    .addHelpText('after', examples('memoir api', 'memoir api --host 0.0.0.0 --port 8080'))
    .action(async (options: ApiOptions) => {
      const { HOST: host, PORT: port, ...config } = context.config()
      databaseUrl(config)
      await requireFreePort({ host, port, ...given(options), by: '--port or PORT' })
      await serveWith(context, 'memoir-api', async ({ services, interrupted, closers }) => {
        const { HOST, PORT } = services.config
        const address = { host: HOST, port: PORT, ...given(options) }
        const api = await context.parts.startApi(services, address)
        closers.defer(async () => await api.close())
        line(context.io.stdout, `The API listens at ${api.url}`)
        await interrupted.first
      })
    })
}
