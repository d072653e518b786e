import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { Hono, type Context } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { VERSION } from '../../version.ts'
import type { AppEnv } from '../environment.ts'

/** Pages for people. Everything they load comes from here, so the policy allows nothing else. */

const POLICY = {
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

/** Files of the documentation page, read when the first person asks. */
async function assetOf(name: 'swagger-ui.css' | 'swagger-ui-bundle.js'): Promise<string> {
  return await readFile(createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`), 'utf8')
}

export const pageRoutes = new Hono<AppEnv>()
for (const path of ['/', '/home.css', '/docs', '/docs/*'])
  pageRoutes.use(path, secureHeaders(POLICY))
pageRoutes
  .get('/', (c) => say(c, HOME, 'html'))
  .get('/home.css', (c) => say(c, HOME_STYLE, 'css'))
  .get('/docs', (c) => say(c, DOCS, 'html'))
  .get('/docs/start.js', (c) => say(c, START, 'js'))
  .get('/docs/swagger-ui.css', async (c) => say(c, await assetOf('swagger-ui.css'), 'css'))
  .get('/docs/swagger-ui-bundle.js', async (c) =>
    say(c, await assetOf('swagger-ui-bundle.js'), 'js'),
  )
