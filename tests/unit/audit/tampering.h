// Changing what is stored as somebody would who knows the format.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include "audit/verify.h"
#include "ledger/sealed.h"
#include "store/engine.h"

namespace idnode::audit {

// Whether the checksum at the end of a changed value is made right again.
enum class Checksum : std::uint8_t { kLeft, kMended };

inline std::string Mend(std::string value) {
  value.resize(value.size() - ledger::kSealSize);
  ledger::Seal(value);
  return value;
}

// `value` with the octet at `position` changed. REQUIRES: with kMended one before the checksum.
inline std::string Changed(std::string value, std::size_t position, Checksum checksum,
                           std::mt19937& random) {
  value.at(position) = static_cast<char>(value.at(position) ^ (1 + random() % 255));
  return checksum == Checksum::kMended ? Mend(std::move(value)) : value;
}

inline bool Names(const Verification& found, store::Family family, std::string_view key) {
  return std::ranges::any_of(found.differences, [&](const Difference& difference) {
    return difference.family == family && difference.key == key;
  });
}

inline bool Names(const Verification& found, store::Family family) {
  return std::ranges::any_of(
      found.differences, [&](const Difference& difference) { return difference.family == family; });
}

// "leaf 17: its time goes back"
inline std::string InWords(const Difference& difference) {
  return std::string(store::FamilyName(difference.family)) + " " +
         KeyInWords(difference.family, difference.key).english + ": " + difference.what.english;
}

inline std::string Show(const Verification& found) {
  std::string out = std::to_string(found.difference_count) + " differences\n";
  for (const Difference& difference : found.differences) out += "  " + InWords(difference) + "\n";
  return out;
}

inline std::string Show(store::Family family, std::string_view key) {
  return std::string(store::FamilyName(family)) + " " + KeyInWords(family, key).english;
}

inline void ExpectChinese(const Text& text) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  EXPECT_FALSE(std::ranges::all_of(text.chinese, is_ascii)) << text.english;
}

inline Verification Verified(const store::Readable& store, const VerifyOptions& options = {}) {
  auto verified = Verify(store, options);
  if (!verified.ok()) throw std::runtime_error(verified.error().what);
  for (const Difference& difference : verified.value().differences) ExpectChinese(difference.what);
  return std::move(verified).value();
}

// Whether a change of a value whose checksum fits has to be noticed, and under which name.
//
// Octets 1 to 4 and 13 to 28 of the head are its epoch and its nonce: how often the store was
// opened and a random number, of which the log says nothing. A leaf is changed consistently with
// itself wherever its fields do not depend on others (time, shard of a log with one entry); the
// tree in the head then tells that some leaf was changed, not which. The job says up to where
// requests are forgotten. Too much is named as such; otherwise it is the rows of requests that are
// then too many or too few.
inline bool HasCounterpart(store::Family family, std::size_t position) {
  const bool in_epoch = position >= 1 && position <= 4;
  const bool in_nonce = position >= 13 && position <= 28;
  return family != store::Family::kMeta || (!in_epoch && !in_nonce);
}

inline bool IsNoticed(const Verification& found, store::Family family, std::string_view key,
                      Checksum checksum) {
  if (Names(found, family, key)) return true;
  if (checksum == Checksum::kLeft) return false;
  return (family == store::Family::kLeaf && Names(found, store::Family::kMeta)) ||
         (family == store::Family::kJobs && Names(found, store::Family::kRequests));
}

// Printed, and taken from IDNODE_TEST_SEED if that is set.
inline std::mt19937 SeededRandom() {
  const char* given = std::getenv("IDNODE_TEST_SEED");  // NOLINT(concurrency-mt-unsafe): no thread
  const unsigned long seed =
      given != nullptr ? std::strtoul(given, nullptr, 10) : std::random_device()();
  std::cout << "IDNODE_TEST_SEED=" << seed << "\n";
  return std::mt19937(static_cast<std::mt19937::result_type>(seed));
}

}  // namespace idnode::audit
