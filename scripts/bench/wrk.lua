-- For wrk: sends the requests of a file in turn, and prints what it found as one line of JSON.
local requests, next_one = {}, 0

function init(args)
  local path, tokens = args[1], args[2]
  for token in io.lines(tokens) do
    requests[#requests + 1] = wrk.format("GET", path, { Host = wrk.host, Authorization = "Bearer " .. token })
  end
end

function request()
  next_one = next_one % #requests + 1
  return requests[next_one]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
