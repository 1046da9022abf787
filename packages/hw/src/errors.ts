export { CapacityError, type Complaint, ConfigError, requireInteger } from '@h2learn/config'
