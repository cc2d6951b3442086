-- Runs inside a Kong that may `require` (KONG_UNTRUSTED_LUA=on) and answers with what its schemas say, as JSON.
-- Descriptions and error texts stay behind. Of a function only the name is told: that of the typedef it belongs to,
-- where there is one, or of the rule that it is.
local cjson = require("cjson.safe").new()
cjson.encode_empty_table_as_object(false)
cjson.encode_sparse_array(true)
local typedefs = require "kong.db.schema.typedefs"
local http = require "kong.tools.http"

local known = {
  [http.validate_cookie_name] = "cookie_name",
  [http.validate_header_name] = "header_name",
}
for _, name in ipairs({
  "host", "host_with_optional_port", "wildcard_host", "ip", "ip_or_cidr", "cidr_v4", "path", "url", "name", "utf8_name",
  "sni", "certificate", "key", "tag", "router_path", "jwk", "pem",
}) do
  known[typedefs[name].custom_validator] = name
end
known[typedefs.hosts.elements.custom_validator] = "route_host"
known[typedefs.lua_code.values.custom_validator] = "lua_expression"

local plain = {
  "type", "required", "auto", "unique", "unique_across_ws", "reference", "referenceable", "abstract", "uuid", "timestamp",
  "one_of", "not_one_of", "between", "gt", "len_eq", "len_min", "len_max", "match", "not_match", "starts_with",
  "is_regex", "contains", "mutually_exclusive_subsets", "transient",
}

local field_facts

-- Where an older name of a field leads to, by trying.
local function way_of_value(short)
  local sample = ({ string = "sample", number = 7, integer = 7, boolean = true })[short.type]
  local function find(node, way)
    if node == sample then return way end
    for key, value in pairs(type(node) == "table" and node or {}) do
      local longer = { unpack(way) }
      longer[#longer + 1] = key
      local found = find(value, longer)
      if found then return found end
    end
  end
  local called, result = pcall(short.func, sample)
  -- one that stands for several fields (a service's url) is not understood
  return called and sample ~= nil and type(result) == "table" and next(result, next(result)) == nil and find(result, {})
    or nil
end

local function patterns(list)
  local all = {}
  for i, rule in ipairs(list) do all[i] = { pattern = rule.pattern } end
  return all
end

local function fields_facts(fields)
  local all = {}
  for i, entry in ipairs(fields or {}) do
    local name, field = next(entry)
    all[i] = { [name] = field_facts(field) }
  end
  return #all > 0 and all or nil
end

-- A schema inherits what it does not say from another by its metatable; only what it says itself is told.
local function said(rules)
  local own = {}
  for name, value in next, rules do own[name] = value end
  return field_facts(own)
end

local function checks_facts(checks)
  local all = {}
  for _, entry in ipairs(checks or {}) do
    local name, rule = next(entry)
    local told = {}
    if name == "custom_entity_check" then
      told.field_sources = rule.field_sources
    elseif rule.if_field or rule.then_field then
      for key, value in pairs(rule) do
        if key:find("_match$") then told[key] = said(value) elseif not key:find("_err$") then told[key] = value end
      end
    else
      told = rule
    end
    all[#all + 1] = { [name] = told }
  end
  return #all > 0 and all or nil
end

function field_facts(field)
  local told = {}
  for _, rule in ipairs(plain) do told[rule] = rawget(field, rule) end
  for _, rule in ipairs({ "eq", "ne" }) do
    if rawget(field, rule) ~= nil then told[rule] = field[rule] end
  end
  -- the default of a secret is another one at every start
  if field.default ~= nil and field.default ~= ngx.null and not field.referenceable then
    told.default = field.default
  end
  if field.match_all then told.match_all = patterns(field.match_all) end
  if field.match_none then told.match_none = patterns(field.match_none) end
  if field.match_any then told.match_any = { patterns = field.match_any.patterns } end
  if field.custom_validator then told.code = known[field.custom_validator] or "custom_validator" end
  if field.elements then told.elements = field_facts(field.elements) end
  if field.keys then told.keys = field_facts(field.keys) end
  if field.values then told.values = field_facts(field.values) end
  if field.type == "record" then
    told.fields = fields_facts(field.fields)
    told.entity_checks = checks_facts(field.entity_checks)
    if field.shorthand_fields then
      told.shorthand_fields = {}
      for i, entry in ipairs(field.shorthand_fields) do
        local name, short = next(entry)
        local short_told = field_facts(short)
        short_told.deprecated = short.deprecation and short.deprecation.replaced_with and true or nil
        short_told.replaced_with = way_of_value(short)
        told.shorthand_fields[i] = { [name] = short_told }
      end
    end
  end
  return told
end

local function schema_facts(schema)
  local told = field_facts({
    type = "record", fields = schema.fields, entity_checks = schema.entity_checks,
    shorthand_fields = schema.shorthand_fields,
  })
  told.endpoint_key = schema.endpoint_key
  told.cache_key = schema.cache_key
  told.ttl = schema.ttl and true or nil
  if schema.check then told.code = "check" end
  local transformations = {}
  for i, each in ipairs(schema.transformations or {}) do
    transformations[i] = { input = each.input, needs = each.needs }
  end
  if #transformations > 0 then told.transformations = transformations end
  return told
end

local facts = { kong = kong.version, entities = {}, plugins = {}, vaults = {}, routes = {} }
for name, dao in pairs(kong.db.daos) do
  facts.entities[name] = schema_facts(dao.schema)
end
for name, schema in pairs(kong.db.plugins.schema.subschemas) do
  local bundled, handler = pcall(require, "kong.plugins." .. name .. ".handler") -- of a plugin server's there is none
  if bundled then
    facts.plugins[name] = schema_facts(schema)
    facts.plugins[name].priority = handler.PRIORITY
  end
end
for name, schema in pairs(kong.db.vaults.schema.subschemas) do
  facts.vaults[name] = schema_facts(schema)
end
for _, name in ipairs({ "http", "tcp", "grpc" }) do
  facts.routes[name] = schema_facts(kong.db.routes.schema.subschemas[name])
end
local text, err = cjson.encode(facts)
return kong.response.exit(200, text or tostring(err))
