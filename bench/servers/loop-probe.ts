// Loaded before the program under test: measures the longest stop of its event loop between two messages of the harness.
import { monitorEventLoopDelay } from 'node:perf_hooks'

const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()

process.on('message', (message) => {
  if (message === 'reset') delay.reset()
  else if (message === 'report') process.send?.({ longestStopMs: delay.max / 1e6 })
})
process.channel?.unref()
