-- wrk's requests: the lines of the file BODIES, in turn, to the path PATH_OF. At the end a line of
-- JSON: requests a second, latencies in milliseconds, and what went wrong.
local bodies, at = {}, 0
for line in io.lines(os.getenv("BODIES")) do bodies[#bodies + 1] = line end
local path = os.getenv("PATH_OF")
local headers = { ["Content-Type"] = "application/json" }
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("first", threads * 97)
end

function init() at = first end

function request()
  at = at % #bodies + 1
  return wrk.format("POST", path, headers, bodies[at])
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format('{"requests_per_second": %.1f, "p50_ms": %.2f, "p99_ms": %.2f, "requests": %d, "not_2xx": %d, "failed": %d}\n',
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, summary.requests,
    e.status, e.connect + e.read + e.write + e.timeout))
end
