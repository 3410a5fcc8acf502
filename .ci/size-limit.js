// The most that each door may cost who imports all of it: minified and compressed with gzip, what it needs
// of other packages included, what is built into Node left out. About a tenth above what was measured, so
// that a new dependency or a lost tree shake shows at once.
const builtIns = ['node:*', 'fs', 'zlib', 'util', 'events', 'stream', 'buffer']

const forBrowser = (config) => ({ ...config, format: 'esm', platform: 'browser' })
const forNode = (config) => ({ ...config, format: 'esm', platform: 'node' })

const browserDoor = (door, limit) => ({
  name: door,
  path: `../dist/${door}.js`,
  limit,
  gzip: true,
  modifyEsbuildConfig: forBrowser,
})

const nodeDoor = (door, limit) => ({
  name: door,
  path: `../dist/${door}.js`,
  limit,
  gzip: true,
  ignore: builtIns,
  modifyEsbuildConfig: forNode,
})

export default [
  { ...browserDoor('index', '103 kB'), name: 'index, createBus alone', import: '{ createBus }' },
  browserDoor('index', '168 kB'),
  browserDoor('legacy', '101 kB'),
  browserDoor('handlers', '72 kB'),
  browserDoor('testing', '134 kB'),
  nodeDoor('desk', '88 kB'),
  nodeDoor('log', '109 kB'),
  nodeDoor('backtest', '206 kB'),
]
