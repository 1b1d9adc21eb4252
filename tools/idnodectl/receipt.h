// A receipt as JSON: the same fields from every verb that changes something.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "idnode/v1/common.pb.h"

#include "octets.h"
#include "output.h"
#include "words.h"

namespace idnode::ctl {

inline Json ReceiptJson(const v1::Receipt& receipt, std::string_view request_id) {
  return {{"seq", receipt.seq()},
          {"time_ms", receipt.time_ms()},
          {"kind", Word(receipt.kind())},
          {"repeated", receipt.repeated()},
          {"request_id", Hex(request_id)}};
}

}  // namespace idnode::ctl
