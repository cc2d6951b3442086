// The Lua sandbox of the embedded gateway: what Kong's gives, nothing more, and an end to everything.

import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import t from 'tap'
import { createExchange, type Exchange } from '../../gateway/http/exchange.ts'
import { LuaRuntime } from '../../gateway/lua/runtime.ts'
import { missingLuaCalls } from '../../gateway/lua/support.ts'

const logged: string[] = []
const lua = await LuaRuntime.create({ maxHeaders: 3, log: (level, message) => logged.push(`${level} ${message}`) })
t.teardown(() => lua.close())

function exchangeWith(...rawHeaders: string[]): Exchange {
  const req = new IncomingMessage(new Socket())
  Object.assign(req, { method: 'GET', url: '/a?b=c', rawHeaders: ['Host', 'h', ...rawHeaders] })
  return createExchange(req)
}

function run(code: string, exchange = exchangeWith()): Exchange {
  lua.compile(code, 'test')(exchange, 'access')
  return exchange
}

t.test('what Kong’s sandbox does not have is not there', async (t) => {
  for (const name of [
    'io',
    'debug',
    'load',
    'loadstring',
    'dofile',
    'package',
    'rawget',
    'setmetatable',
    'string.dump',
  ]) {
    t.doesNotThrow(() => run(`assert(${name} == nil)`), name)
  }
  t.doesNotThrow(() => run('assert(os.execute == nil and os.getenv == nil and ("").dump == nil)'))
  t.throws(() => run('require("io")'), /require 'io' not allowed within sandbox/)
  t.throws(() => run('string.rep = nil'), /Protected by the sandbox/)
  t.throws(() => run('kong.no.such.thing()'), /attempt to index a nil value/)
  t.throws(() => run('coroutine.yield()'), /attempt to yield/)
})

t.test('what it has is there, under its LuaJIT names too', async (t) => {
  t.doesNotThrow(() => run('assert(unpack({1, 2}) == 1 and math.pow(2, 3) == 8 and _G.kong == kong)'))
  t.doesNotThrow(() => run('local s = ("a-b"):gsub("%-", "_") assert(s == "a_b")'))
})

t.test('globals of one function are not those of another', async (t) => {
  run('leaked = 1')
  t.doesNotThrow(() => run('assert(leaked == nil)'))
})

t.test('endless Lua ends', async (t) => {
  t.throws(() => run('while true do end'), /instruction limit/)
  t.throws(() => run('while true do pcall(function() while true do end end) end'), /instruction limit/)
  t.doesNotThrow(() => run('local x = 1'), 'and the next function runs')
})

t.test('exit ends the function, inside pcall too', async (t) => {
  const exchange = run('pcall(kong.response.exit, 401, { message = "no" }, { ["X-A"] = "b" }) error("went on")')
  t.same(exchange.answer, { status: 401, body: '{"message":"no"}' })
  t.equal(exchange.responseHeaders.first('x-a'), 'b')
})

t.test('headers: limits, duplicates, spellings, bytes', async (t) => {
  const exchange = exchangeWith('X_A', '1', 'X-A', '2', 'x-a', '3', 'X-Late', Buffer.from('é').toString('latin1'))
  run('assert(kong.request.get_header("x-a") == "2")', exchange)
  run('local h = ngx.req.get_headers() assert(h["x-late"] == nil, "maxHeaders holds")', exchange)
  run('local h = ngx.req.get_headers(0) assert(h["x-late"] == "é" and h.x_late == "é")', exchange)
  run(
    'local h = ngx.req.get_headers(0) assert(type(h["x-a"]) == "table" and #h["x-a"] == 2 and h.x_a == "1")',
    exchange,
  )
  run('assert(ngx.var.http_x_a == "1, 2, 3" and ngx.var.nothing == nil)', exchange)
  run('ngx.req.clear_header("X-A") ngx.req.set_header("X-New", "é\\r\\nX-Evil: 1")', exchange)
  t.same(exchange.requestHeaders.lines.slice(1), [
    ['X_A', '1'],
    ['X-Late', 'Ã©'],
    ['X-New', 'Ã©%0D%0AX-Evil: 1'],
  ])
})

t.test('kong.ctx.shared holds tables for the plugins that follow', async (t) => {
  const exchange = run('kong.ctx.shared.mobile_gateway = { token = "p", list = { 1, 2 } }')
  t.same(exchange.shared.get('mobile_gateway'), { token: 'p', list: [1, 2] })
  run('local m = kong.ctx.shared.mobile_gateway assert(m.token == "p" and m.list[2] == 2 and m.quota == nil)', exchange)
})

t.test('a chunk that returns a function is that function from then on', async (t) => {
  const counting = lua.compile('local n = 0 return function() n = n + 1 kong.log.notice("n=", n) end', 'counter')
  for (let i = 0; i < 3; i += 1) counting(exchangeWith(), 'access')
  t.same(logged.splice(0), ['notice n=1', 'notice n=2', 'notice n=3'])
})

t.test('calls that do not exist here are found before anything runs', async (t) => {
  const code = `-- kong.comment.only
    --[[ kong.block.comment ]]
    local headers = kong.request.get_headers() ngx.req.clear_header("x") local r = ngx.req
    kong.cache:get("x") ngx.shared.kong:get("y") kong . db . routes:each() kong.ctx.shared.foo = ngx.var.http_x`
  t.same(missingLuaCalls(code), ['kong.cache', 'ngx.shared.kong', 'kong.db.routes'])
})
