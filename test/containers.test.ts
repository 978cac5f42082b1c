import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const SECRET = /token|password|secret|_URL\b/i

const dockerfile = read('deploy/Dockerfile')

/** The lines of the stage with this name. */
function linesOfStage(name: string): string[] {
  const stages = dockerfile.split(/^(?=FROM )/m)
  const stage = stages.find((text) => text.split('\n', 1)[0]?.endsWith(` AS ${name}`))
  return stage?.split('\n') ?? []
}

/** The variables that a file like .env.example sets. */
const listVariables = (file: string): string[] =>
  [...read(file).matchAll(/^([A-Z_]+)=/gm)].map(([, name = '']) => name)

/** The services of a compose file by name, each as its text. Enough for a file that is indented by two. */
function listServices(file: string): [name: string, text: string][] {
  const [, afterwards = ''] = read(file).split(/^services:$/m)
  const [services = ''] = afterwards.split(/^\w/m)
  return services
    .split(/^ {2}(?=\w+:$)/m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf(':')), text])
}

describe('deploy/Dockerfile', () => {
  it.each(['api', 'worker', 'worker-cuda', 'worker-tfjs'])(
    'runs %s as another user than root, after the last command that needs root',
    (name) => {
      const lines = linesOfStage(name)
      const user = lines.findLastIndex((line) => /^USER (?!root\b|0\b)\S/.test(line))
      expect(user).toBeGreaterThan(-1)
      expect(lines.slice(user + 1).filter((line) => /^(RUN|USER|COPY|ADD) /.test(line))).toEqual([])
    },
  )

  it('holds no secrets, and gives no file of the program to that user', () => {
    const lines = dockerfile.split('\n')
    expect(lines.filter((line) => /^(ARG|ENV) /.test(line) && SECRET.test(line))).toEqual([])
    expect(dockerfile).not.toMatch(/COPY --chown/)
  })

  it('leaves .env, secrets and .git out of its context', () => {
    const ignored = read('.dockerignore').split('\n')
    expect(ignored).toEqual(expect.arrayContaining(['.env', 'secrets', '.git', '.sweepd']))
  })

  it("takes the CUDA provider of onnxruntime-node's version", () => {
    const { dependencies } = JSON.parse(read('packages/model/package.json'))
    expect(read('deploy/cuda-wheels.txt')).toContain(`onnxruntime-gpu==${dependencies['onnxruntime-node']}\n`)
  })
})

describe('docker-compose.yml', () => {
  const services = listServices('docker-compose.yml')

  it('is read with all of its services', () => {
    expect(services.map(([name]) => name)).toEqual(['postgres', 'redis', 'api', 'worker'])
  })

  it.each(services)('gives the processes of %s no way to more rights', (_, text) => {
    expect(text).toContain('no-new-privileges:true')
  })

  it.each(['api', 'worker'])(
    'lets %s write nowhere but to its volumes and /tmp, with no capabilities',
    (name) => {
      const [, text = ''] = services.find(([other]) => other === name) ?? []
      expect(text).toMatch(/^ {4}read_only: true$/m)
      expect(text).toMatch(/^ {4}tmpfs: \[\/tmp\]$/m)
      expect(text).toMatch(/^ {4}cap_drop: \[ALL\]$/m)
    },
  )

  it('publishes the port of the api and no other', () => {
    expect(services.filter(([, text]) => /^ {4}ports:/m.test(text)).map(([name]) => name)).toEqual(['api'])
  })

  it('writes no token down', () => {
    expect(read('docker-compose.yml')).toMatch(/API_TOKEN: \$\{API_TOKEN\?/)
  })

  // These say where the command line finds things; the containers have fixed places for data.
  const ofTheCommandLine = ['SWEEPD_URL', 'SWEEPD_DATA_DIR', 'SWEEPD_ENGINES_DIR']

  it.each(listVariables('.env.example').filter((name) => !ofTheCommandLine.includes(name)))(
    'hands on %s of .env.example',
    (name) => {
      expect(read('docker-compose.yml')).toMatch(new RegExp(`\\$\\{${name}[:?]`))
    },
  )

  it.each(['api', 'worker'])('tells %s every variable that its env.ts reads', (name) => {
    const [, text = ''] = services.find(([other]) => other === name) ?? []
    const names = [...read(`apps/${name}/src/env.ts`).matchAll(/^ {2,4}(?!MIN_)([A-Z_]+)(?:,$|: )/gm)].map(
      ([, each]) => each,
    )
    // Set by the image, and by the secrets' own file; the last is for tests.
    const elsewhere = ['SWEEPD_DATA_DIR', 'SWEEPD_ENGINES_DIR', 'HEARTBEAT_FILE', 'SWEEPD_FAKE_GPUS']
    expect(names.length).toBeGreaterThan(5)
    const missing = names.filter((each = '') => !elsewhere.includes(each) && !text.includes(`      ${each}:`))
    expect(missing).toEqual([])
  })

  it.each(services)('checks the health of %s, and keeps its logs small', (_, text) => {
    expect(text).toMatch(/^ {4}healthcheck:$/m)
    expect(text).toMatch(/^ {4}logging: \*logging$/m)
  })

  it('has the same settings for a worker as deploy/compose.worker.yml', () => {
    const variablesOf = (file: string) => {
      const [, text = ''] = listServices(file).find(([name]) => name === 'worker') ?? []
      return [...text.matchAll(/^ {6}([A-Z_]+):/gm)].map(([, name]) => name)
    }
    expect(variablesOf('deploy/compose.worker.yml')).toEqual(variablesOf('docker-compose.yml'))
  })
})
