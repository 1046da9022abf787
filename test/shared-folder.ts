import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const named = process.env.H2LEARN_SHARED
const path = named ? resolve(named) : fileURLToPath(new URL('../../shared', import.meta.url))

/**
 * The folder `shared` with real data and golden vectors: the one that H2LEARN_SHARED names, else the one beside the
 * repository; undefined in a clone that has none. `H2LEARN_SHARED=none` makes any clone such a one.
 */
export const sharedFolder: string | undefined = named !== 'none' && existsSync(path) ? path : undefined
