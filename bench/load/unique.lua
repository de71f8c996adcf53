-- Asks PREFIX1, PREFIX2, … so that no path comes twice. With a COUNT it stops there and says so.
local sent, answered, prefix, last = 0, 0, "/", 0

function init(args)
  prefix = args[1]
  last = tonumber(args[2] or "0")
end

function request()
  sent = sent + 1
  return wrk.format("GET", prefix .. sent)
end

if os.getenv("BENCH_COUNTED") then
  function response()
    answered = answered + 1
    if answered == last then
      io.stderr:write("counted\n")
    end
    if answered >= last then
      wrk.thread:stop()
    end
  end
end
