import { EnvironmentError } from '@sweepd/core'
import { expect, test } from 'vitest'
import { parseEnv } from './env.js'

test('an empty environment gives the defaults of a single machine', () => {
  expect(parseEnv({})).toEqual({
    PORT: 3000,
    HOST: '127.0.0.1',
    SWEEPD_DATA_DIR: '.sweepd',
    LOG_LEVEL: 'info',
    MAX_TRIALS: 100_000,
    RECONCILE_INTERVAL_MS: 5000,
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

test.each(['0.0.0.0', '::', '10.0.0.7', 'sweepd.example', '127.0.0.1.example'])(
  'HOST %s, which other machines can reach, needs an API_TOKEN',
  (HOST) => {
    expect(() => parseEnv({ HOST })).toThrow(/API_TOKEN is required/)
    expect(parseEnv({ HOST, API_TOKEN: 's3cret' })).toMatchObject({ HOST, API_TOKEN: 's3cret' })
  },
)

test.each(['localhost', '127.0.0.1', '127.1.2.3', '::1'])('HOST %s needs no API_TOKEN', (HOST) => {
  expect(parseEnv({ HOST }).HOST).toBe(HOST)
})

test('URLs of real servers are accepted', () => {
  const urls = {
    DATABASE_URL: 'postgresql://u:p%40@db:5432/x?sslmode=require',
    REDIS_URL: 'rediss://:p@r:6380/1',
  }
  expect(parseEnv(urls)).toMatchObject(urls)
})
