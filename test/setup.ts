import fc from 'fast-check'

// `npm test` draws the same cases every time, so that a red run is the fault of the change at hand;
// `npm run test:full` draws others each time
if (process.env.H2LEARN_TEST !== 'full') fc.configureGlobal({ seed: 20210725 })
