/** Channels that are computed together: a power of two of SIMD vectors. */
export interface ChannelBlock {
  readonly index: number
  /** First channel; also the number of channels (padding included) in the blocks before. */
  readonly first: number
  /** 32, 16, 8 or 4 channels. */
  readonly width: number
  /** Bits of the channels that exist (the last block may be padded to a multiple of four). */
  readonly valid: number
}

/** Cuts K channels into blocks of 32, then 16, 8 and 4; the last is padded with channels of zeros. */
export const channelBlocks = (K: number): readonly ChannelBlock[] => {
  const blocks: ChannelBlock[] = []
  for (let first = 0; first < K; ) {
    const left = Math.ceil((K - first) / 4) * 4
    const width = left >= 32 ? 32 : left >= 16 ? 16 : left >= 8 ? 8 : 4
    const real = Math.min(width, K - first)
    blocks.push({ index: blocks.length, first, width, valid: real === 32 ? 0xffffffff : 2 ** real - 1 })
    first += width
  }
  return blocks
}

/** K rounded up to whole vectors. */
export const paddedChannels = (K: number): number => Math.ceil(K / 4) * 4
