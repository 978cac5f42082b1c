import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type ProxyOptions } from 'vite'

/** Where a running API listens; only the development server and the preview forward to it. */
const API = process.env['SWEEPD_URL'] ?? 'http://127.0.0.1:3000'

const API_PATHS = [
  'sweeps',
  'trials',
  'workers',
  'attempts',
  'session',
  'events',
  'docs',
  'openapi.json',
  'readyz',
]

const proxy: Record<string, ProxyOptions> = Object.fromEntries(
  API_PATHS.map((path) => [`/${path}`, { target: API, changeOrigin: true }]),
)

/** What the API sends with these pages too: tests run under it, so that nothing needs more than it allows. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const EXAMPLES_FOLDER = resolve(import.meta.dirname, '../../examples')

/** The project's example sweeps by name, so that they are written down once. */
const examples = readdirSync(EXAMPLES_FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({
    name: file.replace(/\.json$/, ''),
    definition: JSON.parse(readFileSync(join(EXAMPLES_FOLDER, file), 'utf8')),
  }))

export default defineConfig({
  base: '/ui/',
  plugins: [react()],
  define: { EXAMPLE_SWEEPS: JSON.stringify(examples) },
  build: { target: 'es2023', manifest: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: 'es' },
  server: { host: '127.0.0.1', proxy },
  preview: {
    host: '127.0.0.1',
    proxy,
    headers: { 'content-security-policy': CONTENT_SECURITY_POLICY },
  },
})
