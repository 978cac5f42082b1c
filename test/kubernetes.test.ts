import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'

const run = promisify(execFile)
const FOLDER = join(import.meta.dirname, '../deploy/k8s')
const FILES = ['api.yaml', 'worker.yaml', 'scaled-object.yaml']
/** Holds the schemas of Kubernetes 1.37 and checks resources against them; from PyPI. */
const VALIDATOR = 'kubernetes-validate==1.37.0'
/** Holds the schema of ScaledObject; from Go's module proxy. */
const KEDA = 'github.com/kedacore/keda/v2@v2.17.2'
const VENV = join(homedir(), '.cache/sweepd/kubernetes-validate-1.37.0')
const PYTHON = join(VENV, 'bin/python')

interface Resource {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: Record<string, unknown>
}

const readResources = (file: string): Resource[] =>
  parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8')).map((document) => document.toJS() as Resource)
const findResource = (kind: string, name: string): Resource | undefined =>
  FILES.flatMap(readResources).find((found) => found.kind === kind && found.metadata.name === name)

async function findPython(): Promise<string | undefined> {
  if (existsSync(join(VENV, 'bin/kubernetes-validate'))) return undefined
  try {
    mkdirSync(join(VENV, '..'), { recursive: true })
    await run('python3', ['-m', 'venv', VENV])
    await run(PYTHON, ['-m', 'pip', 'install', '--quiet', VALIDATOR])
    return undefined
  } catch (error) {
    return `no ${VALIDATOR}: ${(error as Error).message}`
  }
}

/** Where the schemas of KEDA lie; undefined without Go. */
async function findKeda(): Promise<string | undefined> {
  try {
    const env = { ...process.env, GOFLAGS: '-mod=mod' }
    const { stdout } = await run('go', ['mod', 'download', '-json', KEDA], { env })
    return join((JSON.parse(stdout) as { Dir: string }).Dir, 'config/crd/bases')
  } catch {
    return undefined
  }
}

describe('the manifests for Kubernetes', { timeout: 300_000 }, () => {
  let fault: string | undefined
  beforeAll(async () => {
    fault = await findPython()
  }, 300_000)

  it('are valid by the schemas of Kubernetes, with no unknown field', async ({ skip }) => {
    if (fault !== undefined) return skip(fault)
    const files = ['api.yaml', 'worker.yaml'].map((file) => join(FOLDER, file))
    const { stdout } = await run(join(VENV, 'bin/kubernetes-validate'), ['--strict', ...files])
    expect(stdout.match(/passed for resource/g)).toHaveLength(5)
  })

  it('are valid by the schemas of KEDA', async ({ skip }) => {
    const keda = fault === undefined ? await findKeda() : undefined
    if (keda === undefined) return skip(fault ?? 'no Go, whose proxy has the schemas')
    for (const resource of readResources('scaled-object.yaml')) {
      const crd = parse(readFileSync(join(keda, `keda.sh_${resource.kind.toLowerCase()}s.yaml`), 'utf8'))
      const schema = crd.spec.versions[0].schema.openAPIV3Schema
      const check = 'import json,sys,jsonschema; jsonschema.validate(*json.loads(sys.argv[1]))'
      await run(PYTHON, ['-c', check, JSON.stringify([resource, closeSchema(schema)])])
    }
  })

  it('scale a deployment that there is by queued and running trials, slowly down', () => {
    const scaled = findResource('ScaledObject', 'sweepd-worker')
    expect(scaled?.spec).toMatchObject({
      scaleTargetRef: { name: 'sweepd-worker' },
      cooldownPeriod: 600,
      triggers: [
        {
          metadata: { valueLocation: 'unfinishedTrials' },
          authenticationRef: { name: findResource('TriggerAuthentication', 'sweepd-api')?.metadata.name },
        },
      ],
    })
    expect(findResource('Deployment', 'sweepd-worker')?.spec).not.toHaveProperty('replicas')
  })

  it('give each worker a GPU and more time to end than draining takes', () => {
    const spec = findResource('Deployment', 'sweepd-worker')?.spec ?? {}
    const pod = (spec as { template: { spec: Pod } }).template.spec
    const [container] = pod.containers
    expect(container?.resources.limits).toMatchObject({ 'nvidia.com/gpu': '1' })
    const drainMs = Number(container?.env.find(({ name }) => name === 'DRAIN_TIMEOUT_MS')?.value)
    expect(1000 * pod.terminationGracePeriodSeconds).toBeGreaterThan(drainMs)
  })
})

interface Pod {
  readonly terminationGracePeriodSeconds: number
  readonly containers: {
    readonly env: { readonly name: string; readonly value: string }[]
    readonly resources: { readonly limits: object }
  }[]
}

/** The schema without room for unknown fields, as the API server would drop them without a word. */
function closeSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closeSchema)
  if (typeof schema !== 'object' || schema === null) return schema
  const closed = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closeSchema(value)]))
  // That of metadata is left to Kubernetes.
  const isOpen = !('properties' in closed) || 'x-kubernetes-preserve-unknown-fields' in closed
  return isOpen ? closed : { ...closed, additionalProperties: false }
}
