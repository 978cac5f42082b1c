import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { problemDetailsSchema } from '@sweepd/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { json, openTestApp, type TestApp } from './open-test-app.js'

const TOKEN = '0123456789-s3cret'
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

let api: TestApp
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sweepd-dashboard-'))
  await mkdir(join(folder, 'pages', 'assets'), { recursive: true })
  await writeFile(join(folder, 'secret.txt'), 'outside')
  await writeFile(join(folder, 'pages', 'assets', 'index-B3d6t_zh.js'), 'export {}')
  await writeFile(join(folder, 'pages', 'favicon.svg'), '<svg/>')
  api = await openTestApp({ API_TOKEN: TOKEN }, { dashboardFolder: join(folder, 'pages') })
})
afterAll(async () => {
  await api.close()
  await rm(folder, { recursive: true, force: true })
})

const get = (url: string, headers: Record<string, string> = HTML) => api.app.inject({ url, headers })

test('a dashboard that is not built says how to build it, to people and to programs', async () => {
  for (const url of ['/', '/ui/', '/ui/sweeps']) {
    const page = await get(url)
    expect([page.statusCode, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
    expect(page.body).toContain('npm run build')
    expect((await get(url, { accept: 'application/json' })).json().detail).toContain('npm run build')
  }
})

test('a dashboard that is built later is served: its page, its files, and its page at every address below', async () => {
  await writeFile(join(folder, 'pages', 'index.html'), '<!doctype html><title>sweepd</title>')
  const root = await get('/')
  expect([root.statusCode, root.headers.location]).toEqual([302, '/ui/'])
  for (const url of [
    '/ui',
    '/ui/',
    '/ui/sweeps/0192f1a0-0000-7000-8000-000000000000?tab=charts',
    '/ui/a.b/c',
  ]) {
    const page = await get(url)
    expect([url, page.statusCode, page.headers['content-type']]).toEqual([
      url,
      200,
      'text/html; charset=utf-8',
    ])
    expect(page.headers['cache-control']).toBe('no-cache')
    expect(page.body).toContain('<title>sweepd')
  }
  const script = await get('/ui/assets/index-B3d6t_zh.js', { accept: '*/*' })
  expect([script.statusCode, script.headers['content-type']]).toEqual([
    200,
    'application/javascript; charset=utf-8',
  ])
  expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  const icon = await get('/ui/favicon.svg', { accept: 'image/*' })
  expect([icon.statusCode, icon.headers['cache-control']]).toEqual([200, 'no-cache'])
  expect((await get('/ui/favicon.svg', { 'if-none-match': String(icon.headers.etag) })).statusCode).toBe(304)
})

test('no script may come from elsewhere or stand in the page, not even by evaluation', async () => {
  const policy = String((await get('/ui/')).headers['content-security-policy'])
  expect(policy).toContain("default-src 'self'")
  expect(policy).not.toMatch(/unsafe|https?:|\*/)
  expect((await get('/sweeps')).headers['content-security-policy']).toContain("default-src 'none'")
})

test('a missing file is a 404 and not a page, and nothing outside the folder is served', async () => {
  const missing = await get('/ui/assets/index-gone.js', { accept: '*/*' })
  expect(problemDetailsSchema.parse(missing.json()).status).toBe(404)
  for (const url of [
    '/ui/../secret.txt',
    '/ui/%2e%2e/secret.txt',
    '/ui/..%2fsecret.txt',
    '/ui//etc/passwd',
    '/ui/%00',
  ])
    expect((await get(url, { accept: '*/*' })).body, url).not.toMatch(/outside|root:/)
  expect(
    (await api.app.inject({ method: 'PUT', url: '/ui/x', headers: { authorization: `Bearer ${TOKEN}` } }))
      .statusCode,
  ).toBe(405)
})

const HOST = 'sweepd.example:3000'
const post = (url: string, headers: Record<string, string> = {}, body?: object) =>
  api.app.inject({
    method: 'POST',
    url,
    ...(body && json(body)),
    headers: { host: HOST, ...(body && json(body).headers), ...headers },
  })

async function logIn(): Promise<string> {
  const answer = await post('/session', { origin: `http://${HOST}` }, { token: TOKEN })
  expect(answer.statusCode).toBe(204)
  return String(answer.headers['set-cookie'])
}

test('the token is exchanged for a cookie that scripts cannot read, and that is not the token', async () => {
  const cookie = await logIn()
  expect(cookie).toMatch(/^sweepd_session=[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/)
  expect(decodeURIComponent(cookie)).not.toContain(TOKEN)
  const [pair = ''] = cookie.split(';')
  for (const url of ['/sweeps', '/docs', '/openapi.json'])
    expect((await get(url, { ...HTML, cookie: pair })).statusCode, url).toBe(200)
  const forged = `${pair.slice(0, -1)}${pair.endsWith('A') ? 'B' : 'A'}`
  for (const wrong of [forged, `sweepd_session=${TOKEN}`, 'sweepd_session=', 'other=1'])
    expect((await get('/sweeps', { cookie: wrong })).statusCode, wrong).toBe(401)
  const left = await api.app.inject({ method: 'DELETE', url: '/session', headers: { cookie: pair } })
  expect(left.statusCode).toBe(204)
  expect(left.headers['set-cookie']).toMatch(/^sweepd_session=; .*Expires=Thu, 01 Jan 1970/)
})

test.each([
  [401, { token: 'wrong-wrong-wrong' }, 'API_TOKEN'],
  [400, {}, 'One field is invalid'],
  [400, { token: TOKEN, more: 1 }, 'One field is invalid'],
])('a log-in is refused with %i for %j', async (status, body, detail) => {
  const answer = await post('/session', {}, body)
  expect(answer.statusCode).toBe(status)
  expect(answer.headers['set-cookie']).toBeUndefined()
  expect(problemDetailsSchema.parse(answer.json()).detail).toContain(detail)
})

test('a cookie changes something only for pages of this origin', async () => {
  const [cookie = ''] = (await logIn()).split(';')
  const sweep = { name: 'x', space: {} }
  for (const [headers, status] of [
    [{ 'sec-fetch-site': 'same-origin' }, 201],
    [{ origin: `https://${HOST}` }, 201],
    [{ 'sec-fetch-site': 'cross-site', origin: `http://${HOST}` }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{}, 403],
  ] as const)
    expect((await post('/sweeps', { cookie, ...headers }, sweep)).statusCode, JSON.stringify(headers)).toBe(
      status,
    )
  expect((await post('/sweeps', { authorization: `Bearer ${TOKEN}` }, sweep)).statusCode).toBe(201)
})

test('without a token too, no page of another site changes anything', async () => {
  const open = await openTestApp()
  const create = (headers: Record<string, string>) =>
    open.app.inject({
      method: 'POST',
      url: '/sweeps',
      payload: '{"name":"x","space":{}}',
      headers: { 'content-type': 'application/json', ...headers },
    })
  expect((await create({ origin: 'http://evil.example' })).statusCode).toBe(403)
  expect((await create({ 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403)
  expect((await create({})).statusCode).toBe(201)
  await open.close()
})
