import { problemDetailsSchema } from '@sweepd/core'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openTestApp } from './open-test-app.js'

const TOKEN = '0123456789abcdef'

/** An API with this environment, and a way to ask it. */
async function open(environment: Record<string, string>) {
  const api = await openTestApp(environment)
  onTestFinished(() => api.close())
  return async (request: InjectOptions, times = 1) => {
    const answers: LightMyRequestResponse[] = []
    for (let sent = 0; sent < times; sent++) answers.push(await api.app.inject(request))
    return answers.map(({ statusCode }) => statusCode)
  }
}

/** Where requests come from: the second is believed only of trusted proxies. */
const from = (remoteAddress: string, forwardedFor?: string): InjectOptions => ({
  url: '/nowhere',
  remoteAddress,
  headers: forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor },
})

describe('RATE_LIMIT', () => {
  test('refuses the next request of an address, and of no other, with a problem that says when to come back', async () => {
    const api = await openTestApp({ RATE_LIMIT: '3' })
    onTestFinished(() => api.close())
    const get = (url: string, remoteAddress = '10.0.0.1') => api.app.inject({ url, remoteAddress })
    expect((await get('/sweeps')).statusCode).toBe(200)
    expect((await get('/nowhere')).statusCode).toBe(404)
    expect((await get('/trials')).statusCode).toBe(200)
    const refused = await get('/trials')
    expect(refused.statusCode).toBe(429)
    expect(refused.headers['content-type']).toBe('application/problem+json')
    const seconds = Number(refused.headers['retry-after'])
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(60)
    const { detail } = problemDetailsSchema.parse(refused.json())
    expect(detail).toContain('RATE_LIMIT')
    expect(detail).toContain(`${seconds} s`)
    expect((await get('/healthz')).statusCode).toBe(200)
    expect((await get('/sweeps', '10.0.0.2')).statusCode).toBe(200)
  })

  test('counts the addresses of one /64 as one, and an IPv4 address however it is written', async () => {
    const send = await open({ RATE_LIMIT: '2' })
    expect(await send(from('2001:db8::1'), 2)).toEqual([404, 404])
    expect(await send(from('2001:db8::2'))).toEqual([429])
    expect(await send(from('2001:db8:0:1::1'))).toEqual([404])
    expect(await send(from('::ffff:10.0.0.1'), 2)).toEqual([404, 404])
    expect(await send(from('10.0.0.1'))).toEqual([429])
  })

  test('of 0 is none', async () => {
    const send = await open({ RATE_LIMIT: '0' })
    expect(new Set(await send(from('10.0.0.1'), 50))).toEqual(new Set([404]))
  })

  test('believes x-forwarded-for only where TRUST_PROXY names the sender', async () => {
    const send = await open({ RATE_LIMIT: '1', TRUST_PROXY: '10.1.0.0/16' })
    expect(await send(from('10.1.2.3', '192.0.2.1'))).toEqual([404])
    expect(await send(from('10.1.2.3', '192.0.2.2'))).toEqual([404])
    expect(await send(from('10.1.2.3', '192.0.2.2'))).toEqual([429])
    expect(await send(from('10.2.0.1', '192.0.2.3'))).toEqual([404])
    expect(await send(from('10.2.0.1', '192.0.2.4'))).toEqual([429])
  })
})

describe('wrong tokens', () => {
  test('are refused unseen after thirty in a minute, and so is the right one from there', async () => {
    const send = await open({ API_TOKEN: TOKEN })
    const request = (token: string, remoteAddress = '10.0.0.1'): InjectOptions => ({
      url: '/sweeps',
      remoteAddress,
      headers: { authorization: `Bearer ${token}` },
    })
    expect(await send(request(TOKEN), 40)).not.toContain(429)
    expect(new Set(await send(request('wrong'), 30))).toEqual(new Set([401]))
    expect(await send(request('wrong'))).toEqual([429])
    expect(await send(request(TOKEN))).toEqual([429])
    expect(await send(request(TOKEN, '10.0.0.2'))).toEqual([200])
    expect(await send({ url: '/healthz', remoteAddress: '10.0.0.1' })).toEqual([200])
  })
})
