-- Asks for one of PREFIX1 … PREFIXcount at random.
local prefix, count = "/", 1

function init(args)
  prefix = args[1]
  count = tonumber(args[2])
  math.randomseed(tonumber(args[3]))
end

function request()
  return wrk.format("GET", prefix .. math.random(count))
end
