import type { OwnRun } from './own-run'

/** Training runs of our own that `reproducePaper` shows beside the paper unless others are given. */
export const ownRuns: readonly OwnRun[] = []
