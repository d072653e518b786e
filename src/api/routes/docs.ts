import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Hono } from 'hono'
import { MemoirError } from '../../errors.ts'
import { VERSION } from '../../version.ts'
import type { AppEnv } from '../environment.ts'

/** The docs page: Swagger UI from this server, nothing from anywhere else, no inline script. */

const ui = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

const FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
}

const POLICY = `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'`

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Memoir API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`

const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, persistAuthorization: false })\n`

const home = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Memoir</title>
</head>
<body>
<h1>Memoir ${VERSION}</h1>
<p>Durable memory for AI applications.</p>
<ul>
<li><a href="/docs">API documentation</a></li>
<li><a href="/health/ready">What answers, and what is degraded</a></li>
</ul>
</body>
</html>
`

export const docsRoutes = new Hono<AppEnv>()
  .use('/docs/*', async (c, next) => {
    await next()
    c.header('Content-Security-Policy', POLICY)
  })
  .get('/', (c) => c.html(home))
  .get('/docs', (c) => {
    c.header('Content-Security-Policy', POLICY)
    return c.html(page)
  })
  .get('/docs/start.js', (c) => {
    c.header('Content-Type', 'text/javascript; charset=utf-8')
    return c.body(start)
  })
  .get('/docs/:file', async (c) => {
    const file = c.req.param('file')
    const type = FILES[file]
    if (type === undefined) throw new MemoirError('not_found', 'There is no such page.')
    c.header('Content-Type', type)
    c.header('Cache-Control', 'public, max-age=86400')
    return c.body(await readFile(join(ui, file)))
  })
