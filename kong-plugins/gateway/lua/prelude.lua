-- The Lua side of the sandbox: the `kong` and `ngx` tables, the globals that Kong's sandbox has, and a runner.
-- Receives `call(name, ...)` and the PDK's names; returns `compile(code, name)` → the chunk's number or an error text,
-- and `run(number)` → an error text or nothing.
-- The globals are those of Kong's sandbox (no require, io, debug, load). `kong.response.exit` ends the function for
-- good, also inside pcall, because it yields as it does in Kong; an instruction limit ends what would not.

local call, names, limit = ...
local raw_create, raw_resume, raw_yield = coroutine.create, coroutine.resume, coroutine.yield
local raw_status, raw_close, sethook = coroutine.status, coroutine.close, debug.sethook
local EXIT = {}

local function namespace(root, name)
  local node = root
  for part in name:gmatch("([%w_]+)%.") do
    node[part] = node[part] or {}
    node = node[part]
  end
  return node, name:match("([%w_]+)$")
end

local root = { kong = {}, ngx = { req = {}, null = nil } }
for _, name in ipairs(names) do
  local node, key = namespace(root, name)
  node[key] = function(...)
    local result, exited = call(name, ...)
    if exited then raw_yield(EXIT) end
    return result
  end
end
local kong, ngx = root.kong, root.ngx

local function multimap(t)
  return setmetatable(t, { __index = function(self, key)
    return type(key) == "string" and rawget(self, (key:lower():gsub("_", "-"))) or nil
  end })
end

local plain_headers = kong.request.get_headers
kong.request.get_headers = function(...) return multimap(plain_headers(...)) end
local shared_get, shared_set = kong.ctx.shared.get, kong.ctx.shared.set
kong.ctx.shared = setmetatable({}, {
  __index = function(_, key) return shared_get(key) end,
  __newindex = function(_, key, value) shared_set(key, value) end,
})
kong.ctx.plugin = {}
kong.log.inspect = kong.log.debug
setmetatable(kong.log, { __call = function(_, ...) return kong.log.notice(...) end })

ngx.req.get_headers = function(max) return multimap((call("ngx.req.get_headers", max))) end
ngx.req.clear_header = function(name) call("kong.service.request.clear_header", name) end
ngx.req.set_header = function(name, value)
  call("kong.service.request." .. (value == nil and "clear_header" or "set_header"), name, value)
end
ngx.req.get_method = kong.request.get_method
ngx.var = setmetatable({}, {
  __index = function(_, name) return (call("kong.nginx.get_var", name)) end,
  __newindex = function(_, name) error("variable \"" .. tostring(name) .. "\" not changeable") end,
})
ngx.header = setmetatable({}, {
  __index = function(_, name) return (call("kong.response.get_header", name)) end,
  __newindex = function(_, name, value)
    call("kong.response." .. (value == nil and "clear_header" or "set_header"), name, value)
  end,
})
setmetatable(ngx, {
  __index = function(_, key) if key == "status" then return (call("kong.response.get_status")) end end,
  __newindex = function(_, key, value)
    if key ~= "status" then error("ngx." .. tostring(key) .. " cannot be set here") end
    call("kong.response.set_status", value)
  end,
})
local levels = { "EMERG", "ALERT", "CRIT", "ERR", "WARN", "NOTICE", "INFO", "DEBUG" }
for i, level in ipairs(levels) do rawset(ngx, level, i) end
rawset(ngx, "log", function(level, ...) kong.log[(levels[level] or "NOTICE"):lower()](...) end)
rawset(ngx, "time", os.time)
local function unescape(text)
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end
rawset(ngx, "decode_args", function(text)
  local args = {}
  for pair in text:gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=(.*)$")
    if name == nil then name, value = pair, true end
    if name ~= "" then args[unescape(name)] = value == true or unescape(value) end
  end
  return args
end)
rawset(ngx, "now", function() return call("ngx.now") end)
rawset(ngx, "get_phase", function() return call("ngx.get_phase") end)

local function pick(source, list)
  local t = {}
  for name in list:gmatch("%S+") do t[name] = source[name] end
  return t
end
local function frozen(t, name)
  return setmetatable({}, { __index = t, __newindex = function(_, key)
    error("Can not modify " .. name .. "." .. tostring(key) .. ". Protected by the sandbox.")
  end })
end
local math_t = pick(math, "abs acos asin atan ceil cos deg exp fmod floor huge log max min modf pi rad random sin sqrt tan")
math_t.pow = function(a, b) return a ^ b end
math_t.atan2 = math.atan
math_t.log10 = function(x) return math.log(x, 10) end
local globals = pick(_G, "_VERSION assert error ipairs next pairs pcall select tonumber tostring type xpcall")
globals.unpack = table.unpack
globals.coroutine = frozen(pick(coroutine, "create resume running status wrap yield"), "coroutine")
globals.math = frozen(math_t, "math")
globals.os = frozen(pick(os, "clock date difftime time"), "os")
globals.string = frozen(pick(string, "byte char find format gmatch gsub len lower match rep reverse sub upper"), "string")
globals.table = frozen(pick(table, "concat insert remove sort"), "table")
globals.require = function(m) error("require '" .. tostring(m) .. "' not allowed within sandbox") end
globals.kong, globals.ngx = kong, ngx
string.dump = nil

local chunks = {}
local function compile(code, name)
  local env = setmetatable({}, { __index = globals })
  env._G = env
  local f, err = load(code, "=" .. name, "t", env)
  if not f then return err end
  chunks[#chunks + 1] = { f = f, fresh = true }
  return #chunks
end

local function stop()
  sethook(function() error("instruction limit reached", 0) end, "", 1)
  error("instruction limit reached", 0)
end

-- Kong calls a chunk's result if it is a function, and keeps that function from then on.
local function start(chunk)
  local result = chunk.f()
  if chunk.fresh and type(result) == "function" then
    chunk.f = result
    result()
  end
  chunk.fresh = false
end

local function run(number)
  local co = raw_create(start)
  sethook(co, stop, "", limit)
  local ok, value = raw_resume(co, chunks[number])
  sethook(co)
  if raw_status(co) == "suspended" then
    raw_close(co)
    if value ~= EXIT then return "attempt to yield from outside a coroutine" end
    return nil
  end
  if not ok then return tostring(value) end
end

return compile, run
