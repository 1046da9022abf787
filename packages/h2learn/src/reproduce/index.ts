export * from '@h2learn/accelerator/design-space'
export * from '@h2learn/accelerator/reproduce'
export * from '@h2learn/report/reproduction'
export * from '../own-run-of-report'
