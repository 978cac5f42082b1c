import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, normalize } from 'node:path'
import { build } from 'esbuild'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prepareTensors, saveLayersModel } from '../src/index.js'
import {
  EXPORT_CASES,
  EXPORT_TOLERANCE,
  largestDifference,
  predictByEngine,
  shapeOf,
} from './export-cases.js'
import { findChromium, findChromiumFault } from './find-chromium.js'
import { buildDisturbed } from './reference.js'

/** What browser-entry.ts gives to the page. */
interface PageGlobals {
  predict(url: string, images: number[], shape: number[]): Promise<number[]>
}

const PAGE =
  '<!doctype html><title>export</title><link rel="icon" href="data:,"><script src="/entry.js"></script>'
const fault = findChromiumFault()

/** Serves a page that has TensorFlow.js, and the exported models, on loopback. */
async function startServer(folder: string): Promise<Server> {
  const entry = join(import.meta.dirname, 'browser-entry.ts')
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, logLevel: 'error' })
  const server = createServer(async ({ url = '/' }, reply) => {
    const path = normalize(decodeURIComponent(url))
    if (path === '/') reply.setHeader('content-type', 'text/html').end(PAGE)
    else if (path === '/entry.js')
      reply.setHeader('content-type', 'text/javascript').end(outputFiles[0]?.text)
    else reply.end(await readFile(join(folder, path)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

describe.skipIf(fault !== undefined)(`an exported model in a browser${fault ? ` (${fault})` : ''}`, () => {
  let folder = ''
  let server: Server
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    await prepareTensors()
    folder = await mkdtemp(join(tmpdir(), 'sweepd-browser-'))
    server = await startServer(folder)
    // Chromium's sandbox refuses to run as root, and the page is our own.
    browser = await chromium.launch({ executablePath: findChromium() ?? '', args: ['--no-sandbox'] })
    page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
    await rm(folder, { recursive: true, force: true })
  })

  for (const [name, options] of EXPORT_CASES)
    it(`predicts as the engine does, with ${name}`, async () => {
      const model = buildDisturbed(options)
      const { floats, size, probabilities } = await predictByEngine(model, options)
      await saveLayersModel(model, join(folder, name))
      const question = {
        url: `/${encodeURIComponent(name)}/model.json`,
        images: [...floats],
        shape: [size, ...shapeOf(options)],
      }
      const actual = await page.evaluate(
        ({ url, images, shape }) => (globalThis as unknown as PageGlobals).predict(url, images, shape),
        question,
      )
      expect(largestDifference(actual, probabilities)).toBeLessThan(EXPORT_TOLERANCE)
    })
})
