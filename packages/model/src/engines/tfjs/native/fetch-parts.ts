import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { installationPaths, PACKAGE_NAME, type Variant, VERSIONS } from './installation.js'
import { InstallationError, runTool } from './run-tool.js'
import { unpack } from './unpack.js'

/** Where the parts go, and what is told about progress. */
export interface FetchOptions {
  /** Of the installation that is being made. */
  readonly folder: string
  /** For temporary files. */
  readonly scratch: string
  readonly variant: Variant
  readonly onDetail: (detail: string) => void
  readonly signal?: AbortSignal | undefined
}

/** The wheels of all Python versions hold the same libraries; this asks for one that exists. */
const WHEEL = [
  ...[
    '--python-version',
    '3.11',
    '--implementation',
    'cp',
    '--abi',
    'cp311',
    '--only-binary=:all:',
    '--no-deps',
  ],
  ...['--platform', 'manylinux_2_28_x86_64', '--platform', 'manylinux_2_27_x86_64'],
  ...[
    '--platform',
    'manylinux_2_17_x86_64',
    '--platform',
    'manylinux2014_x86_64',
    '--platform',
    'manylinux1_x86_64',
  ],
]
const QUIET = ['--quiet', '--disable-pip-version-check', '--no-input']

/** Files to unpack from the wheel: the libraries and the headers of their C API. */
const WANTED = [
  'tensorflow/libtensorflow_',
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/',
  'tensorflow/include/tsl/',
  'tensorflow/include/xla/tsl/',
]

/** Fetches the npm packages without running their scripts. @returns the folder of Node's headers */
export async function fetchPackages(options: FetchOptions): Promise<string> {
  const { folder, scratch, signal } = options
  const downloads = join(scratch, 'npm')
  await mkdir(downloads, { recursive: true })
  const { modules } = installationPaths(folder)
  const headers = join(scratch, 'node-api-headers')
  const packages = [
    [PACKAGE_NAME, VERSIONS.package, installationPaths(folder).package],
    ['google-protobuf', VERSIONS.googleProtobuf, join(modules, 'google-protobuf')],
    ['progress', VERSIONS.progress, join(modules, 'progress')],
    ['node-api-headers', VERSIONS.nodeApiHeaders, headers],
  ] as const
  const specs = packages.map(([name, version]) => `${name}@${version}`)
  await runTool(
    'npm',
    ['pack', '--loglevel=error', '--ignore-scripts', '--pack-destination', downloads, ...specs],
    {
      cwd: scratch,
      signal,
    },
  ).catch(explain('npm', 'the registry of npm'))
  for (const [name, version, destination] of packages) {
    const tarball = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
    await mkdir(destination, { recursive: true })
    await unpack(join(downloads, tarball), destination, [], { signal })
  }
  return join(headers, 'include')
}

/** Fetches TensorFlow's libraries and headers, and for the GPU NVIDIA's libraries beside them. */
export async function fetchTensorFlow(options: FetchOptions): Promise<void> {
  const { folder, scratch, variant, signal } = options
  const { libraries, tensorflow } = installationPaths(folder)
  const downloads = join(scratch, 'pip')
  await mkdir(downloads, { recursive: true })
  const spec = `${variant === 'gpu' ? 'tensorflow' : 'tensorflow-cpu'}==${VERSIONS.tensorflow}`
  await pip(['download', ...WHEEL, '--dest', downloads, spec], options)
  const wheel = (await readdir(downloads)).find((name) => name.endsWith('.whl'))
  if (wheel === undefined) throw new InstallationError(`pip downloaded no wheel of ${spec}`)
  options.onDetail('unpacking')
  await unpack(join(downloads, wheel), libraries, [...WANTED, 'tensorflow-'], { signal })
  await unpack(join(downloads, wheel), libraries, [`tensorflow-${VERSIONS.tensorflow}.dist-info/METADATA`], {
    signal,
  })
  await rm(downloads, { recursive: true })
  if (variant === 'gpu') {
    const specs = await listCudaPackages(libraries)
    await pip(
      ['install', ...WHEEL, '--no-compile', '--no-cache-dir', '--target', libraries, ...specs],
      options,
    )
  }
  // Symbols for a debugger are a quarter of the libraries.
  options.onDetail('stripping')
  const names = (await readdir(tensorflow)).filter((name) => name.startsWith('libtensorflow_'))
  await runTool('strip', ['--strip-unneeded', ...names.map((name) => join(tensorflow, name))], { signal })
}

/**
 * The CUDA libraries that the wheel was built with: the lowest versions that it accepts. The newest, which pip would choose,
 * make it 6.1 GB instead of 4.0, and change from day to day.
 */
async function listCudaPackages(libraries: string): Promise<string[]> {
  const metadata = join(libraries, `tensorflow-${VERSIONS.tensorflow}.dist-info`, 'METADATA')
  const requirements = [
    ...(await readFile(metadata, 'utf8')).matchAll(
      /^Requires-Dist: (nvidia-[\w-]+)[^;]*>=([\d.]+)[^;]*;.*and-cuda/gm,
    ),
  ]
  if (requirements.length === 0) throw new InstallationError(`${metadata} names no CUDA libraries`)
  return requirements.map(([, name, version]) => `${name}==${version}`)
}

/** pip shows no progress on a pipe, so the bytes that it has written are counted. */
async function pip(args: readonly string[], { scratch, onDetail, signal }: FetchOptions): Promise<void> {
  const temporary = join(scratch, 'tmp')
  await mkdir(temporary, { recursive: true })
  const timer = setInterval(async () => {
    const bytes = await sizeOf(scratch).catch(() => 0)
    onDetail(`${(bytes / 1e6).toFixed(0)} MB`)
  }, 1000)
  try {
    const [command = '', ...others] = args
    await runTool('python3', ['-m', 'pip', command, ...QUIET, ...others], {
      env: { TMPDIR: temporary },
      signal,
    })
  } catch (error) {
    explain('pip', 'PyPI')(error)
  } finally {
    clearInterval(timer)
  }
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }))
    if (entry.isFile())
      bytes += await stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      )
  return bytes
}

/** Adds what to do to the failures that have a usual cause. */
const explain =
  (tool: string, registry: string) =>
  (error: unknown): never => {
    if (!(error instanceof InstallationError)) throw error
    const { message } = error
    if (/ENOSPC|No space left|Errno 28/i.test(message))
      throw new InstallationError(`The disk is full. ${message}`)
    if (
      /ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|network|Temporary failure|behind a proxy|No matching distribution|timed out/i.test(
        message,
      )
    )
      throw new InstallationError(
        `${tool} cannot get what it needs from ${registry}; is this machine connected, and ${tool} set up for its proxy ` +
          `or mirror? ${message}`,
      )
    throw error
  }
