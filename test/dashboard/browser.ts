import { execFileSync } from 'node:child_process'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { inject } from 'vitest'

/** A real browser on the built dashboard. */

export const hasChromium = inject('chromium') !== ''
const HOME = `${import.meta.dirname}/../..`

/** As `npm start` does it. */
export function buildDashboard(): void {
  execFileSync(process.execPath, ['scripts/build-dashboard.ts'], { cwd: HOME, stdio: 'inherit' })
}

export async function openBrowser(): Promise<Browser> {
  // The sandbox of Chromium needs rights that a container seldom gives, and these pages are our own.
  return await chromium.launch({ executablePath: inject('chromium'), args: ['--no-sandbox'] })
}

export interface Visit extends AsyncDisposable {
  readonly page: Page
  /** What the browser complained of: refusals of the page's policy, errors of scripts. */
  readonly complaints: string[]
}

export interface VisitOptions extends BrowserContextOptions {
  readonly browser: Browser
  readonly url: string
}

export async function visit({ browser, url, ...options }: VisitOptions): Promise<Visit> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // Whether a key is needed is found out by asking without one.
    const asked = message.text().includes('401 (Unauthorized)')
    if (message.type() === 'error' && !asked) complaints.push(message.text())
  })
  await page.goto(url)
  return { page, complaints, [Symbol.asyncDispose]: async () => await context.close() }
}

export async function signIn({ page }: Visit, key: string): Promise<void> {
  await page.getByLabel('Key', { exact: true }).fill(key)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
}
