export { elementary } from './elementary'
