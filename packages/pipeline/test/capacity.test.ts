import { CapacityError, ConfigError } from '@h2learn/hw'
import { describe, expect, it } from 'vitest'
import { requireCapacity } from '../src/capacity'

describe('requireCapacity', () => {
  it('counts copies of ping-pong buffers and says how full the buffer is', () => {
    // 2 · 1024 + 1024 bytes in 4 KiB.
    const needs = [
      { name: 'spikes', bytes: 1024, copies: 2 },
      { name: 'weights', bytes: 1024 },
    ]
    expect(requireCapacity('engine: conv2', needs, 4)).toEqual({ usedBytes: 3072, capacityBytes: 4096, share: 0.75 })
    expect(requireCapacity('engine: conv2', needs, 3).share).toBe(1)
  })

  it('names the needs, largest first, when they do not fit', () => {
    const fails = () =>
      requireCapacity(
        'engine: conv2',
        [
          { name: 'weights', bytes: 1024 },
          { name: 'spikes', bytes: 1025, copies: 2 },
        ],
        2.5,
      )
    expect(fails).toThrow(CapacityError)
    expect(fails).toThrow(
      'engine: conv2: expected at most 2.5 KiB of buffer, got 3.1 KiB (spikes 2.1 KiB, weights 1 KiB); raise the buffer or make the tiles or blocks smaller.',
    )
  })

  it('refuses needs and capacities that cannot be', () => {
    expect(() => requireCapacity('e', [{ name: 'a', bytes: -1 }], 1)).toThrow(ConfigError)
    expect(() => requireCapacity('e', [{ name: 'a', bytes: 1, copies: 0 }], 1)).toThrow(/0 copies/)
    expect(() => requireCapacity('e', [], Number.NaN)).toThrow(ConfigError)
    expect(requireCapacity('e', [], 0)).toEqual({ usedBytes: 0, capacityBytes: 0, share: 0 })
  })
})
