import { METHODS } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { HttpError } from './http-error.js'

/**
 * Remembers the address of every route registered after this call. The function that it returns replies to all
 * other methods there with 405 and Allow; call it when the last route is registered.
 */
export function collectAddresses(app: FastifyInstance): () => void {
  // Without this, a method that Fastify does not know by itself (PROPFIND) is a 404 everywhere.
  for (const method of METHODS) if (!app.supportedMethods.includes(method)) app.addHttpMethod(method)
  const urls = new Set<string>()
  app.addHook('onRoute', ({ url }) => {
    urls.add(url)
  })
  return () => {
    for (const url of [...urls]) refuseOtherMethods(app, url)
  }
}

function refuseOtherMethods(app: FastifyInstance, url: string): void {
  const others = app.supportedMethods.filter((method) => !app.hasRoute({ method, url }))
  const allow = app.supportedMethods.filter((method) => !others.includes(method)).join(', ')
  const refuse = async () => {
    throw new HttpError(405, 'wrong-method', `This address takes ${allow}.`, { headers: { allow } })
  }
  // In onRequest, so that a body is not looked at first.
  app.route({ method: others, url, schema: { hide: true }, onRequest: refuse, handler: refuse })
}
