import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HttpError } from './problems/http-error.js'

/** Where `npm run build` puts the pages. */
export const DASHBOARD_FOLDER = fileURLToPath(new URL('../../web/dist', import.meta.url))

/** Scripts and styles from our own files only: text from a sweep's name can never become code. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const NOT_BUILT = 'The dashboard is not built: run "npm run build" in the project, and load this page again.'

/**
 * The dashboard at `/ui/`: the built files, and its one page for every other address below that a browser navigates to.
 * `/` leads there. Open to everyone, because the page has to load before it can ask for the token; data is not.
 */
export async function dashboard(app: FastifyInstance, { folder }: { folder: string }): Promise<void> {
  const hasPages = () => existsSync(join(folder, 'index.html'))
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, isOpen: true }
    route.schema = { ...route.schema, hide: true }
  })
  app.addHook('onRequest', async (_, reply) => {
    reply.header('content-security-policy', CONTENT_SECURITY_POLICY)
  })
  // `serve: false`, because this plugin would reply to an unknown file before our pages could.
  await app.register(fastifyStatic, { root: folder, serve: false, cacheControl: false })

  app.get('/', async (request, reply) => (hasPages() ? reply.redirect('/ui/') : sendNotBuilt(request, reply)))

  const servePage = async (request: FastifyRequest, reply: FastifyReply) => {
    if (!hasPages()) return sendNotBuilt(request, reply)
    const { '*': file = '' } = request.params as { readonly '*'?: string }
    if (isFile(file) && existsSync(join(folder, file)))
      return reply.header('cache-control', cacheControlOf(file)).sendFile(file)
    if (!isNavigation(request))
      throw new HttpError(404, 'no-route', `The dashboard has no file ${request.url}.`)
    return reply.header('cache-control', 'no-cache').sendFile('index.html')
  }
  app.get('/ui', servePage)
  app.get('/ui/*', servePage)
}

/** Names of files that Vite writes; anything else is an address of a page. */
const isFile = (path: string): boolean => /^(?:[\w-]+\/)*[\w-][\w.-]*\.\w+$/.test(path)

/** Vite puts a hash of the content into the names of assets: they never change. */
const cacheControlOf = (file: string): string =>
  file.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'

const isNavigation = ({ headers }: FastifyRequest): boolean => headers.accept?.includes('text/html') === true

function sendNotBuilt(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!isNavigation(request))
    throw new HttpError(404, 'no-dashboard', `${NOT_BUILT} The API is described at /docs.`)
  const page = `<!doctype html><html lang="en"><title>sweepd</title><p>${NOT_BUILT}</p><p><a href="/docs">API</a></p></html>`
  return reply.code(404).type('text/html; charset=utf-8').send(page)
}
