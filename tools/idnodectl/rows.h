// Records as text: values on the command line, rows of a file, and both ways of JSON.
//
// A row of a file is one line of JSON, the same that `list --json` prints for a record:
//
//   {"identifier": "88.118.1001/SKU-1", "values": [
//     {"index": 1, "type": "URL", "data": "https://example.cn", "ttl_s": 3600},
//     {"index": 2, "type": "LOGO", "data_hex": "89504e47"}]}
//
// Of a value only index, type and data are needed; "data" is text, "data_hex" is octets. "ttl_s" or
// "expires_s", "permissions", "timestamp_s" (import) and "references" may follow, and beside
// "values" a "request_id" of 32 hexadecimal digits. What else `list` prints ("seq", "changed_ms",
// "deleted": false; timestamps, except by import) is read over; any other field is refused, for it
// is a slip.
#pragma once

#include <string>
#include <string_view>

#include <google/protobuf/repeated_ptr_field.h>

#include "idnode/v1/audit.pb.h"
#include "idnode/v1/common.pb.h"
#include "idnode/v1/registrar.pb.h"

#include "output.h"

namespace idnode::ctl {

using Values = google::protobuf::RepeatedPtrField<v1::Value>;

// "1 URL https://example.cn": the index, the type, and behind one blank the data, to the end.
// Throws a usage Failure that names `option`.
v1::Value ParseValue(std::string_view text, std::string_view option, Language language);
// "1 LOGO logo.png": the data is what the file holds.
v1::Value ParseValueFile(std::string_view text, std::string_view option, Language language);

// A row of a file. Throws Failure{row_malformed} that names the field.
v1::RegisterRequest ParseRow(std::string_view line, Language language);

Json ToJson(const v1::Value& value);
Json ToJson(const Values& values);
Json ToJson(const v1::Record& record);
Json ToJson(const v1::Counts& counts);
Json ToJson(const v1::Entry& entry);

// The data of a value for people: text as it is, other octets as "0x8950...", long ones cut.
std::string DataText(std::string_view data);

// INDEX TYPE TTL PERMISSIONS DATA
std::string ValuesText(const Values& values, Language language);

}  // namespace idnode::ctl
