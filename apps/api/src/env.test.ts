import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EnvironmentError } from '@sweepd/core'
import { expect, test } from 'vitest'
import { parseEnv } from './env.js'

test('an empty environment gives the defaults of a single machine', () => {
  expect(parseEnv({})).toEqual({
    PORT: 3000,
    HOST: '127.0.0.1',
    SWEEPD_DATA_DIR: '.sweepd',
    LOG_LEVEL: 'info',
    MAX_DATASET_BYTES: 4 * 1024 ** 3,
    MAX_TRIALS: 100_000,
    MAX_TRIAL_MEMORY_MIB: 8192,
    RATE_LIMIT: 6000,
    RECONCILE_INTERVAL_MS: 3000,
  })
})

test('a variable that is set but empty counts as unset, and unknown ones are ignored', () => {
  expect(parseEnv({ DATABASE_URL: '', PORT: '', PATH: '/bin' })).toEqual(parseEnv({}))
})

test('all faults are reported together, each with the name of its variable', () => {
  const faults = { PORT: '70000', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://x/y', MAX_TRIALS: '1e3' }
  const parse = () => parseEnv({ ...faults, RECONCILE_INTERVAL_MS: '5' })
  expect(parse).toThrow(EnvironmentError)
  for (const name of [...Object.keys(faults), 'RECONCILE_INTERVAL_MS']) expect(parse).toThrow(name)
})

const TOKEN = '0123456789abcdef'

test('secrets may come from files, whose last line break belongs to no secret', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sweepd-env-'))
  const token = join(folder, 'token')
  const database = join(folder, 'database')
  const empty = join(folder, 'empty')
  writeFileSync(token, `${TOKEN}\n`)
  writeFileSync(database, 'postgresql://sweepd:secret@db:5432/sweepd?sslmode=verify-full')
  writeFileSync(empty, '\n')
  const files = { API_TOKEN_FILE: token, DATABASE_URL_FILE: database, DATABASE_URL: '' }
  expect(parseEnv({ ...files, HOST: '0.0.0.0' })).toMatchObject({
    API_TOKEN: TOKEN,
    DATABASE_URL: 'postgresql://sweepd:secret@db:5432/sweepd?sslmode=verify-full',
  })
  const parseFaults = () =>
    parseEnv({
      API_TOKEN_FILE: empty,
      REDIS_URL_FILE: join(folder, 'missing'),
      DATABASE_URL_FILE: database,
      DATABASE_URL: 'postgresql://db/sweepd',
      PORT: 'x',
    })
  expect(parseFaults).toThrow(/API_TOKEN_FILE names an empty file .*; put the value into it/)
  expect(parseFaults).toThrow(/REDIS_URL_FILE cannot be read \(ENOENT.*; name a file that this user may read/)
  expect(parseFaults).toThrow(/DATABASE_URL_FILE is set, and so is DATABASE_URL; keep one of them/)
  expect(parseFaults).toThrow(/PORT is a whole number/)
  rmSync(folder, { recursive: true })
})

test('a secret read from a file must keep the same rules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sweepd-env-'))
  writeFileSync(join(folder, 'token'), 'short\n')
  expect(() => parseEnv({ API_TOKEN_FILE: join(folder, 'token') })).toThrow(
    /API_TOKEN has at least 16 characters/,
  )
  rmSync(folder, { recursive: true })
})

test.each([
  '0.0.0.0',
  '::',
  '0:0:0:0:0:0:0:0',
  '::ffff:0.0.0.0',
  '::ffff:10.0.0.7',
  '10.0.0.7',
  'fe80::1',
  '128.0.0.1',
  '127.0.0.256',
  'sweepd.example',
  '127.0.0.1.example',
  'localhost.example',
])('HOST %s, which other machines can reach, needs an API_TOKEN', (HOST) => {
  expect(() => parseEnv({ HOST })).toThrow(/API_TOKEN is required/)
  expect(parseEnv({ HOST, API_TOKEN: TOKEN })).toMatchObject({ HOST, API_TOKEN: TOKEN })
})

test.each([
  'localhost',
  'LOCALHOST',
  '127.0.0.1',
  '127.1.2.3',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
])('HOST %s needs no API_TOKEN', (HOST) => {
  expect(parseEnv({ HOST }).HOST).toBe(HOST)
})

test.each(['short', 'fifteen-letters'])('the API_TOKEN %s is too short to be one', (API_TOKEN) => {
  expect(() => parseEnv({ API_TOKEN })).toThrow(
    /API_TOKEN has at least 16 characters; "openssl rand -hex 32"/,
  )
})

test.each(['10.0.0.0/8', '10.0.0.1, ::1', 'fd00::/64'])('TRUST_PROXY may be %s', (TRUST_PROXY) => {
  expect(parseEnv({ TRUST_PROXY }).TRUST_PROXY).toBe(TRUST_PROXY)
})

test.each(['true', 'proxy.example', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.1,'])(
  'TRUST_PROXY may not be %s',
  (TRUST_PROXY) => {
    expect(() => parseEnv({ TRUST_PROXY })).toThrow(/TRUST_PROXY is a list of addresses/)
  },
)

test('URLs of real servers are accepted', () => {
  const urls = {
    DATABASE_URL: 'postgresql://u:p%40@db:5432/x?sslmode=require',
    REDIS_URL: 'rediss://:p@r:6380/1',
  }
  expect(parseEnv(urls)).toMatchObject(urls)
})
