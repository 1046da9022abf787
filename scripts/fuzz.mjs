// pnpm fuzz [target ...] [--count 100000] [--seed 1]
// Feeds every reader of data sets damaged bytes (packages/datasets/fuzz) and every parser of what a user writes damaged texts
// (packages/h2learn/fuzz). Each target runs in a process of its own, so that a hang or a crash is caught too. A target passes when
// every input gave a sound result or a refusal of ours, within 5 s of processor time.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { suite as readers } from '../packages/datasets/fuzz/readers.mjs'
import { suite as texts } from '../packages/h2learn/fuzz/texts.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const suites = [readers, texts]

/** Longest time for one input, in seconds of the processor, so that other work on the machine does not count. */
const mostSeconds = 5

const option = (name, fallback) => {
  const at = process.argv.indexOf(name)
  return at < 0 ? fallback : Number(process.argv[at + 1])
}
const count = option('--count', 100_000)
const seed = option('--seed', 1)
const child = process.argv.includes('--child')
const named = process.argv
  .slice(2)
  .filter((arg, i, all) => !arg.startsWith('--') && all[i - 1] !== '--count' && all[i - 1] !== '--seed')

/** The sources of a suite in one file, so that no build is needed. */
const bundleOf = ({ package: name }) => join(root, 'packages', name, 'node_modules/.cache/fuzz.mjs')
const bundleSources = async (suite) => {
  const outfile = bundleOf(suite)
  mkdirSync(join(outfile, '..'), { recursive: true })
  await build({
    stdin: { contents: suite.entry, resolveDir: join(root, 'packages', suite.package), loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
    logLevel: 'error',
    // libraries that are no modules ask for those of Node
    banner: {
      js: "import { createRequire as ownRequire } from 'node:module'\nconst require = ownRequire(import.meta.url)",
    },
    plugins: [
      {
        name: 'sources',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^@h2learn\// }, ({ path }) => {
            const [, name, ...rest] = path.split('/')
            return { path: join(root, 'packages', name, 'src', ...rest, 'index.ts') }
          }),
      },
    ],
    external: suite.external,
  })
}

/** mulberry32, as the library draws. */
const rng = (start) => {
  let a = start >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const secondsUsed = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const fuzzOne = async (suite, name, h, temp) => {
  const began = performance.now()
  const tally = { read: 0, refused: 0, slowest: 0 }
  const { valid, damage, read } = (await suite.targets(h, temp))[name]
  for (const input of valid) await read(input) // what is valid must be read
  const next = rng(seed)
  for (let i = 0; i < count; i++) {
    const input = damage(valid[i % valid.length], next, valid)
    const start = secondsUsed()
    let fault
    try {
      await read(input)
      tally.read++
    } catch (error) {
      tally.refused++
      const wrong = suite.refusal(error, h)
      fault = wrong && `${wrong}\n${error?.stack ?? error}`
    }
    const seconds = secondsUsed() - start
    tally.slowest = Math.max(tally.slowest, seconds)
    const late = seconds > mostSeconds ? `took ${seconds.toFixed(1)} s` : undefined
    if (fault ?? late) {
      console.log(`${name}, input ${i}: ${fault ?? late}\n${suite.show(input).slice(0, 4000)}`)
      process.exit(1)
    }
  }
  const { maxRSS } = process.resourceUsage()
  console.log(
    `${name.padEnd(15)} ${count} inputs, seed ${seed}: ${tally.read} read, ${tally.refused} refused; slowest ${Math.round(1000 * tally.slowest)} ms, memory ${Math.round(maxRSS / 1024)} MiB, ${((performance.now() - began) / 1000).toFixed(0)} s`,
  )
}

/** A suite with its sources, and a folder for it. */
const withSuite = async (suite, use) => {
  const temp = mkdtempSync(join(tmpdir(), 'h2learn-fuzz-'))
  const remove = () => rmSync(temp, { recursive: true, force: true })
  process.on('exit', remove)
  try {
    return await use(await import(pathToFileURL(bundleOf(suite))), temp)
  } finally {
    remove()
    process.off('exit', remove)
  }
}

if (child) {
  const [packageName, target] = named
  const suite = suites.find((one) => one.package === packageName)
  await withSuite(suite, (h, temp) => fuzzOne(suite, target, h, temp))
  process.exit(0)
}
let failed = 0
for (const suite of suites) {
  await bundleSources(suite)
  const all = await withSuite(suite, async (h, temp) => Object.keys(await suite.targets(h, temp)))
  for (const name of all.filter((one) => named.length === 0 || named.includes(one))) {
    const { status, signal } = spawnSync(
      process.execPath,
      [
        '--max-old-space-size=512',
        fileURLToPath(import.meta.url),
        suite.package,
        name,
        '--child',
        '--count',
        String(count),
        '--seed',
        String(seed),
      ],
      { stdio: 'inherit', timeout: 7_200_000 },
    )
    if (status !== 0) {
      failed++
      console.log(`${name.padEnd(15)} FAILED (${signal ?? status})`)
    }
  }
}
process.exit(failed > 0 ? 1 : 0)
