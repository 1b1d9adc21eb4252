#include "rows.h"

#include <fmt/format.h>
#include <charconv>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/hex.h"
#include "base/utf8.h"
#include "octets.h"
#include "words.h"

namespace idnode::ctl {
namespace {

constexpr std::uint32_t kMaxIndex = 0x7FFF'FFFF;  // of the handle protocol
constexpr std::size_t kMaxFileOctets = 1U << 20;  // ours; no handle message holds more
constexpr std::size_t kShownOctets = 64;          // of binary data, for people
constexpr std::size_t kShownTextOctets = 4096;    // of text

bool IsText(std::string_view data) { return CountCodePoints(data).ok(); }

struct Parts {
  std::uint32_t index;
  std::string type;
  std::string_view rest;
};

// INDEX and TYPE, and what follows the one blank behind them.
Parts Split(std::string_view text, std::string_view option, Language language) {
  const auto refuse = [&](const Words& cause) {
    throw UsageFailure(std::string(option), Say(language, cause, Printable(text)),
                       Say(language, text::kValueFix));
  };
  Parts parts{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parts.index);
  if (error != std::errc() || parts.index == 0 || parts.index > kMaxIndex) {
    refuse(text::kValueIndex);
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  const std::size_t type = text.find_first_not_of(' ');
  if (type == 0 || type == std::string_view::npos) refuse(text::kValueType);
  text.remove_prefix(type);
  const std::size_t blank = text.find(' ');
  if (blank == std::string_view::npos) refuse(text::kValueData);
  parts.type = text.substr(0, blank);
  if (!IsText(parts.type)) refuse(text::kValueType);
  parts.rest = text.substr(blank + 1);
  return parts;
}

// Reads the fields of one JSON object, each at most once, and refuses what nobody asked for.
class Fields {
 public:
  Fields(const Json& object, std::string where, Language language)
      : object_(object), where_(std::move(where)), language_(language) {
    if (!object.is_object()) Refuse("", text::kRowNoObject);
  }

  // Null where there is none.
  const Json* Find(const char* name) const {
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }

  std::string String(const char* name, bool required = false) const {
    const Json* value = Find(name);
    if (value == nullptr && !required) return {};
    if (value == nullptr) Refuse(name, text::kRowMissing);
    if (!value->is_string()) Refuse(name, text::kRowNoString);
    return value->get<std::string>();
  }

  // A whole number that 32 bits hold.
  std::uint32_t Number(const char* name, bool required = false) const {
    const Json* value = Find(name);
    if (value == nullptr && !required) return 0;
    if (value == nullptr) Refuse(name, text::kRowMissing);
    if (!value->is_number_unsigned() ||
        value->get<std::uint64_t>() > std::numeric_limits<std::uint32_t>::max()) {
      Refuse(name, text::kRowNoNumber);
    }
    return value->get<std::uint32_t>();
  }

  std::string Hex(const char* name) const {
    const auto octets = FromHex(String(name));
    if (!octets.ok()) Refuse(name, text::kRowNoHex);
    return {octets.value().begin(), octets.value().end()};
  }

  void RefuseOthers(std::initializer_list<std::string_view> known) const {
    for (const auto& [name, value] : object_.items()) {
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        Refuse(name, text::kRowUnknownField);
      }
    }
  }

  [[noreturn]] void Refuse(const std::string& name, const Words& cause) const {
    const std::string field = where_.empty() || name.empty() ? where_ + name : where_ + "." + name;
    throw Failure{Exit::kFailed, "row_malformed", field, Say(language_, cause),
                  Say(language_, text::kRowFix)};
  }

 private:
  const Json& object_;
  std::string where_;
  Language language_;
};

v1::Reference ReadReference(const Json& json, const std::string& where, Language language) {
  const Fields fields(json, where, language);
  fields.RefuseOthers({"identifier", "index"});
  v1::Reference reference;
  reference.set_identifier(fields.String("identifier", true));
  reference.set_index(fields.Number("index"));
  return reference;
}

v1::Value ReadValue(const Json& json, const std::string& where, Language language) {
  const Fields fields(json, where, language);
  fields.RefuseOthers({"index", "type", "data", "data_hex", "ttl_s", "expires_s", "permissions",
                       "timestamp_s", "references"});
  v1::Value value;
  value.set_index(fields.Number("index", true));
  value.set_type(fields.String("type", true));
  if (fields.Find("data_hex") != nullptr) {
    if (fields.Find("data") != nullptr) fields.Refuse("data_hex", text::kRowTwice);
    value.set_data(fields.Hex("data_hex"));
  } else {
    value.set_data(fields.String("data", true));
  }
  if (fields.Find("ttl_s") != nullptr) {
    if (fields.Find("expires_s") != nullptr) fields.Refuse("expires_s", text::kRowTwice);
    value.set_ttl_s(fields.Number("ttl_s"));
  }
  if (fields.Find("expires_s") != nullptr) value.set_expires_s(fields.Number("expires_s"));
  if (fields.Find("permissions") != nullptr) value.set_permissions(fields.Number("permissions"));
  if (fields.Find("timestamp_s") != nullptr) value.set_timestamp_s(fields.Number("timestamp_s"));
  if (const Json* references = fields.Find("references")) {
    if (!references->is_array()) fields.Refuse("references", text::kRowNoArray);
    for (const Json& reference : *references) {
      *value.add_references() = ReadReference(reference, where + ".references", language);
    }
  }
  return value;
}

Json ParseLine(std::string_view line, Language language) {
  try {
    return Json::parse(line);
  } catch (const Json::exception& error) {
    std::string_view what = error.what();  // "[json.exception.parse_error.101] parse error at ..."
    what.remove_prefix(std::min(what.find("] ") + 2, what.size()));
    throw Failure{Exit::kFailed, "row_malformed", "",
                  Say(language, text::kRowNoJson, Printable(what)), Say(language, text::kRowFix)};
  }
}

std::string ExpiryText(const v1::Value& value) {
  if (value.has_expires_s()) return TimeText(std::int64_t{value.expires_s()} * 1000);
  return value.has_ttl_s() ? std::to_string(value.ttl_s()) : "86400";
}

}  // namespace

v1::Value ParseValue(std::string_view text, std::string_view option, Language language) {
  const Parts parts = Split(text, option, language);
  v1::Value value;
  value.set_index(parts.index);
  value.set_type(parts.type);
  value.set_data(std::string(parts.rest));
  return value;
}

v1::Value ParseValueFile(std::string_view text, std::string_view option, Language language) {
  const Parts parts = Split(text, option, language);
  v1::Value value;
  value.set_index(parts.index);
  value.set_type(parts.type);
  value.set_data(ReadFile(std::string(parts.rest), kMaxFileOctets, std::string(option), language));
  return value;
}

v1::RegisterRequest ParseRow(std::string_view line, Language language) {
  const Json json = ParseLine(line, language);
  const Fields fields(json, "", language);
  fields.RefuseOthers({"identifier", "values", "request_id", "seq", "changed_ms", "deleted"});
  v1::RegisterRequest row;
  row.set_identifier(fields.String("identifier", true));
  if (const Json* deleted = fields.Find("deleted"); deleted != nullptr && *deleted != false) {
    fields.Refuse("deleted", text::kRowDeleted);
  }
  row.set_request_id(fields.Hex("request_id"));
  const Json* values = fields.Find("values");
  if (values == nullptr) fields.Refuse("values", text::kRowMissing);
  if (!values->is_array()) fields.Refuse("values", text::kRowNoArray);
  for (std::size_t i = 0; i < values->size(); ++i) {
    *row.add_values() = ReadValue((*values)[i], fmt::format("values[{}]", i), language);
  }
  return row;
}

Json ToJson(const v1::Value& value) {
  Json json = {{"index", value.index()}, {"type", value.type()}};
  if (IsText(value.data())) {
    json["data"] = value.data();
  } else {
    json["data_hex"] = Hex(value.data());
  }
  if (value.has_ttl_s()) json["ttl_s"] = value.ttl_s();
  if (value.has_expires_s()) json["expires_s"] = value.expires_s();
  if (value.has_permissions()) json["permissions"] = value.permissions();
  if (value.has_timestamp_s()) json["timestamp_s"] = value.timestamp_s();
  for (const v1::Reference& reference : value.references()) {
    json["references"].push_back(
        {{"identifier", reference.identifier()}, {"index", reference.index()}});
  }
  return json;
}

Json ToJson(const Values& values) {
  Json json = Json::array();
  for (const v1::Value& value : values) json.push_back(ToJson(value));
  return json;
}

Json ToJson(const v1::Record& record) {
  return {{"identifier", record.identifier()},
          {"values", ToJson(record.values())},
          {"seq", record.seq()},
          {"changed_ms", record.changed_ms()},
          {"deleted", record.deleted()}};
}

Json ToJson(const v1::Counts& counts) {
  return {{"created", counts.created()},
          {"recreated", counts.recreated()},
          {"updated", counts.updated()},
          {"deleted", counts.deleted()},
          {"active", counts.active()}};
}

Json ToJson(const v1::Entry& entry) {
  Json json = {{"seq", entry.seq()},         {"time_ms", entry.time_ms()},
               {"kind", Word(entry.kind())}, {"channel", Word(entry.channel())},
               {"prefix", entry.prefix()},   {"totals", ToJson(entry.totals())}};
  json["prev"] = entry.has_prev() ? Json(entry.prev()) : Json();
  json["prev_in_prefix"] = entry.has_prev_in_prefix() ? Json(entry.prev_in_prefix()) : Json();
  json["identifier"] = entry.identifier();
  json["actor"] = entry.actor();
  json["request_id"] = Hex(entry.request_id());
  json["values"] = ToJson(entry.values());
  return json;
}

std::string DataText(std::string_view data) {
  const bool text = IsText(data);
  const std::size_t limit = text ? kShownTextOctets : kShownOctets;
  const std::string_view shown = text ? CutUtf8(data, limit) : data.substr(0, limit);
  std::string out = text ? std::string(shown) : "0x" + Hex(shown);
  if (shown.size() < data.size()) out += fmt::format("... ({} B)", data.size());
  return out;
}

std::string ValuesText(const Values& values, Language language) {
  Table table({Say(language, text::kTitleIndex), Say(language, text::kTitleType),
               Say(language, text::kTitleTtl), Say(language, text::kTitlePermissions),
               Say(language, text::kTitleData)});
  table.AlignRight(0);
  table.AlignRight(2);
  table.AlignRight(3);
  for (const v1::Value& value : values) {
    table.Add({std::to_string(value.index()), value.type(), ExpiryText(value),
               value.has_permissions() ? std::to_string(value.permissions()) : "14",
               DataText(value.data())});
  }
  return table.ToText();
}

}  // namespace idnode::ctl
