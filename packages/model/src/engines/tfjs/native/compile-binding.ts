import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { installationPaths, NODE_API_VERSION } from './installation.js'
import { runTool, type ToolOptions } from './run-tool.js'

/** What the binding needs beside TensorFlow's own two libraries. */
const CUSOLVER = 'libcusolver.so.11'

/**
 * Compiles the package's two C++ files as its binding.gyp does, but against the libraries of the wheel, which hold the
 * same C API under other names. Paths in the binding are relative: the folder can be moved.
 */
export async function compileBinding(
  folder: string,
  nodeHeaders: string,
  options: ToolOptions,
): Promise<void> {
  const { package: source, binding, tensorflow, libraries } = installationPaths(folder)
  const cpp = join(source, 'binding')
  const output = dirname(binding)
  await mkdir(output, { recursive: true })
  const rpath = (target: string) => `-Wl,-rpath,$ORIGIN/${relative(output, target)}`
  const cusolver = join(libraries, 'nvidia', 'cusolver', 'lib')
  /*
   * TensorFlow opens cuSOLVER by its name and does not find it by the path that its library carries; then it ignores
   * every GPU. A library of that name that is already loaded is used instead, so the binding loads it.
   */
  const cuda = existsSync(join(cusolver, CUSOLVER))
    ? [
        '-Wl,--no-as-needed',
        `-L${cusolver}`,
        `-l:${CUSOLVER}`,
        '-Wl,--allow-shlib-undefined',
        rpath(cusolver),
      ]
    : []
  await runTool(
    'g++',
    [
      ...['-std=c++17', '-O2', '-fPIC', '-shared', '-w'],
      ...[`-DNAPI_VERSION=${NODE_API_VERSION}`, '-DNODE_GYP_MODULE_NAME=tfjs_binding'],
      ...[`-I${nodeHeaders}`, `-I${join(tensorflow, 'include')}`, `-I${cpp}`],
      ...[join(cpp, 'tfjs_backend.cc'), join(cpp, 'tfjs_binding.cc')],
      ...[
        `-L${tensorflow}`,
        '-l:libtensorflow_cc.so.2',
        '-l:libtensorflow_framework.so.2',
        rpath(tensorflow),
      ],
      ...cuda,
      ...['-o', binding],
    ],
    options,
  )
}
