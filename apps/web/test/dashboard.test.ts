import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { HYPERPARAMETER_NAMES } from '@sweepd/core'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { API_TOKEN, type Deployment, deploy, findChromium } from './deployment.js'

const executablePath = findChromium()
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const WAIT_MS = 15_000

/** Four trials of a few hundred milliseconds each. */
const SMALL = {
  name: 'four small trials',
  dataset: 'synthetic',
  space: { kernel: [3, 5], dropout: [0.2, 0.5] },
  fixed: { convLayers: [4], hiddenLayers: [16], epochs: 2, trainSize: 600 },
}

/** Far more than can end while the test looks. */
const LONG = { ...SMALL, name: 'a long one', fixed: { ...SMALL.fixed, epochs: 500, trainSize: 4000 } }

describe.skipIf(executablePath === undefined)('the dashboard in a browser', { timeout: 60_000 }, () => {
  let deployment: Deployment
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let complaints: string[]
  let sweepId: string

  const open = async (path: string): Promise<void> => {
    await page.goto(`${deployment.url}/ui${path}`)
  }
  const text = (words: string | RegExp) => page.getByText(words).first().waitFor({ timeout: WAIT_MS })

  beforeAll(async () => {
    deployment = await deploy()
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] })
    context = await browser.newContext({ viewport: { width: 1280, height: 860 } })
    page = await context.newPage()
    page.setDefaultTimeout(WAIT_MS)
    complaints = []
    page.on('pageerror', ({ message }) => complaints.push(message))
    page.on('console', (message) => {
      // The one request that finds out that nobody is logged in yet.
      if (message.type() === 'error' && !message.text().includes('401')) complaints.push(message.text())
    })
  })
  afterEach(() => {
    // The content security policy refuses by such a message too.
    expect(complaints).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await deployment?.stop()
  })

  it('asks for the token, refuses a wrong one in words, and keeps the session in a cookie no script can read', async () => {
    await page.goto(deployment.url)
    await page.getByLabel('API token').fill('wrong')
    await page.getByRole('button', { name: 'Log in' }).click()
    await text('This is not the API token')
    await page.getByLabel('API token').fill(API_TOKEN)
    await page.getByRole('button', { name: 'Log in' }).click()
    await text('No sweep yet')
    expect(await page.evaluate(() => document.cookie)).toBe('')
    expect((await context.cookies()).map(({ httpOnly, sameSite }) => [httpOnly, sameSite])).toEqual([
      [true, 'Strict'],
    ])
  })

  it('starts a sweep by the form, which the JSON follows, and refuses a faulty field in the words of the API', async () => {
    await page.getByRole('link', { name: 'Start with a small example' }).click()
    const json = page.getByLabel('Definition as JSON')
    await json.fill(JSON.stringify(SMALL))
    await text(/4 trials.*8 epochs at most/)
    await page.getByLabel('kernel, choices').fill('3, 0')
    await text('kernel is a whole number from 1 to 64')
    expect(await page.getByRole('button', { name: 'Start', exact: true }).isDisabled()).toBe(true)
    await page.getByLabel('kernel, choices').fill('3, 5, 7')
    await text(/6 trials/)
    expect(JSON.parse(await json.inputValue()).space.kernel).toEqual([3, 5, 7])
    await page.reload()
    expect(JSON.parse(await json.inputValue()).space.kernel).toEqual([3, 5, 7])
    await page.getByLabel('kernel, choices').fill('3, 5')
    await page.getByRole('button', { name: 'Start 4 trials' }).click()
    await page.getByRole('heading', { name: SMALL.name }).waitFor()
    sweepId = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  })

  it('is watched to its end without a reload, and ranks its trials', async () => {
    await text('4 of 4 trials ended')
    const { items } = await deployment.client.listTrials({ sweepId, sort: 'val_acc' })
    const links = page.locator('[role="row"] a')
    await expect
      .poll(() => links.allTextContents(), { timeout: WAIT_MS })
      .toEqual(items.map(({ number }) => String(number)))
    expect(await page.title()).toContain('completed')
  })

  it('filters and sorts the leaderboard, and the URL brings the same back', async () => {
    await page.getByLabel('Filter trials').fill('dropuot=0.2')
    await page.keyboard.press('Enter')
    await text('did you mean "dropout"')
    await page.getByLabel('Filter trials').fill('dropout=0.2')
    await page.keyboard.press('Enter')
    await text('2 of 4 trials, best val_acc first')
    await page.getByRole('button', { name: 'kernel' }).click()
    await text('2 of 4 trials, by kernel')
    await page.reload()
    await text('2 of 4 trials, by kernel')
    await page.goBack()
    await text('2 of 4 trials, best val_acc first')
  })

  it('draws charts, and a brush selects in all of them', async () => {
    await open(`/sweeps/${sweepId}?view=charts`)
    await text('4 best of 4 trials, raw')
    const grip = page.locator('[data-axis="kernel"]')
    await grip.scrollIntoViewIfNeeded()
    const box = await grip.boundingBox()
    if (box === null) throw new Error('the axis of kernel is not there')
    await page.mouse.move(box.x + box.width / 2, box.y + 2)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 3)
    await page.mouse.up()
    await text('2 of 4 drawn trials selected')
    await page.reload()
    await text('2 of 4 drawn trials selected')
    await page.getByRole('button', { name: 'Show in the leaderboard' }).click()
    await text('2 of 4 trials, best val_acc first')
  })

  it('opens a trial with its scores', async () => {
    await open(`/sweeps/${sweepId}`)
    await page.locator('[role="row"] a').first().click()
    await page.getByRole('heading', { name: 'Confusion matrix' }).waitFor()
    const counts = await page.locator('.heat td').allTextContents()
    expect(counts.reduce((sum, count) => sum + Number(count), 0)).toBe(2000)
    await page.getByText('val_acc is best at epoch').waitFor()
  })

  it('compares picked trials by what differs', async () => {
    await open(`/sweeps/${sweepId}`)
    await page.getByLabel('Pick trial 0').check()
    await page.getByLabel('Pick trial 3').check()
    await page.getByRole('link', { name: 'Compare 2 trials' }).click()
    await text(`the 2 of ${HYPERPARAMETER_NAMES.length} hyperparameters that differ`)
    await page.reload()
    await text(`the 2 of ${HYPERPARAMETER_NAMES.length} hyperparameters that differ`)
    await page.getByRole('heading', { name: /Confusion, trial/ }).waitFor()
  })

  it('pauses, resumes and cancels a sweep that runs, and shows its worker at work', async () => {
    const { id } = await deployment.client.createSweep(LONG)
    await open(`/sweeps/${id}`)
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor()
    await expect.poll(async () => (await deployment.client.getSweep(id)).state).toBe('running')
    await page.getByLabel('Priority').selectOption('5')
    await expect.poll(async () => (await deployment.client.getSweep(id)).priority).toBe(5)
    await page.getByRole('link', { name: 'Workers' }).click()
    await text(/1 worker, [12] of 2 slots busy/)
    await open(`/sweeps/${id}?view=timeline`)
    await text(/all \d+ attempts?/)
    page.once('dialog', (dialog) => dialog.accept())
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    await expect.poll(async () => (await deployment.client.getSweep(id)).state).toBe('cancelled')
    await text('cancelled')
  })

  it('is accessible in light and dark, and fits 360 pixels, on every page', async () => {
    const [trial, other] = (await deployment.client.listTrials({ sweepId })).items
    const paths = [
      ...['/', '/new', '/workers', `/trials/${trial?.id}`, `/compare?trials=${trial?.id},${other?.id}`],
      ...['leaderboard', 'charts', 'timeline', 'definition'].map((view) => `/sweeps/${sweepId}?view=${view}`),
    ]
    const faults: string[] = []
    for (const path of paths) {
      await page.setViewportSize({ width: 1280, height: 860 })
      await open(path)
      await page.waitForSelector('h1')
      await page.waitForSelector('.skeleton', { state: 'detached' })
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        faults.push(...(await findAxeFaults(page)).map((fault) => `${path} ${colorScheme}: ${fault}`))
      }
      await page.setViewportSize({ width: 360, height: 700 })
      const excess = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      if (excess > 0) faults.push(`${path}: ${excess} pixels too wide`)
    }
    expect(faults).toEqual([])
  })
})

interface AxeResult {
  readonly id: string
  readonly impact: string | null
  readonly nodes: readonly { readonly html: string }[]
}

/** Serious and critical faults; axe is evaluated, as the page's policy refuses a foreign script. */
async function findAxeFaults(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: AxeResult[] }> } }
    return (await axe.run()).violations
  })
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`)
}
