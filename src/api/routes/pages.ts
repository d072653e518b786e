import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { Hono, type Context } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { MemoirError, SENTENCE } from '../../errors.ts'
import { VERSION } from '../../version.ts'
import { readDashboard, type Asset } from '../dashboard.ts'
import type { AppEnv } from '../environment.ts'
import { SECURITY_HEADERS } from '../security-headers.ts'

/** Pages for people. Everything they load comes from here, so the policy allows nothing else. */

const POLICY = {
  ...SECURITY_HEADERS,
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
}

const page = (title: string, head: string, body: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${head}
</head>
<body>
${body}
</body>
</html>
`

const HOME = page(
  'Memoir',
  '<link rel="stylesheet" href="/home.css">',
  `<main>
<h1>Memoir</h1>
<p>Durable memory for AI applications. Version ${VERSION} is running.</p>
<p>The dashboard is not built here: <code>npm run build</code> does.</p>
<ul>
<li><a href="/docs">The API, to read and to try</a></li>
<li><a href="/openapi.json">The API as OpenAPI</a></li>
<li><a href="/health/ready">Which parts answer</a></li>
</ul>
</main>`,
)

const HOME_STYLE = `:root { color-scheme: light dark; font: 1rem/1.6 system-ui, sans-serif; }
main { max-width: 40rem; margin: 4rem auto; padding: 0 1rem; }
`

const DOCS = page(
  'Memoir: the API',
  '<link rel="stylesheet" href="/docs/swagger-ui.css">',
  `<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>`,
)

const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null })
`

const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
}

const say = (c: Context<AppEnv>, text: string, type: keyof typeof TYPES) =>
  c.body(text, 200, { 'Content-Type': TYPES[type] })

/** The name of an asset changes with what it holds. */
const ONE_YEAR = 'public, max-age=31536000, immutable'

/** A file of the dashboard, smaller for whoever can read that. */
function serve(c: Context<AppEnv>, { type, body, gzip }: Asset) {
  const headers = { 'Content-Type': type, Vary: 'Accept-Encoding' }
  return /\bgzip\b/.test(c.req.header('accept-encoding') ?? '')
    ? c.body(gzip, 200, { ...headers, 'Content-Encoding': 'gzip' })
    : c.body(body, 200, headers)
}

/** Files of the documentation page, read when the first person asks. */
async function assetOf(name: 'swagger-ui.css' | 'swagger-ui-bundle.js'): Promise<string> {
  return await readFile(createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`), 'utf8')
}

export const pageRoutes = new Hono<AppEnv>()
for (const path of ['/', '/assets/*', '/home.css', '/docs', '/docs/*'])
  pageRoutes.use(path, secureHeaders(POLICY))
pageRoutes
  .get('/', async (c) => {
    const dashboard = await readDashboard()
    return dashboard === undefined ? say(c, HOME, 'html') : serve(c, dashboard.page)
  })
  .get('/assets/:name', async (c) => {
    const asset = (await readDashboard())?.assets.get(c.req.param('name'))
    if (asset === undefined) throw new MemoirError('not_found', SENTENCE.not_found)
    c.header('Cache-Control', ONE_YEAR)
    return serve(c, asset)
  })
  .get('/home.css', (c) => say(c, HOME_STYLE, 'css'))
  .get('/docs', (c) => say(c, DOCS, 'html'))
  .get('/docs/start.js', (c) => say(c, START, 'js'))
  .get('/docs/swagger-ui.css', async (c) => say(c, await assetOf('swagger-ui.css'), 'css'))
  .get('/docs/swagger-ui-bundle.js', async (c) =>
    say(c, await assetOf('swagger-ui-bundle.js'), 'js'),
  )
