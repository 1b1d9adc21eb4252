// Octets, files, moments: the small change of the verbs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "texts.h"

namespace idnode::ctl {

// Lower case, two digits an octet.
std::string Hex(std::string_view octets);

// 16 octets that no other request has, fresh from the system's generator; or those that `hex`
// spells with 32 digits, when it is not empty. Throws a usage Failure.
std::string RequestId(std::string_view hex, Language language);

// The whole of a file. Throws Failure, which names `field`, when it cannot be read or has more than
// `limit` octets.
std::string ReadFile(const std::string& path, std::size_t limit, const std::string& field,
                     Language language);

// "2026-03-01 08:00:00.000 +08:00": day and time of day in China.
std::string TimeText(std::int64_t wall_ms);

// 1234567 as "1,234,567", -1234 as "-1,234".
std::string Grouped(std::uint64_t number);
std::string GroupedSigned(std::int64_t number);

}  // namespace idnode::ctl
