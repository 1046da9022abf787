import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs a command in the repository root with its output shown; a failure ends the process with its exit code. */
export const step = (title, command, args, { env = {}, fatal = true } = {}) => {
  console.log(`\n> ${title}`)
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', ...env },
    shell: process.platform === 'win32',
  })
  const code = error ? 1 : signal ? 130 : (status ?? 1)
  if (error) console.error(`${command}: ${error.message}`)
  if (code !== 0 && fatal) process.exit(code)
  return code
}

/** Node 20.19 is the first 20.x that loads ES modules from require. */
export const requireNode = () => {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`h2learn: expected Node >= 20.19, got ${process.versions.node}; install a newer Node and try again.`)
    process.exit(2)
  }
}

export const pnpm = (title, args, options) => step(title, 'npx', ['--yes', 'pnpm@10', ...args], options)

export const install = (...filter) => pnpm('install', ['install', '--frozen-lockfile', '--prefer-offline', ...filter])
