import type { SpikePool } from '../api'
import { average } from './average'
import { max } from './max'
import type { SpikePoolRules } from './spike-pool'

/** The poolings by name: one without an entry does not compile. */
export const spikePools: { readonly [K in SpikePool['kind']]: SpikePoolRules } = { average, max }
