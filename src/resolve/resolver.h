// The read path: from a question to the octets of its answer. UDP, TCP, gRPC and HTTP all ask here.
//
//   questions -> prefix table -> keys -> records -> what of them may be seen -> answers
//
// A batch at a time, each step for all questions before the next, so that what one waits for is
// fetched while another is worked on. A record is stored as it is sent, so the common answer is a
// view of what was read. Warm, nothing here allocates, locks or logs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/published.h"
#include "handle/resolution.h"
#include "resolve/prefix_table.h"
#include "store/engine.h"

namespace idnode::resolve {

struct Question {
  handle::ResolutionRequest request;
  // Leave out what is not for everybody (flag PO). Otherwise such a value, if asked for, decides.
  bool public_only = true;
};

enum class Outcome : std::uint8_t {
  kValues,          // the answer is there
  kNotFound,        // the prefix is served here, the identifier is not registered
  kNoValues,        // it is, but has nothing of what was asked for and may be seen
  kNotHere,         // the prefix is not served here
  kAuthentication,  // a value asked for is for administrators alone
  kNobody,          // a value asked for is for nobody to read
  kUnavailable,     // the store does not answer
  kCorrupt,         // what is stored fails its checks
};

struct Answer {
  Outcome outcome = Outcome::kUnavailable;
  Bytes values;  // kValues: a count of four octets, then the values, as a message carries them
};

// One thread; give each its own.
class Resolver {
 public:
  static constexpr std::size_t kBatch = 64;             // most questions of one call
  static constexpr std::size_t kMaxIdentifier = 2'048;  // octets; longer ones are not registered

  // Both must outlive the resolver.
  Resolver(const store::Readable& store, const Published<PrefixTable>& prefixes);
  Resolver(Resolver&&) noexcept;
  ~Resolver();

  // Answers each question in its place. The octets of the answers are valid until the next call;
  // those of the questions must be until this returns. REQUIRES: as many answers as questions, at
  // most kBatch.
  void Resolve(std::span<const Question> questions, std::span<Answer> answers) noexcept;

 private:
  struct Slot;

  // The key, or nothing when the prefix is not served here.
  static std::string_view MakeKey(std::string_view identifier, const PrefixTable& prefixes,
                                  Slot& slot) noexcept;
  Answer Read(const Question& question, Slot& slot) const noexcept;

  const store::Readable& store_;
  Published<PrefixTable>::Reader prefixes_;
  std::unique_ptr<std::array<Slot, kBatch>> slots_;
};

}  // namespace idnode::resolve
